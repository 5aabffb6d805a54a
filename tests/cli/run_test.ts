import assert from "node:assert/strict";
import { join } from "node:path";
import { tempFolder, until } from "../daemon/helpers.ts";
import { exists, filesBelow } from "../folders.ts";
import { cliCommand, run } from "./run_cli.ts";
import { writeFrames } from "./work_helpers.ts";

// On Windows a signal cannot be sent: Deno.kill ends the process at once.
const ignore = Deno.build.os === "windows";

Deno.test({ name: "run delivers what comes, and ends with 0 by a signal", ignore }, async () => {
  using folder = tempFolder();
  const data = join(folder.path, "pewatch-data");
  await writeFrames(join(data, "raw"), { count: 3, darks: 1 });
  const child = cliCommand(["run", "--json"], { cwd: folder.path }).spawn();
  await until(() => exists(join(data, "output", "S-00003.nxs")), "the last frame's NeXus file");
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stderr), "", "all that a program reads is on standard output");
  const records = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(code, 0);
  const summary = records.at(-1);
  assert.equal(summary.type, "summary");
  assert.deepEqual([summary.delivered, summary.darksRemoved, summary.failed], [3, 1, 0]);
  const delivered = filesBelow(join(data, "output")).filter((name) => !name.startsWith("."));
  assert.equal(delivered.length, 9);
  assert.match(Deno.readTextFileSync(join(data, "logs", "pewatch.log")), /S-00001\.tif: delivered/);
});

Deno.test({ name: "a second run on the same folders ends with 1 and names the first", ignore }, async () => {
  using folder = tempFolder();
  const child = cliCommand(["run"], { cwd: folder.path }).spawn();
  await until(() => exists(join(folder.path, "pewatch-data", "proc", ".pewatch.holder.json")), "the first one's lock");
  const second = await run(folder.path, "run");
  child.kill("SIGTERM");
  assert.equal((await child.output()).code, 0);
  assert.equal(second.code, 1);
  assert.match(second.err, new RegExp(`process ${child.pid} on .* already does`));
});

Deno.test("run ends with 2 where a folder cannot be made, and names its key", async () => {
  using folder = tempFolder();
  Deno.mkdirSync(join(folder.path, "pewatch-data"));
  Deno.writeTextFileSync(join(folder.path, "pewatch-data", "temp"), "in the way");
  const ran = await run(folder.path, "run");
  assert.equal(ran.code, 2);
  assert.match(ran.err, /folders\.temp: Cannot make or read the folder .*: a file is in its place/);
});
