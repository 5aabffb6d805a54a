/**
 * Which bins a pixel belongs to, and with which weights: pyFAI's pixel splitting "bbox" and "no" in one dimension
 * (pyFAI 2026.9: ext/splitBBoxCSR.pyx, ext/CSR_common.pxi).
 */
import { type ExtentOptions, Extents } from "./extents.ts";

export type Split = "no" | "bbox";

/** From one number to another, in the inner unit. */
export type Range = readonly [number, number];

export interface AxisOptions extends ExtentOptions {
  readonly npt: number;
  readonly split: Split;
  /** In the inner unit; null for all that the pixels in use reach. */
  readonly range: Range | null;
  /** [height * width]; not 0: the pixel is left out. */
  readonly mask: Uint8Array | null;
}

export interface Bins {
  readonly npt: number;
  readonly low: number;
  readonly high: number;
  /** In the inner unit: [npt]. */
  readonly centres: Float64Array;
}

/** No pixel is in use, or none lies in the range: there is nothing to integrate. */
export class NoPixelsError extends Error {
  override readonly name = "NoPixelsError";
}

/** So much above the largest position, that this pixel still belongs to the last bin. */
const ABOVE = 1 + 2 ** -23;
/** pyFAI limits azimuths to what 32 bits hold of π. */
const CHI_MAX = Math.fround(Math.PI);
/** The numbers of bins are kept in 16 bits, with three more for pixels that belong to none. */
export const NPT_MAX = 65_000;

/** @throws NoPixelsError, RangeError */
export function binsOf(options: AxisOptions): Bins {
  const { npt, range } = options;
  if (!Number.isInteger(npt) || npt < 1 || npt > NPT_MAX) {
    throw new RangeError(`the number of bins is ${npt}; it has to be 1 to ${NPT_MAX}`);
  }
  const [low, most] = range === null ? reached(options) : [Math.min(...range), Math.max(...range)];
  if (!(most > low)) throw new NoPixelsError("no pixel is in use: the mask or the range leaves none");
  const high = most > 0 ? most * ABOVE : most / ABOVE;
  return { npt, low, high, centres: spread(low, high, npt) };
}

/** As numpy.linspace(low + step / 2, high - step / 2, npt). */
function spread(low: number, high: number, npt: number): Float64Array {
  const half = 0.5 * ((high - low) / npt), start = low + half, stop = high - half;
  const centres = new Float64Array(npt);
  for (let i = 0; i < npt; i++) centres[i] = npt > 1 ? start + i * ((stop - start) / (npt - 1)) : start;
  if (npt > 1) centres[npt - 1] = stop;
  return centres;
}

function reached(options: AxisOptions): [number, number] {
  const { mask, split, quantity, detector: { width, height } } = options;
  const rows = new Extents(options), { centre, reach } = rows;
  let low = Infinity, high = -Infinity;
  for (let row = 0, pixel = 0; row < height; row++) {
    rows.read(row);
    for (let i = 0; i < width; i++, pixel++) {
      if (mask !== null && mask[pixel] !== 0) continue;
      const c = centre[i]!, r = split === "no" ? 0 : reach[i]!;
      if (c + r > high) high = c + r;
      if (c - r < low) low = c - r;
    }
  }
  return quantity === "chi" ? [Math.max(low, -CHI_MAX), Math.min(high, CHI_MAX)] : [Math.max(0, low), high];
}

/** Says of one pixel after the other which bins it belongs to; a class, so that nothing is allocated for a pixel. */
export class Splitter {
  /** The first bin. */
  first = 0;
  /** How many bins in a row; 0 where the pixel lies outside of all. */
  count = 0;
  /** Weights of the first bin, of each between, and of the last; `left` alone counts where there is one bin. */
  left = 0;
  between = 0;
  right = 0;
  readonly #npt: number;
  readonly #low: number;
  readonly #step: number;

  constructor({ npt, low, high }: Bins) {
    this.#npt = npt;
    this.#low = low;
    this.#step = (high - low) / npt;
  }

  /** @param reach 0 without splitting */
  place(centre: number, reach: number): void {
    const from = (centre - reach - this.#low) / this.#step, to = (centre + reach - this.#low) / this.#step;
    // Toward zero, as C does: what lies less than one bin below the range belongs to bin 0.
    const low = Math.trunc(from), high = Math.trunc(to);
    if (!(high >= 0 && low < this.#npt)) {
      this.count = 0;
      return;
    }
    const first = Math.max(low, 0), last = Math.min(high, this.#npt - 1);
    this.first = first;
    this.count = last - first + 1;
    if (first === last) {
      this.left = 1;
      return;
    }
    // `from` and `to` are not cut at the ends of the range: the end bins get what lies outside, as in pyFAI.
    this.between = 1 / (to - from);
    this.left = this.between * (first + 1 - from);
    this.right = this.between * (to - last);
  }
}
