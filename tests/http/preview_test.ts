/** The preview of a frame: what its codes mean, and what stays of rings, gaps and saturated pixels. */
import assert from "node:assert/strict";
import { encodeFrame } from "../../src/http/images/preview.ts";
import type { FrameImage, PixelArray } from "../../src/plugins/contract.ts";

function image(width: number, height: number, data: PixelArray): FrameImage {
  return { width, height, shape: [height, width], data };
}

/** As a browser reads it; null is no number, "saturated" what it says. */
function decode(preview: Uint8Array<ArrayBuffer>) {
  const view = new DataView(preview.buffer);
  const [low, high, saturation, black, white] = [12, 16, 20, 24, 28].map((at) => view.getFloat32(at, true));
  const codes = new Uint16Array(preview.buffer, 32);
  const values = Array.from(codes, (code) => {
    if (code === 0) return null;
    return code === 65_535 ? "saturated" : low! + (high! - low!) * ((code - 1) / 65_533) ** 2;
  });
  const [width, height, block] = [4, 6, 8].map((at) => view.getUint16(at, true));
  return {
    magic: String.fromCharCode(...preview.subarray(0, 4)),
    width,
    height,
    block,
    saturation,
    black,
    white,
    values,
  };
}

Deno.test("small frames travel pixel by pixel, within a step of the code", () => {
  const data = Float32Array.from({ length: 12 }, (_, at) => at * at - 3.5);
  const { preview, figures } = encodeFrame(image(4, 3, data), undefined);
  const { magic, width, height, block, saturation, values } = decode(preview);
  assert.deepEqual([magic, width, height, block, saturation], ["PWP1", 4, 3, 1, 0]);
  for (const [at, value] of values.entries()) {
    assert.ok(Math.abs(Number(value) - data[at]!) < 0.01, `${value} at ${at}`);
  }
  assert.equal(figures.max, 117.5);
  assert.equal(figures.saturated, null);
  assert.ok(Math.abs(figures.mean! - data.reduce((sum, one) => sum + one, 0) / 12) < 1e-5);
});

Deno.test("blocks of two are means as in the general way, with gaps and saturated pixels", () => {
  const side = 2048;
  const data = Float32Array.from({ length: side * side }, (_, at) => (at * 7919) % 1000);
  // A block without a number, one with a part, one with a saturated pixel, one that is infinite.
  for (const [y, x] of [[0, 0], [0, 1], [1, 0], [1, 1], [0, 2], [4, 5]]) data[y! * side + x!] = NaN;
  data[6 * side + 6] = 60_000;
  data[8 * side + 8] = Infinity;
  const { preview, figures } = encodeFrame(image(side, side, data), 50_000);
  const { block, values, saturation } = decode(preview);
  assert.equal(block, 2);
  assert.equal(saturation, 50_000);
  const meanOf = (row: number, column: number) => {
    const four = [0, 1].flatMap((dy) => [0, 1].map((dx) => data[(2 * row + dy) * side + 2 * column + dx]!));
    const numbers = four.filter(Number.isFinite);
    return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  };
  assert.equal(values[0], null);
  assert.equal(values[3 * 1024 + 3], "saturated");
  assert.equal(values[4 * 1024 + 4], "saturated");
  for (const [row, column] of [[0, 1], [2, 2], [100, 7], [1023, 1023]]) {
    const value = Number(values[row! * 1024 + column!]);
    assert.ok(Math.abs(value - meanOf(row!, column!)) < 3, `${value} at ${row}, ${column}`);
  }
  assert.equal(figures.saturated, 2);
  assert.equal(figures.max, 60_000);
});

Deno.test("the last blocks of an odd frame are as large as the frame leaves them", () => {
  const { width, height, block, values } = decode(
    encodeFrame(image(2049, 3, Uint16Array.from({ length: 3 * 2049 }, (_, at) => at % 2049)), undefined).preview,
  );
  assert.deepEqual([width, height, block], [683, 1, 3]);
  assert.ok(Math.abs(Number(values.at(-1)) - 2047) < 1);
});

Deno.test("frames of one value, of none and of kinds of numbers", () => {
  assert.deepEqual(decode(encodeFrame(image(2, 1, Uint8Array.of(7, 7)), undefined).preview).values, [7, 7]);
  const none = encodeFrame(image(2, 1, Float64Array.of(NaN, NaN)), undefined);
  assert.deepEqual(decode(none.preview).values, [null, null]);
  assert.deepEqual(none.figures, { mean: null, max: null, saturated: null });
  const kinds = [Uint16Array.of(1), Int32Array.of(-1), Float32Array.of(1)].map((data) => {
    return [...encodeFrame(image(1, 1, data), undefined).imageHeader.subarray(8, 10)];
  });
  assert.deepEqual(kinds, [[0, 2], [1, 4], [2, 4]]);
});

Deno.test("white is above black where anything is, and what is infinite is saturated only by a known count", () => {
  const sparse = Uint32Array.from({ length: 100 * 100 }, (_, at) => at % 997 === 0 ? 3 : 0);
  const { black, white } = decode(encodeFrame(image(100, 100, sparse), undefined).preview);
  assert.deepEqual([black, white], [0, 3]);
  for (const side of [2, 2048]) {
    const data = new Float32Array(side * side).fill(5);
    data[0] = Infinity;
    const { preview, figures } = encodeFrame(image(side, side, data), undefined);
    assert.notEqual(decode(preview).values[0], "saturated");
    assert.deepEqual(figures, { mean: 5, max: 5, saturated: null });
  }
});
