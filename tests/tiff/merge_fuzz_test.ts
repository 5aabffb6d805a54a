/** Property test: whatever is wrong with a TIFF, a merge either only appends or leaves it as it was. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { openTiffLibrary, TiffError } from "../../ffi/tiff/mod.ts";
import { TiffFormatError } from "../../src/tiff/format_error.ts";
import { readLayout } from "../../src/tiff/layout.ts";
import { mergeTagsInto } from "../../src/tiff/merge_tags.ts";
import { makeTiff, TIFF_FORMS } from "./make_tiff.ts";
import { MemoryFile } from "./memory_file.ts";
import { assertOnlyAppended, EXPOSURE_TAGS } from "./merging.ts";

const TAGS = { ...EXPOSURE_TAGS, parametersJson: "{}" };

const EXTRA = [
  { tag: 282, type: 5, values: [72, 1] },
  { tag: 305, type: 2, values: "QXRD" },
  { tag: 65000, type: 12, values: [0.5] },
] as const;

Deno.test("mergeTags() only appends to a damaged TIFF, or leaves it as it was", () => {
  using tiff = openTiffLibrary();
  const seeds = TIFF_FORMS.flatMap((form) =>
    [1, 4].map((strips) => makeTiff({ ...form, width: 4, height: 4, bits: 16, strips, extra: EXTRA }))
  );
  const start = 40; // behind the pixels: the values and the directory
  const change = fc.tuple(fc.nat(600), fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 12, 16, 32, 127, 128, 254, 255));
  const damaged = fc.tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean());
  const outcomes = { merged: 0, refused: 0 };
  fc.assert(
    fc.property(damaged, ([seed, changes, everywhere]) => {
      const bytes = seed.slice();
      for (const [at, value] of changes) {
        bytes[everywhere ? at % bytes.length : start + at % (bytes.length - start)] = value;
      }
      const file = new MemoryFile(bytes);
      try {
        mergeTagsInto(tiff, file, TAGS, { path: "damaged.tif", fsync: true });
      } catch (error) {
        assert.ok(error instanceof TiffError || error instanceof TiffFormatError, String(error));
        assert.deepEqual(file.bytes, bytes);
        outcomes.refused++;
        return;
      } finally {
        assert.equal(tiff.openHandles, 0);
      }
      const before = readLayout(new MemoryFile(bytes));
      const after = readLayout(new MemoryFile(file.bytes));
      assert.deepEqual(after.strips, before.strips);
      assertOnlyAppended(bytes, file.bytes);
      outcomes.merged++;
    }),
    { numRuns: 5000 },
  );
  assert.ok(outcomes.merged > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
});
