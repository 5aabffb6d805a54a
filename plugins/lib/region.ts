/** Rectangles of an image and what their pixels come to. */
import type { FrameImage } from "pewatch";

/** In pixels. (0, 0) is the first pixel of the first row, which QXRD shows at the top left as it lies in the file. */
export interface Region {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface RegionValues {
  /** How many pixels count: those that are finite numbers. All other values are about these only. */
  readonly pixels: number;
  /** How many are NaN or infinite: a mask, or a gain of 0. */
  readonly invalid: number;
  /** How many have at least the saturation value; they count like any other. 0 without such a value. */
  readonly saturated: number;
  readonly sum: number;
  /** NaN where no pixel counts; so are the following. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation of the pixels (divided by their number, as numpy's std). */
  readonly std: number;
}

/** A region has no pixel in common with the image. */
export class RegionError extends RangeError {
  override readonly name = "RegionError";
}

/**
 * The part of the region that lies on the image.
 * @throws {RegionError} where there is none
 */
export function clipRegion(region: Region, image: Pick<FrameImage, "width" | "height">): Region {
  const x = Math.max(0, region.x);
  const y = Math.max(0, region.y);
  const width = Math.min(region.x + region.width, image.width) - x;
  const height = Math.min(region.y + region.height, image.height) - y;
  if (width > 0 && height > 0) return { name: region.name, x, y, width, height };
  throw new RegionError(
    `Cannot measure region ${region.name}: it lies outside the image of ${image.width} x ${image.height} pixels`,
  );
}

/** What a row adds up to, in one array that serves for all rows: numbers in an object would be made anew each time. */
const SUM = 0, SQUARES = 1, MIN = 2, MAX = 3;

/** One pass over a region that lies on the image. Sums are taken as doubles, so integers stay exact up to 2^53. */
export function measureRegion(image: FrameImage, region: Region, saturation = Infinity): RegionValues {
  const { data, width: stride } = image;
  // Squares of the distance to a value of the region itself: squares of the values would lose the digits of std.
  const shift = firstFinite(image, region);
  const row = new Float64Array(4);
  let invalid = 0, saturated = 0, sum = 0, squares = 0, min = Infinity, max = -Infinity;
  for (let y = region.y; y < region.y + region.height; y++) {
    const start = y * stride + region.x;
    const end = start + region.width;
    addUp(data, start, end, shift, row);
    // One pixel that is no finite number spoils the row's sum: only such a row is looked through pixel by pixel.
    if (!Number.isFinite(row[SUM])) invalid += addUpFinite(data, start, end, shift, row);
    sum += row[SUM]!;
    squares += row[SQUARES]!;
    min = Math.min(min, row[MIN]!);
    max = Math.max(max, row[MAX]!);
    if (row[MAX]! >= saturation) saturated += countFrom(data, start, end, saturation);
  }
  const pixels = region.width * region.height - invalid;
  if (pixels === 0) return { pixels, invalid, saturated, sum: 0, mean: NaN, min: NaN, max: NaN, std: NaN };
  const mean = sum / pixels;
  return {
    pixels,
    invalid,
    saturated,
    sum: sum + shift * pixels,
    mean: mean + shift,
    min,
    max,
    std: Math.sqrt(Math.max(0, squares / pixels - mean * mean)),
  };
}

/** Two sums side by side: each addition of one has to wait for the one before it. */
function addUp(data: FrameImage["data"], start: number, end: number, shift: number, row: Float64Array): void {
  let sum = 0, other = 0, squares = 0, otherSquares = 0, min = Infinity, max = -Infinity;
  let at = start;
  for (; at + 1 < end; at += 2) {
    const value = data[at]!, next = data[at + 1]!;
    const distance = value - shift, nextDistance = next - shift;
    sum += distance;
    other += nextDistance;
    squares += distance * distance;
    otherSquares += nextDistance * nextDistance;
    if (value < min) min = value;
    if (value > max) max = value;
    if (next < min) min = next;
    if (next > max) max = next;
  }
  if (at < end) {
    const value = data[at]!;
    sum += value - shift;
    squares += (value - shift) * (value - shift);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  row[SUM] = sum + other;
  row[SQUARES] = squares + otherSquares;
  row[MIN] = min;
  row[MAX] = max;
}

/** The same for finite numbers only; returns how many others there are. */
function addUpFinite(data: FrameImage["data"], start: number, end: number, shift: number, row: Float64Array): number {
  let invalid = 0, sum = 0, squares = 0, min = Infinity, max = -Infinity;
  for (let at = start; at < end; at++) {
    const value = data[at]!;
    if (!Number.isFinite(value)) {
      invalid++;
      continue;
    }
    sum += value - shift;
    squares += (value - shift) * (value - shift);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  row[SUM] = sum;
  row[SQUARES] = squares;
  row[MIN] = min;
  row[MAX] = max;
  return invalid;
}

function countFrom(data: FrameImage["data"], start: number, end: number, least: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (data[at]! >= least && data[at] !== Infinity) count++;
  return count;
}

function firstFinite({ data, width }: FrameImage, region: Region): number {
  for (let row = region.y; row < region.y + region.height; row++) {
    for (let column = region.x; column < region.x + region.width; column++) {
      const value = data[row * width + column]!;
      if (Number.isFinite(value)) return value;
    }
  }
  return 0;
}
