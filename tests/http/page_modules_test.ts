/** Modules of the page that need no browser, beside what the server sends. */
import assert from "node:assert/strict";
import { encodeFrame } from "../../src/http/images/preview.ts";
import { decodeImage, decodePreview, frameSize, valueOfCode } from "../../src/http/page/image/codes.ts";
import { FrameChoice, STEPS } from "../../src/http/page/image/frame_choice.ts";
import { colourTable, positionOf } from "../../src/http/page/image/palette.ts";
import { StableLevels } from "../../src/http/page/image/stable_levels.ts";
import { PatternCurve } from "../../src/http/page/image/pattern_curve.ts";
import { ago, bytes, counts, grouped, seconds } from "../../src/http/page/format.ts";
import type { FramePayload } from "../../src/http/payloads.ts";
import type { FrameImage } from "../../src/plugins/contract.ts";

const SATURATION = 9000;

function image(data: FrameImage["data"], width: number): FrameImage {
  const height = data.length / width;
  return { width, height, shape: [height, width], data };
}

/** As the server sends all pixels. */
function wholeOf(frame: FrameImage, saturation?: number): ArrayBuffer {
  const { imageHeader } = encodeFrame(frame, saturation);
  const pixels = new Uint8Array(frame.data.buffer);
  const all = new Uint8Array(imageHeader.length + pixels.length);
  all.set(imageHeader);
  all.set(pixels, imageHeader.length);
  return all.buffer;
}

Deno.test("a preview is read as the server wrote it, to less than the noise of counting", () => {
  const width = 1500, pixels = new Float32Array(width * width);
  for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 7919 % 8000) + 0.5;
  pixels.fill(NaN, 0, 2);
  pixels.fill(NaN, width, width + 2);
  pixels[10] = SATURATION;
  const { preview, figures } = encodeFrame(image(pixels, width), SATURATION);
  const read = decodePreview(preview.buffer);
  assert.deepEqual(frameSize(read), { width, height: width });
  assert.equal(read.block, 2);
  assert.equal(read.codes[0], 0, "no number");
  assert.equal(read.codes[5], 65_535, "saturated");
  assert.equal(figures.saturated, 1);
  for (let x = 10; x < read.width; x += 31) {
    const row = 2 * 40 * width + 2 * x;
    const mean = (pixels[row]! + pixels[row + 1]! + pixels[row + width]! + pixels[row + width + 1]!) / 4;
    const value = valueOfCode(read, read.codes[40 * read.width + x]!);
    assert.ok(Math.abs(value - mean) < 0.01 * Math.sqrt(mean), `${value} for ${mean}`);
  }
});

Deno.test("pixels of each kind come through as they are", () => {
  const arrays = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array];
  for (const make of arrays) {
    const data = make.from(Array.from({ length: 12 }, (_, at) => at * 10));
    const { pixels, width, height, block } = decodeImage(wholeOf(image(data, 4)));
    assert.deepEqual([width, height, block], [4, 3, 1]);
    assert.deepEqual(pixels, data, make.name);
  }
});

Deno.test("what is cut off or of another version is refused", () => {
  const { preview } = encodeFrame(image(new Float32Array(16), 4), undefined);
  assert.throws(() => decodePreview(preview.buffer.slice(0, -2)), /cut off/);
  assert.throws(() => decodePreview(preview.buffer.slice(0, 5)), /reload the page/);
  assert.throws(() => decodeImage(preview.buffer), /reload the page/);
});

Deno.test("colours: black and white where the levels are, saturated red, nothing without a number", () => {
  const table = colourTable({ low: 0, high: 1000 }, { scale: "linear", black: 100, white: 500, map: "Grey" });
  assert.equal(table[0], 0);
  assert.equal(table[1], 0xff000000);
  assert.equal(table[65_534], 0xffffffff);
  assert.equal(table[65_535]! & 0xff, 255, "red");
  assert.ok((table[65_535]! >>> 16 & 0xff) < 100, "and no blue");
  for (const scale of ["linear", "sqrt", "log"] as const) {
    const position = positionOf({ scale, black: 10, white: 1000 });
    assert.ok(position(10) === 0 && Math.abs(position(1000) - 1) < 1e-12, scale);
    assert.ok(position(200) < position(300), scale);
  }
});

const framesOf = (first: number, count: number): FramePayload[] =>
  Array.from({ length: count }, (_, at) => ({
    id: first + at,
    name: `F-${first + at}.tif`,
    folder: "",
    kind: "frame",
    time: "2026-01-01T00:00:00Z",
    latency_s: 0.3,
    verified: true,
    notes: [],
    figures: null,
  }));

Deno.test("a held frame stays while others come and the list forgets it; steps stay within the strip", () => {
  const choice = new FrameChoice();
  choice.frames = framesOf(1, 50);
  [choice.askedId, choice.shownId] = [50, 50];
  choice.hold(null);
  assert.equal(choice.held?.id, 50);
  for (let step = 0; step < 60; step++) choice.step(-1);
  assert.equal(choice.held?.id, 50 - STEPS + 1, "the strip's first");
  choice.frames = framesOf(200, 50);
  assert.equal(choice.held?.id, 50 - STEPS + 1);
  assert.equal(choice.behind, 50);
  assert.equal(choice.strip.length, STEPS);
  for (let step = 0; step < STEPS; step++) choice.step(1);
  assert.equal(choice.held?.id, 200, "on to what came since");
  choice.hold(9999);
  assert.equal(choice.held?.id, 200, "what is not known changes nothing");
  choice.follow();
  assert.equal(choice.held, null);
});

