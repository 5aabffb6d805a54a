import assert from "node:assert/strict";
import { join } from "node:path";
import { tempFolder } from "../daemon/helpers.ts";
import { run } from "./work_helpers.ts";

Deno.test("demo delivers each frame that it simulates and says where", async () => {
  using folder = tempFolder();
  const ran = await run(folder.path, "demo", "--seconds", "1", "--size", "64", "--dir", "d", "--json");
  assert.equal(ran.code, 0, ran.stderr);
  const { good, simulated, delivered, files, output } = JSON.parse(ran.stdout);
  assert.deepEqual([good, simulated.frames, simulated.darks, delivered], [true, 5, 1, 5]);
  assert.ok(output.endsWith(join("d", "output")));
  assert.equal(files.length, 15);
  for (const file of files) Deno.statSync(file);
});
