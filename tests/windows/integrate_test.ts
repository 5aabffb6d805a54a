/** Patterns by the Windows executable: the same texts, to the byte, as those of the Linux program. */
import assert from "node:assert/strict";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { filesBelow } from "../folders.ts";
import { nodeAt } from "../nexus/frame.ts";
import { TempFolder } from "../temp_folder.ts";
import { outputOn } from "./programs.ts";

Deno.test("pewatch integrate makes the same patterns on Windows, in a sub-folder", async () => {
  using folder = new TempFolder();
  await outputOn("linux", ["simulate", "in", "--rate", "0", "--count", "9", "--size", "128"], { cwd: folder.path });
  Deno.writeTextFileSync(
    folder.join("pewatch.toml"),
    "[plugins.integrate]\nsubfolder = 'xrd/1d'\ncalibrant = \"CeO2\"\npolarization_factor = 0.9\n",
  );
  const names: Record<string, string[]> = {};
  for (const system of ["linux", "windows"] as const) {
    Deno.mkdirSync(folder.join(system));
    await outputOn(system, ["integrate", "in", "-o", system], { cwd: folder.path });
    names[system] = filesBelow(folder.join(system)).toSorted();
  }
  assert.equal(names["linux"]!.filter((name) => /^xrd\/1d\/CeO2-0000\d\.xye$/.test(name)).length, 9);
  assert.deepEqual(names["windows"], names["linux"]);
  for (const name of names["linux"]!.filter((name) => name.endsWith(".xye"))) {
    const [ours, theirs] = ["windows", "linux"].map((system) => Deno.readTextFileSync(folder.join(system, name)));
    assert.equal(ours, theirs, name);
  }
  using hdf5 = openHdf5Library();
  const [ours, theirs] = ["windows", "linux"].map((system) => {
    const tree = readTree(hdf5, folder.join(system, "xrd", "1d", "CeO2_patterns.h5"), { elementsMax: 1e5 });
    return nodeAt(tree, "entry/data/I");
  });
  assert.ok(ours?.kind === "dataset" && theirs?.kind === "dataset");
  assert.deepEqual(ours.value, theirs.value);
});