Deno.test("after a restart whose frames begin anew, the newest is followed again", () => {
  const choice = new FrameChoice();
  choice.frames = framesOf(1000, 3);
  choice.hold(1001);
  choice.frames = framesOf(5, 1);
  assert.equal(choice.held, null);
});

Deno.test("a pattern's axis to angles and back, in each unit", () => {
  for (const unit of ["2th_deg", "2th_rad", "q_nm^-1", "q_A^-1"] as const) {
    const curve = new PatternCurve({ unit, x: [1], intensity: [1] });
    assert.ok(Math.abs(curve.angleOfX(curve.xOfAngle(7.5, 0.18)!, 0.18)! - 7.5) < 1e-12, unit);
  }
  const q = new PatternCurve({ unit: "q_A^-1", x: [1], intensity: [1] });
  assert.ok(Math.abs(q.xOfAngle(60, 1)! - 2 * Math.PI) < 1e-12);
  assert.deepEqual([q.xOfAngle(60, null), q.angleOfX(1, null), q.angleOfX(100, 1)], [null, null, null]);
});

Deno.test("numbers as words, read at a glance", () => {
  const of = <T>(words: (value: T) => unknown, cases: readonly (readonly [T, string])[]) => {
    for (const [value, expected] of cases) assert.equal(words(value), expected, `${words.name} of ${value}`);
  };
  of(seconds, [[0.04, "0.0 s"], [9.96, "10 s"], [59.4, "59 s"], [65, "1 min 5 s"]]);
  of(seconds, [[700, "11 min"], [4000, "1 h 6 min"], [90_000, "1 d 1 h"]]);
  of((value: number) => bytes(value).join(" "), [[0, "0 B"], [999, "999 B"], [1000, "0.98 KiB"], [5.5e9, "5.12 GiB"]]);
  of(grouped, [[1234567, "1\u202f234\u202f567"], [-1234, "\u22121\u202f234"]]);
  of(counts, [[null, "–"], [NaN, "–"], [3.14159, "3.14"], [31.4159, "31.4"], [31415, "31\u202f415"]]);
  of(counts, [[0, "0.00"], [7, "7.00"], [12.34, "12.3"], [4_000_000, "4\u202f000\u202f000"]]);
  of(counts, [[-1300, "\u22121\u202f300"], [1.4999836e32, "1.500e32"], [2 ** 31, "2.147e9"]]);
  of(counts, [[5.8e-7, "5.80e\u22127"], [-0.0123, "\u22120.0123"]]);
  assert.equal(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:05:10Z")), "5 min ago");
});

Deno.test("automatic levels stay over frames that differ little, widen at once and narrow after five seconds", () => {
  const levels = new StableLevels();
  const next = (black: number, white: number, now_ms: number, { size = "a", follows = true } = {}) => {
    const { black: usedBlack, white: usedWhite } = levels.next({ black, white }, { size, follows, now_ms });
    return [usedBlack, usedWhite];
  };
  assert.deepEqual(next(10, 1000, 0), [10, 1000]);
  // The noise of a steady series, and a beam that is weak for a moment.
  assert.deepEqual(next(11, 1100, 300), [10, 1000]);
  assert.deepEqual(next(9, 900, 600), [10, 1000]);
  assert.deepEqual(next(10, 100, 900), [10, 1000]);
  assert.deepEqual(next(10, 990, 5800), [10, 1000], "the dip has ended");
  assert.deepEqual(next(10, 100, 6000), [10, 1000]);
  // What would be cut off is not.
  assert.deepEqual(next(1, 3000, 6300), [1, 3000]);
  // In turns bright and dark: the bright ones are the measure.
  for (let frame = 0; frame < 40; frame++) {
    assert.deepEqual(next(1, frame % 2 === 0 ? 200 : 2900, 6500 + 500 * frame), [1, 3000]);
  }
  // Dark for longer: the widest of that time.
  assert.deepEqual(next(2, 200, 30_000), [1, 3000]);
  assert.deepEqual(next(1, 240, 33_000), [1, 3000]);
  assert.deepEqual(next(2, 220, 35_100), [1, 240]);
  // Frames that are held are compared with each other.
  assert.deepEqual(next(1, 50, 36_000, { follows: false }), [1, 240]);
  assert.deepEqual(next(1, 50, 50_000, { follows: false }), [1, 240]);
  assert.deepEqual(next(0, 9, 50_100, { size: "b" }), [0, 9], "another detector");
  levels.reset();
  assert.deepEqual(next(0, 4, 50_200, { size: "b" }), [0, 4]);
  // A logarithmic scale begins at black.
  assert.deepEqual(next(100, 4000, 60_000), [100, 4000]);
  assert.deepEqual(next(2, 4000, 60_100), [2, 4000]);
});
