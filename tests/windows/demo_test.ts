/** The demo under Windows: everything at once, from the simulated detector to the delivered files. */
import assert from "node:assert/strict";
import { TempFolder } from "../temp_folder.ts";
import { outputOn, windowsPath } from "./programs.ts";

Deno.test("the demo delivers every frame, into a folder with a name of any letters", async () => {
  using folder = new TempFolder();
  const dir = "Größe 样品";
  const args = ["demo", "--seconds", "2", "--size", "256", "--dir", dir, "--json"];
  const told = JSON.parse(await outputOn("windows", args, { cwd: folder.path })) as {
    good: boolean;
    simulated: { frames: number };
    delivered: number;
    problem: string | null;
    files: string[];
  };
  assert.deepEqual([told.good, told.problem], [true, null]);
  assert.ok(told.simulated.frames > 0);
  assert.equal(told.delivered, told.simulated.frames);
  const output = folder.join(dir, "output");
  const names = [...Deno.readDirSync(output)].map(({ name }) => name).filter((name) => !name.startsWith("."))
    .toSorted();
  assert.equal(names.length, 3 * told.delivered);
  assert.deepEqual(told.files.toSorted(), names.map((name) => windowsPath(`${output}/${name}`)));
});
