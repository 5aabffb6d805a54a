import assert from "node:assert/strict";
import { clipRegion, measureRegion, RegionError } from "../../plugins/lib/region.ts";
import type { FrameImage } from "../../src/plugins/contract.ts";

/** 4 x 3 pixels: 0 1 2 3 / 10 11 12 13 / 20 21 22 23. */
const VALUES = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23];

function image(data: FrameImage["data"]): FrameImage {
  return { width: 4, height: 3, shape: [3, 4], data };
}

function region(x: number, y: number, width: number, height: number) {
  return { name: "ring", x, y, width, height };
}

Deno.test("measureRegion takes the pixels of its rectangle, rows from the top, in every type", () => {
  for (
    const Type of [Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int8Array, Int16Array, Int32Array]
  ) {
    const { sum, mean, min, max, std, pixels } = measureRegion(image(new Type(VALUES)), region(1, 1, 2, 2));
    assert.deepEqual({ sum, mean, min, max, pixels }, { sum: 66, mean: 16.5, min: 11, max: 22, pixels: 4 });
    assert.ok(Math.abs(std - Math.sqrt(25.25)) < 1e-12);
  }
});

Deno.test("measureRegion leaves out and counts what is no finite number, and counts what is saturated", () => {
  const data = new Float32Array(VALUES);
  data[0] = NaN;
  data[1] = Infinity;
  data[2] = -Infinity;
  const measured = measureRegion(image(data), region(0, 0, 4, 3), 22);
  assert.deepEqual([measured.pixels, measured.invalid, measured.saturated, measured.sum], [9, 3, 2, 135]);
  assert.deepEqual([measured.min, measured.max], [3, 23]);
});

Deno.test("measureRegion without any usable pixel has no mean, and no sum but 0", () => {
  const measured = measureRegion(image(new Float32Array(12).fill(NaN)), region(0, 0, 2, 2));
  assert.deepEqual(measured, { pixels: 0, invalid: 4, saturated: 0, sum: 0, mean: NaN, min: NaN, max: NaN, std: NaN });
});

Deno.test("measureRegion keeps the digits of a small spread on a high level", () => {
  const data = Float64Array.from({ length: 12 }, (_, index) => 1e9 + (index % 2));
  assert.equal(measureRegion(image(data), region(0, 0, 4, 3)).std, 0.5);
});

Deno.test("clipRegion cuts at each border", () => {
  const size = { width: 4, height: 3 };
  assert.deepEqual(clipRegion(region(-1, -1, 3, 3), size), region(0, 0, 2, 2));
  assert.deepEqual(clipRegion(region(3, 2, 10, 10), size), region(3, 2, 1, 1));
  assert.deepEqual(clipRegion(region(1, 1, 2, 1), size), region(1, 1, 2, 1));
});

Deno.test("clipRegion names a region that lies outside", () => {
  for (const outside of [region(4, 0, 1, 1), region(0, 3, 1, 1), region(-2, 0, 2, 2), region(0, -5, 4, 5)]) {
    assert.throws(() => clipRegion(outside, { width: 4, height: 3 }), (error) => {
      assert.ok(error instanceof RegionError);
      return /region ring: it lies outside the image of 4 x 3 pixels/.test(error.message);
    });
  }
});
