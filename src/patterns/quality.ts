/** What a scientist should see of a pattern at a glance: where a calibrant's rings lie, and how much it has changed. */
import { UNITS } from "../integration/units.ts";
import type { Pattern } from "../integration/integrator.ts";
import type { PixelArray } from "../plugins/contract.ts";
import { type CalibrantName, spacingsOf } from "./calibrants.ts";
import type { MadePattern, PatternSetup } from "./maker.ts";

/** Rings are looked for so far around where they should be, or to the middle between two. */
const WINDOW_PX = 8;
const BETWEEN_SHARE = 0.45;
/** At each side of a window, for the background. */
const EDGE_SHARE = 0.2;
/** Of the peak's height: what is below belongs to the background. */
const PEAK_SHARE = 0.4;
/** Heights above the background, in its own noise, from which on there is a ring. */
const SIGNIFICANT = 5;
const BINS_MIN = 7;
/** Fewer say nothing of a geometry. */
const RINGS_MIN = 3;

export interface RingReport {
  /** The median over the rings of how much farther from the beam they are than they should be, in pixels. */
  readonly shift_px: number;
  /** Of the ring with the largest deviation, in pixels. */
  readonly largest_px: number;
  readonly rings: number;
}

/** Null where fewer than three rings are found, or the wavelength is not known. */
export function ringReport({ setup, pattern }: MadePattern, calibrant: CalibrantName): RingReport | null {
  const { wavelength_m, x } = setup;
  if (wavelength_m === null) return null;
  const angles = spacingsOf(calibrant).map((d) => wavelength_m / (2 * d)).filter((sine) => sine < 1)
    .map((sine) => 2 * Math.asin(sine));
  const shifts = angles.flatMap((angle, index) => {
    const pixel = pixelAngle(setup, angle);
    const gaps = [angles[index - 1], angles[index + 1]].map((other) => Math.abs((other ?? Infinity) - angle));
    const reach = Math.min(WINDOW_PX * pixel, BETWEEN_SHARE * Math.min(...gaps));
    const at = (angle: number) => abscissaOf(setup, angle);
    const window = { low: at(angle - reach), high: at(angle + reach) };
    const found = peakIn(pattern, x, window);
    if (found === null) return [];
    // Over so small a window the abscissa is linear in the angle.
    return [(found - at(angle)) / (window.high - window.low) * 2 * reach / pixel];
  });
  if (shifts.length < RINGS_MIN) return null;
  const sorted = shifts.toSorted((one, other) => one - other);
  const largest = shifts.reduce((most, shift) => Math.abs(shift) > Math.abs(most) ? shift : most, 0);
  return { shift_px: sorted[sorted.length >> 1]!, largest_px: largest, rings: shifts.length };
}

/** How much 2θ changes over a pixel along a radius. */
function pixelAngle({ placement }: PatternSetup, twoTheta: number): number {
  const pixel = (placement.xPixelSize_m + placement.yPixelSize_m) / 2;
  return pixel / placement.distance_m * Math.cos(twoTheta) ** 2;
}

function abscissaOf({ options, wavelength_m }: PatternSetup, twoTheta: number): number {
  const { quantity, scale } = UNITS[options.unit];
  return scale * (quantity === "q" ? 4e-9 * Math.PI / wavelength_m! * Math.sin(twoTheta / 2) : twoTheta);
}

/** The centre of mass of a peak above a straight background; null where there is none. */
function peakIn({ intensity, pixels }: Pattern, x: Float64Array, { low, high }: { low: number; high: number }) {
  let first = 0;
  while (first < x.length && x[first]! < low) first++;
  let last = first;
  while (last < x.length && x[last]! <= high) last++;
  if (first === 0 || last === x.length || last - first < BINS_MIN) return null;
  const values = intensity.subarray(first, last);
  if (pixels.subarray(first, last).some((count) => count === 0)) return null;
  const edge = Math.max(2, Math.round(EDGE_SHARE * values.length));
  const [left, right] = [mean(values.subarray(0, edge)), mean(values.subarray(values.length - edge))];
  const slope = (right - left) / (values.length - edge),
    background = (i: number) => left + slope * (i - (edge - 1) / 2);
  const net = Array.from(values, (value, i) => value - background(i));
  const noise = Math.sqrt(mean([...net.slice(0, edge), ...net.slice(-edge)].map((value) => value * value)));
  const height = Math.max(...net), top = net.indexOf(height);
  if (!(height > SIGNIFICANT * noise) || height <= 0) return null;
  let [from, to] = [top, top];
  while (from > 0 && net[from - 1]! > PEAK_SHARE * height) from--;
  while (to < net.length - 1 && net[to + 1]! > PEAK_SHARE * height) to++;
  if (from === 0 || to === net.length - 1) return null;
  let [sum, moment] = [0, 0];
  for (let i = from; i <= to; i++) {
    const above = net[i]! - PEAK_SHARE * height;
    sum += above;
    moment += above * x[first + i]!;
  }
  return moment / sum;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * Σ |I − I of before| / Σ |I of before|: 0 for the same pattern. Null where it cannot be said: another number of bins,
 * or nothing in the one before.
 */
export function changeOf(pattern: Pattern, before: Pattern): number | null {
  if (pattern.intensity.length !== before.intensity.length) return null;
  let [difference, all] = [0, 0];
  for (const [bin, value] of pattern.intensity.entries()) {
    difference += Math.abs(value - before.intensity[bin]!);
    all += Math.abs(before.intensity[bin]!);
  }
  return all > 0 ? difference / all : null;
}

export function pixelsFrom(data: PixelArray, limit: number): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! >= limit) count++;
  return count;
}
