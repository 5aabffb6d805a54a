/**
 * Where each pixel lies in 2θ, q or χ, and how far it reaches from its centre to its corners, row by row.
 *
 * The reach is the largest distance from the centre (64 bits) to one of the four corners (rounded to 32 bits), as in
 * pyFAI (geometry/core.py, delta arrays from the corner array): without the rounding intensities differ by 3e-6.
 */
import type { Point } from "../geometry/pixels.ts";
import type { Detector } from "./detector.ts";
import type { Quantity } from "./units.ts";

const NM_PER_M = 1e9;

export interface ExtentOptions {
  readonly detector: Detector;
  /** "chi" is the azimuth atan2(y, x) in radians, -π to π. */
  readonly quantity: Quantity | "chi";
  /** For q, in metres. */
  readonly wavelength_m: number | null;
}

/** Rows are cheapest in their order: a row's lower corners are the upper corners of the next. */
export class Extents {
  /** Of the row that was read last: [width]. */
  readonly centre: Float64Array;
  readonly reach: Float64Array;
  readonly #options: ExtentOptions;
  readonly #factor: number;
  #above: Float64Array;
  #below: Float64Array;
  #belowRow = -1;

  /** @throws RangeError where q is asked for without a wavelength */
  constructor(options: ExtentOptions) {
    const { detector: { width }, quantity, wavelength_m } = options;
    if (quantity === "q" && !((wavelength_m ?? 0) > 0)) throw new RangeError("q needs a wavelength");
    this.#options = options;
    this.#factor = quantity === "q" ? 4 * Math.PI / (wavelength_m! * NM_PER_M) : 0;
    this.centre = new Float64Array(width);
    this.reach = new Float64Array(width);
    this.#above = new Float64Array(width + 1);
    this.#below = new Float64Array(width + 1);
  }

  /** Fills `centre` and `reach`. */
  read(row: number): void {
    if (row === this.#belowRow) [this.#above, this.#below] = [this.#below, this.#above];
    else this.#corners(row, this.#above);
    this.#corners(row + 1, this.#below);
    this.#belowRow = row + 1;
    this.#values(row + 0.5, 0.5, this.centre);
    if (this.#options.quantity === "chi") this.#reachAround();
    else this.#reachAlong();
  }

  #reachAlong(): void {
    const { centre, reach } = this, above = this.#above, below = this.#below;
    for (let i = 0; i < centre.length; i++) {
      const c = centre[i]!;
      const upper = Math.max(Math.abs(above[i]! - c), Math.abs(above[i + 1]! - c));
      const lower = Math.max(Math.abs(below[i]! - c), Math.abs(below[i + 1]! - c));
      reach[i] = Math.max(upper, lower);
    }
  }

  /** The shorter way round. */
  #reachAround(): void {
    const { centre, reach } = this, above = this.#above, below = this.#below;
    for (let i = 0; i < centre.length; i++) {
      let most = 0;
      for (const corner of [above[i]!, above[i + 1]!, below[i]!, below[i + 1]!]) {
        const distance = Math.abs(corner - centre[i]!);
        most = Math.max(most, Math.min(distance, 2 * Math.PI - distance));
      }
      reach[i] = most;
    }
  }

  #corners(y: number, out: Float64Array): void {
    this.#values(y, 0, out);
    for (let i = 0; i < out.length; i++) out[i] = Math.fround(out[i]!);
  }

  /** At x, x + 1, … of the line y, in pixels from the outer edge of the first pixel. */
  #values(y: number, x: number, out: Float64Array): void {
    const { detector: { plane: { origin, alongX, alongY } }, quantity } = this.#options;
    const start: Point = [origin[0] + y * alongY[0], origin[1] + y * alongY[1], origin[2] + y * alongY[2]];
    if (quantity === "q") fillQ(start, alongX, { x, factor: this.#factor, out });
    else if (quantity === "twoTheta") fillTwoTheta(start, alongX, { x, out });
    else fillChi(start, alongX, { x, out });
  }
}

/**
 * q = 4π/λ sin θ with sin θ = r / √(2 d (d + z)): neither atan2 nor sin, and no cancellation near the beam.
 * Behind the sample (z < 0) the other form does not cancel.
 */
function fillQ(start: Point, along: Point, of: { x: number; factor: number; out: Float64Array }): void {
  const { out, factor } = of;
  for (let i = 0; i < out.length; i++) {
    const at = of.x + i, x = start[0] + at * along[0], y = start[1] + at * along[1], z = start[2] + at * along[2];
    const r2 = x * x + y * y, d = Math.sqrt(r2 + z * z);
    out[i] = factor * Math.sqrt(z > 0 ? r2 / (2 * d * (d + z)) : (d - z) / (2 * d));
  }
}

function fillTwoTheta(start: Point, along: Point, of: { x: number; out: Float64Array }): void {
  const { out } = of;
  for (let i = 0; i < out.length; i++) {
    const at = of.x + i, x = start[0] + at * along[0], y = start[1] + at * along[1], z = start[2] + at * along[2];
    out[i] = Math.atan2(Math.sqrt(x * x + y * y), z);
  }
}

function fillChi(start: Point, along: Point, of: { x: number; out: Float64Array }): void {
  const { out } = of;
  for (let i = 0; i < out.length; i++) {
    const at = of.x + i;
    out[i] = Math.atan2(start[1] + at * along[1], start[0] + at * along[0]);
  }
}
