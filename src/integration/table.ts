/**
 * The table of a geometry: for each pixel its bins and weights, in the form that a frame is summed by fastest. Three
 * bins in a row for each pixel (most pixels touch no more), the few wider ones in a list.
 */
import { type AxisOptions, type Bins, binsOf, NoPixelsError, type Range, Splitter } from "./bins.ts";
import { Extents } from "./extents.ts";

export interface Table {
  readonly bins: Bins;
  /** First bin of each pixel; `npt`, whose sums nobody reads, where it belongs to none. [pixels] */
  readonly first: Uint16Array;
  /** [3 * pixels]; null without splitting, where each weight is 1. */
  readonly weights: Float32Array | null;
  readonly wide: Wide;
}

/** What of pixels that touch more than three bins lies beyond the third. In the order of pixels. */
export interface Wide {
  readonly pixel: Uint32Array;
  readonly bin: Uint16Array;
  readonly weight: Float32Array;
}

export interface TableOptions extends AxisOptions {
  /** In radians; a pixel counts whole if it touches the sector, which may lead across ±π. Null for all. */
  readonly azimuth: Range | null;
}

/** Bins in a row that a pixel has in `weights`. */
const SLOTS = 3;

/** @throws NoPixelsError, RangeError */
export function tableOf(options: TableOptions): Table {
  const { detector: { width, height }, mask, split, azimuth } = options;
  const bins = binsOf(options), splitter = new Splitter(bins), radial = new Extents(options);
  const sector = azimuth === null ? null : new Sector(azimuth, options);
  const first = new Uint16Array(width * height).fill(bins.npt);
  const weights = split === "no" ? null : new Float32Array(SLOTS * first.length);
  const wide: { pixel: number[]; bin: number[]; weight: number[] } = { pixel: [], bin: [], weight: [] };
  let used = 0;
  for (let row = 0, pixel = 0; row < height; row++) {
    radial.read(row);
    sector?.read(row);
    for (let column = 0; column < width; column++, pixel++) {
      if (mask !== null && mask[pixel] !== 0) continue;
      if (sector !== null && !sector.touches(column)) continue;
      splitter.place(radial.centre[column]!, weights === null ? 0 : radial.reach[column]!);
      const { count } = splitter;
      if (count === 0) continue;
      used++;
      first[pixel] = splitter.first;
      if (weights === null) continue;
      weights[SLOTS * pixel] = splitter.left;
      for (let k = 1; k < count; k++) {
        const weight = k === count - 1 ? splitter.right : splitter.between;
        if (k < SLOTS) weights[SLOTS * pixel + k] = weight;
        else {
          wide.pixel.push(pixel);
          wide.bin.push(splitter.first + k);
          wide.weight.push(weight);
        }
      }
    }
  }
  if (used === 0) throw new NoPixelsError("no pixel is in use: mask, range and azimuth leave none");
  return {
    bins,
    first,
    weights,
    wide: {
      pixel: Uint32Array.from(wide.pixel),
      bin: Uint16Array.from(wide.bin),
      weight: Float32Array.from(wide.weight),
    },
  };
}

/** Pixels whose azimuth, within their reach, lies in a sector; modulo 360 degrees, where pyFAI stops at ±180. */
class Sector {
  readonly #rows: Extents;
  readonly #from: number;
  readonly #span: number;
  readonly #whole: boolean;

  constructor([a, b]: Range, options: TableOptions) {
    this.#rows = new Extents({ ...options, quantity: "chi" });
    this.#from = Math.min(a, b);
    this.#span = Math.max(a, b) - this.#from;
    this.#whole = options.split !== "no";
  }

  read(row: number): void {
    this.#rows.read(row);
  }

  touches(column: number): boolean {
    const reach = this.#whole ? this.#rows.reach[column]! : 0, turn = 2 * Math.PI;
    const after = this.#rows.centre[column]! - this.#from, within = after - turn * Math.floor(after / turn);
    return within - reach <= this.#span || within + reach >= turn;
  }
}
