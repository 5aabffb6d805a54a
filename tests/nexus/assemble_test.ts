import assert from "node:assert/strict";
import { assembleSpans } from "../../src/nexus/assemble.ts";

Deno.test("a whole file is one piece", () => {
  assert.deepEqual(assembleSpans({ way: "whole", splice: null }, 500), [{ from: "head", offset: 0, length: 500 }]);
});

Deno.test("the pixels go between head and tail", () => {
  const report = { way: "splice", splice: { at: 400, tiffOffset: 8, byteCount: 1024 } } as const;
  assert.deepEqual(assembleSpans(report, 500), [
    { from: "head", offset: 0, length: 400 },
    { from: "tiff", offset: 8, length: 1024 },
    { from: "head", offset: 400, length: 100 },
  ]);
});

Deno.test("an empty tail is no piece", () => {
  const report = { way: "splice", splice: { at: 400, tiffOffset: 8, byteCount: 1024 } } as const;
  assert.equal(assembleSpans(report, 400).length, 2);
});

Deno.test("a file that is shorter than its report is refused", () => {
  const report = { way: "splice", splice: { at: 400, tiffOffset: 8, byteCount: 1024 } } as const;
  assert.throws(() => assembleSpans(report, 399), RangeError);
});
