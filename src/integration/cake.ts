/**
 * Two dimensions, radius and azimuth: the weight of a pixel in a cell is the product of its weights in both directions
 * (pyFAI 2026.9, integrate2d_ng with "bbox" or "no", CSR). Slower than a pattern, and its table is larger: for some
 * frames of a series.
 */
import { type AxisOptions, type Bins, binsOf, NoPixelsError, Splitter } from "./bins.ts";
import { Extents } from "./extents.ts";
import type { ErrorModel } from "./integrator.ts";

export interface CakeOptions extends Omit<AxisOptions, "quantity" | "npt" | "range"> {
  readonly radial: Pick<AxisOptions, "quantity" | "npt" | "range">;
  readonly azimuth: Pick<AxisOptions, "npt" | "range">;
  /** [pixels] */
  readonly norms: Float32Array;
  readonly errorModel: ErrorModel;
  readonly dummy: number | null;
  readonly deltaDummy: number;
}

export interface Cake {
  /** [azimuth][radius]; 0, or the dummy, where a cell has no pixel. */
  readonly intensity: Float32Array;
  readonly sigma: Float32Array | null;
  /** Pixels of each cell, by their weights. */
  readonly pixels: Float32Array;
}

/** Bins in a row and their weights, pixel after pixel. */
interface Runs {
  readonly bins: Bins;
  readonly first: Uint16Array;
  /** Where the weights of a pixel begin; those of the next end them. [pixels + 1] */
  readonly start: Uint32Array;
  readonly weights: Float32Array;
}

export class CakeIntegrator {
  readonly #options: CakeOptions;
  readonly #radial: Runs;
  readonly #azimuth: Runs;

  /** @throws NoPixelsError, RangeError */
  constructor(options: CakeOptions) {
    this.#options = options;
    this.#radial = runsOf({ ...options, ...options.radial });
    this.#azimuth = runsOf({ ...options, ...options.azimuth, quantity: "chi" });
  }

  get radial(): Bins {
    return this.#radial.bins;
  }

  /** In radians. */
  get azimuth(): Bins {
    return this.#azimuth.bins;
  }

  /** @param image raw counts, dark beside it or null: [pixels] */
  integrate(image: Float32Array, { dark, factor = 1 }: { dark: Float32Array | null; factor?: number }): Cake {
    const { norms, errorModel, dummy, deltaDummy } = this.#options;
    const radial = this.#radial, azimuth = this.#azimuth, npt = radial.bins.npt, cells = npt * azimuth.bins.npt;
    const signal = new Float64Array(cells), norm = new Float64Array(cells), pixels = new Float32Array(cells);
    const variance = errorModel === "none" ? null : new Float64Array(cells);
    const none = dummy ?? 0, missing = dummy === null ? NaN : Math.fround(dummy), within = Math.fround(deltaDummy);
    for (let i = 0; i < image.length; i++) {
      const raw = image[i]!, weight = norms[i]!, net = dark === null ? raw : Math.fround(raw - dark[i]!);
      if (net - net !== 0 || weight - weight !== 0 || weight === 0 || Math.abs(raw - missing) <= within) continue;
      const start = radial.start[i]!, end = radial.start[i + 1]!, error = raw > 1 ? raw : 1;
      for (let a = azimuth.start[i]!, row = azimuth.first[i]!; a < azimuth.start[i + 1]!; a++, row++) {
        const share = azimuth.weights[a]!;
        for (let r = start, cell = row * npt + radial.first[i]!; r < end; r++, cell++) {
          const c = Math.fround(share * radial.weights[r]!);
          signal[cell]! += c * net;
          norm[cell]! += c * weight;
          pixels[cell]! += c;
          if (variance !== null) variance[cell]! += c * c * error;
        }
      }
    }
    const intensity = new Float32Array(cells), sigma = variance === null ? null : new Float32Array(cells);
    for (let cell = 0; cell < cells; cell++) {
      const isThere = norm[cell]! > 0, scaled = norm[cell]! * factor;
      intensity[cell] = isThere ? signal[cell]! / scaled : none;
      if (sigma !== null) sigma[cell] = isThere ? Math.sqrt(variance![cell]!) / scaled : none;
    }
    return { intensity, sigma, pixels };
  }
}

function runsOf(options: AxisOptions): Runs {
  const { detector: { width, height }, mask, split } = options;
  const bins = binsOf(options), splitter = new Splitter(bins), rows = new Extents(options);
  const first = new Uint16Array(width * height), start = new Uint32Array(width * height + 1);
  let weights = new Float32Array(3 * width * height), used = 0;
  for (let row = 0, pixel = 0; row < height; row++) {
    rows.read(row);
    for (let column = 0; column < width; column++, pixel++) {
      start[pixel] = used;
      if (mask !== null && mask[pixel] !== 0) continue;
      splitter.place(rows.centre[column]!, split === "no" ? 0 : rows.reach[column]!);
      const { count } = splitter;
      if (count === 0) continue;
      if (used + count > weights.length) {
        weights = new Float32Array(weights.buffer.transfer(2 * weights.byteLength));
      }
      first[pixel] = splitter.first;
      weights[used++] = splitter.left;
      for (let k = 1; k < count; k++) weights[used++] = k === count - 1 ? splitter.right : splitter.between;
    }
  }
  if (used === 0) throw new NoPixelsError("no pixel is in use: the mask or the range leaves none");
  start[width * height] = used;
  return { bins, first, start, weights: weights.slice(0, used) };
}
