import assert from "node:assert/strict";
import { assembleSpans } from "../../src/nexus/assemble.ts";

const REPORT = { way: "splice", splice: { at: 400, tiffOffset: 8, byteCount: 1024 } } as const;

/** Of a file of so many bytes. */
function from(headSize: number) {
  return { head: "head", headSize, image: "tiff" };
}

Deno.test("a whole file is one piece", () => {
  const spans = assembleSpans({ way: "whole", splice: null }, from(500));
  assert.deepEqual(spans, [{ source: "head", offset: 0, length: 500 }]);
});

Deno.test("the pixels go between head and tail; an empty tail is no piece", () => {
  assert.deepEqual(assembleSpans(REPORT, from(500)), [
    { source: "head", offset: 0, length: 400 },
    { source: "tiff", offset: 8, length: 1024 },
    { source: "head", offset: 400, length: 100 },
  ]);
  assert.equal(assembleSpans(REPORT, from(400)).length, 2);
});

Deno.test("a file that is shorter than its report is refused", () => {
  assert.throws(() => assembleSpans(REPORT, from(399)), RangeError);
});
