/** The demo under Windows: everything at once, from the simulated detector to the delivered files. */
import assert from "node:assert/strict";
import { TempFolder } from "../temp_folder.ts";
import { outputOn, windowsPath } from "./programs.ts";

Deno.test("the demo delivers every frame, into a folder with a name of any letters", async () => {
  using folder = new TempFolder();
  const dir = "Größe 样品";
  const args = ["demo", "--seconds", "2", "--size", "256", "--dir", dir, "--json"];
  const report = JSON.parse(await outputOn("windows", args, { cwd: folder.path })) as {
    good: boolean;
    simulated: { frames: number };
    delivered: number;
    problem: string | null;
    files: string[];
  };
  assert.deepEqual([report.good, report.problem], [true, null]);
  assert.ok(report.simulated.frames > 0);
  assert.equal(report.delivered, report.simulated.frames);
  const output = folder.join(dir, "output");
  const names = [...Deno.readDirSync(output)].map(({ name }) => name).filter((name) => !name.startsWith("."))
    .toSorted();
  assert.equal(names.length, 3 * report.delivered);
  assert.deepEqual(report.files.toSorted(), names.map((name) => windowsPath(`${output}/${name}`)));
});
