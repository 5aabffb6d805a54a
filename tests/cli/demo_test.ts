import assert from "node:assert/strict";
import { join } from "node:path";
import { tempFolder } from "../daemon/helpers.ts";
import { run, runCli } from "./run_cli.ts";

Deno.test("demo delivers each frame that it simulates and says where", async () => {
  using folder = tempFolder();
  const ran = await run(folder.path, "demo", "--seconds", "1", "--size", "64", "--dir", "d", "--json");
  assert.equal(ran.code, 0, ran.err);
  const { good, simulated, delivered, files, output } = JSON.parse(ran.out);
  assert.deepEqual([good, simulated.frames, simulated.darks, delivered], [true, 5, 1, 5]);
  assert.ok(output.endsWith(join("d", "output")));
  assert.equal(files.length, 15);
  for (const file of files) Deno.statSync(file);
});

Deno.test("demo --open shows the page in the browser while frames come", async () => {
  using folder = tempFolder();
  // In place of a browser: it asks for the page as one does, and keeps what it got.
  const browser = join(folder.path, "browser");
  const page = join(folder.path, "page");
  Deno.writeTextFileSync(browser, `#!/bin/sh\ncurl -s "$1" > ${page} && curl -s "$1readyz" >> ${page}\n`);
  Deno.chmodSync(browser, 0o755);
  const args = ["demo", "--open", "--seconds", "6", "--rate", "1", "--size", "64", "--dir", "d", "--json"];
  const ran = await runCli(args, { cwd: folder.path, env: { PEWATCH_BROWSER: browser } });
  assert.equal(ran.code, 0, ran.err);
  const text = Deno.readTextFileSync(page);
  assert.match(text, /<html/);
  assert.match(text, /RUNNING: /);
});
