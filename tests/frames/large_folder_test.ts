/** Scans of large folders, sorted anew only where names have come or gone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { PackedEntries } from "../../ffi/system/directory.ts";
import { changesBetween, headOf } from "../../src/files/large_listing.ts";
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

Deno.test("changesBetween() finds the names that one listing has, and gives up where they are many", () => {
  const many = Array.from({ length: 5000 }, (_, index) => `P-${index}.tif`);
  const changes = (before: readonly string[], now: readonly string[]) => {
    const found = changesBetween(packed(before), packed(now));
    return found === null ? null : [found.removed, found.added].map((list) => list.map(({ name }) => name));
  };
  assert.deepEqual(changes(many, many), [[], []]);
  assert.deepEqual(changes(many, ["A.tif", ...many.slice(0, 100), ...many.slice(101)]), [["P-100.tif"], ["A.tif"]]);
  assert.deepEqual(changes(many, many.slice(0, -1)), [["P-4999.tif"], []]);
  assert.deepEqual(changes(many, [...many, "é.tif"]), [[], ["é.tif"]]);
  assert.deepEqual(changes(many, many.toSpliced(10, 1000)), [many.slice(10, 1010), []]);
  assert.equal(changes(many, many.toReversed()), null);
  assert.deepEqual(["P.tif.metadata", "P.x.tif", "P"].map(headOf), ["P", "P", "P"]);
});

/** As readEntries() packs files of these names. */
function packed(names: readonly string[]): PackedEntries {
  return { bytes: new TextEncoder().encode(names.map((name) => `\x01${name}\0`).join("")), count: names.length };
}

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
