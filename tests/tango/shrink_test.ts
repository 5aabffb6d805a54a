/** The preview shows what is in the frame: whole blocks, fractions that leave out hot pixels, no number is no pixel. */
import assert from "node:assert/strict";
import type { FrameImage } from "../../src/plugins/contract.ts";
import { shrink } from "../../src/tango/shrink.ts";

const WHITE = 65535;

function image(width: number, height: number, value: (x: number, y: number) => number): FrameImage {
  const data = Float32Array.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width)));
  return { width, height, shape: [height, width], data: data as FrameImage["data"] };
}

Deno.test("an image that fits keeps its pixels; black is its least and white its greatest value", () => {
  const { pixels, width, height } = shrink(image(3, 2, (x, y) => x + 3 * y), 512);
  assert.deepEqual([width, height], [3, 2]);
  assert.deepEqual([...pixels], [0, 1, 2, 3, 4, 5].map((value) => value * WHITE / 5));
});

Deno.test("the two levels are in counts: a pixel's value is between them as its shade is between black and white", () => {
  const counts = (x: number, y: number) => 700 + 3 * x + 11 * y;
  const { pixels, low, high } = shrink(image(40, 40, counts), 512);
  assert.ok(low > 700 && low < 740 && high > 1230 && high <= counts(39, 39), `${low} ${high}`);
  const shown = low + pixels[20 * 40 + 20]! / WHITE * (high - low);
  assert.ok(Math.abs(shown - counts(20, 20)) < 0.01, String(shown));
  const nothing = shrink(image(4, 4, () => NaN), 2);
  assert.ok(Number.isNaN(nothing.low) && Number.isNaN(nothing.high));
  const flat = shrink(image(4, 4, () => 5), 2);
  assert.deepEqual([flat.low, flat.high], [5, 5]);
});

Deno.test("a pixel is the mean of its block, and blocks of the border are as large as the image leaves them", () => {
  // 5 x 3 pixels into blocks of 2: columns of 2, 2 and 1 pixels, rows of 2 and 1.
  const { pixels, width, height } = shrink(image(5, 3, (x) => x < 2 ? 0 : x < 4 ? (x - 2) * 100 : 100), 3);
  assert.deepEqual([width, height], [3, 2]);
  assert.deepEqual([...pixels], [0, 32768, WHITE, 0, 32768, WHITE]);
});

Deno.test("no side is longer than asked for, whatever the frame's is", () => {
  for (const side of [1, 511, 512, 513, 1000, 1024, 1025, 2047]) {
    const { width, height, pixels } = shrink(image(side, 7, () => 1), 512);
    assert.ok(width <= 512 && width > side / 512 / 2, `${side} gives ${width}`);
    assert.equal(pixels.length, width * height);
  }
});

Deno.test("a line of one pixel is seen wherever it lies", () => {
  for (let line = 0; line < 8; line++) {
    const { pixels, width } = shrink(image(64, 64, (x) => x === 24 + line ? 1000 : 0), 8);
    const columns = Array.from({ length: width }, (_, x) => pixels[x]!);
    assert.deepEqual(columns, [0, 0, 0, WHITE, 0, 0, 0, 0], `line at ${24 + line}`);
  }
});

Deno.test("a hot and a dead pixel leave the rest as it is", () => {
  const ramp = image(100, 100, (x, y) => x === 50 && y === 50 ? 1e9 : x === 9 && y === 9 ? -1e9 : x);
  const { pixels } = shrink(ramp, 512);
  assert.equal(pixels[0], 0);
  assert.equal(pixels[50 * 100 + 50], WHITE);
  const middle = pixels[20 * 100 + 50]!;
  assert.ok(Math.abs(middle / WHITE - 0.5) < 0.02, String(middle));
});

Deno.test("what is no number does not count, and a block of such is black", () => {
  const { pixels } = shrink(image(6, 2, (x) => x < 2 ? NaN : x < 4 ? [Infinity, 8][x - 2]! : 4), 3);
  assert.deepEqual([...pixels], [0, WHITE, 0]);
  assert.deepEqual([...shrink(image(4, 4, () => NaN), 2).pixels], [0, 0, 0, 0]);
  assert.deepEqual([...shrink(image(4, 4, () => 5), 2).pixels], [0, 0, 0, 0]);
});
