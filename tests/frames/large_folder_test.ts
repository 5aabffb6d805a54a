/** Scans of large folders, sorted anew only where names have come or gone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { changedHeads, headOf } from "../../src/frames/prepare/large_folder.ts";
import { scanRaw } from "../../src/frames/prepare/scan.ts";
import { TempFolder } from "../temp_folder.ts";

const ENDINGS = [".tif", ".tif.metadata", ".txt", ".tif.overflow", ".dat", "", ".raw.tif", ".raw.tif.metadata"];

// Fails where a name is taken over that has to do with one that changed, or where one is lost.
const LARGE = "a large folder that changes is scanned as one that is seen for the first time";
Deno.test({ name: LARGE, ignore: Deno.build.os === "windows" }, () => {
  const name = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(...ENDINGS))
    .map(([number, ending]) => `N-${String(number).padStart(2, "0")}${ending}`);
  using folder = new TempFolder();
  for (let index = 0; index < 1000; index++) Deno.writeTextFileSync(folder.join(`O-${index}.tif`), "");
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(name, { maxLength: 30 }), { minLength: 2, maxLength: 4 }), (steps) => {
      for (const names of steps) {
        for (const { name } of [...Deno.readDirSync(folder.path)]) {
          if (name.startsWith("N-") && !names.includes(name)) Deno.removeSync(folder.join(name));
        }
        for (const name of names) Deno.writeTextFileSync(folder.join(name), "");
        assert.deepEqual(contentOf(scanRaw(folder.path)), contentOf(scanAnew(folder)));
      }
    }),
    { numRuns: 10 },
  );
});

Deno.test("changedHeads() finds the names that one listing has, and gives up where they are many", () => {
  const many = Array.from({ length: 5000 }, (_, index) => `P-${index}.tif`);
  assert.deepEqual([...changedHeads(many, many)!], []);
  assert.deepEqual([...changedHeads(many, ["A.tif", ...many.slice(0, 100), ...many.slice(101)])!], ["A", "P-100"]);
  assert.deepEqual([...changedHeads(many, many.slice(0, -1))!], ["P-4999"]);
  assert.equal(changedHeads(many, many.toReversed()), null);
  assert.deepEqual(["P.tif.metadata", "P.x.tif", "P"].map(headOf), ["P", "P", "P"]);
});

/** The same folder under another path, which no scan has seen. */
function scanAnew(folder: TempFolder): ReturnType<typeof scanRaw> {
  using other = new TempFolder();
  Deno.symlinkSync(folder.path, other.join("raw"));
  return scanRaw(other.join("raw"));
}

function contentOf({ candidates, companions, unclaimed }: ReturnType<typeof scanRaw>): unknown {
  return {
    candidates: candidates.map(({ image, sidecar, others }) => [image, sidecar, others.toSorted()]),
    companions: companions.map(({ name }) => name).sort(),
    unclaimed: [...unclaimed].map(([kind, names]) => [kind, names.map(({ name }) => name).sort()]).sort(),
  };
}
