/**
 * Integrates frames of one geometry. What does not change from frame to frame (norm, dark and number of pixels of each
 * bin) is summed once; a frame costs one pass over its pixels.
 *
 * I = Σ c (raw − dark) / Σ c norm, σ = √(Σ c² max(raw, 1)) / Σ c norm, with the weights c of the table: pyFAI's
 * integrate1d_ng with error_model "poisson". Sums in 64 bits, results in 32.
 */
import type { Table } from "./table.ts";

export type ErrorModel = "poisson" | "none";

export interface IntegratorOptions {
  /** [pixels]; a pixel whose norm is 0 or no number counts never. */
  readonly norms: Float32Array;
  readonly errorModel: ErrorModel;
  /** Pixels within `deltaDummy` of it are left out, and bins without pixels have it; null for none (and 0). */
  readonly dummy: number | null;
  readonly deltaDummy: number;
  /** [pixels], in the counts of a frame. */
  readonly dark: Float32Array | null;
}

export interface Pattern {
  /** [npt] */
  readonly intensity: Float32Array;
  readonly sigma: Float32Array | null;
  /** Pixels of each bin, by their weights; 0 where a bin has none. [npt] Not to be changed: patterns share it. */
  readonly pixels: Float64Array;
  /** Of the raw counts of all pixels in all bins. */
  readonly total: number;
  /** Pixels of the bins that are no number, or the dummy. */
  readonly bad: number;
}

interface Sums {
  readonly norm: Float64Array;
  readonly dark: Float64Array;
  readonly pixels: Float64Array;
}

/** What lies beyond the last bin and is not read: a pixel may have three bins in a row from `npt` on. */
const BEYOND = 3;
const BAD_START = 1024;

export class Integrator {
  readonly #table: Table;
  readonly #options: IntegratorOptions;
  /** As in the table, but for pixels that never count. */
  #first: Uint16Array;
  readonly #signal: Float64Array;
  readonly #variance: Float64Array;
  #dark: Float32Array | null;
  /** The bad pixels of the last frame, ascending: most detectors have the same ones each time. */
  #bad = new Uint32Array(BAD_START);
  #badCount = 0;
  /** Those of them that would count else. */
  #badInBins = 0;
  #sums: Sums;

  constructor(table: Table, options: IntegratorOptions) {
    const { bins: { npt } } = table;
    this.#table = table;
    this.#options = options;
    this.#dark = options.dark;
    this.#signal = new Float64Array(npt + BEYOND);
    this.#variance = new Float64Array(npt + BEYOND);
    this.#first = this.#counting();
    this.#sums = this.#sum();
  }

  /** Another dark: only the constants of the bins are summed anew. */
  setDark(dark: Float32Array | null): void {
    if (dark === this.#dark) return;
    this.#dark = dark;
    this.#first = this.#counting();
    this.#sums = this.#sum();
  }

  /**
   * @param image raw counts: [pixels]
   * @param options.factor everything is divided by: a monitor, an exposure time
   */
  integrate(image: Float32Array, options: { readonly factor?: number } = {}): Pattern {
    const { factor = 1 } = options, { npt } = this.#table.bins, { dummy, errorModel } = this.#options;
    if (image.length !== this.#first.length) {
      throw new RangeError(`the image has ${image.length} pixels, the table is for ${this.#first.length}`);
    }
    const signal = this.#signal.fill(0), variance = this.#variance.fill(0), withSigma = errorModel !== "none";
    if (!this.#pass(image, withSigma)) {
      this.#listBad(image);
      this.#sums = this.#sum();
    }
    this.#addWide(image, withSigma);
    const { norm, dark, pixels } = this.#sums, none = dummy ?? 0;
    const intensity = new Float32Array(npt), sigma = withSigma ? new Float32Array(npt) : null;
    let total = 0;
    for (let bin = 0; bin < npt; bin++) {
      const scaled = norm[bin]! * factor, isThere = norm[bin]! > 0;
      total += signal[bin]!;
      intensity[bin] = isThere ? (signal[bin]! - dark[bin]!) / scaled : none;
      if (sigma !== null) sigma[bin] = isThere ? Math.sqrt(variance[bin]!) / scaled : none;
    }
    return { intensity, sigma, pixels, total, bad: this.#badInBins };
  }

  /** Returns whether the bad pixels are those of the frame before. Four loops: one for all takes three times as long. */
  #pass(image: Float32Array, withSigma: boolean): boolean {
    const { weights } = this.#table;
    if (weights === null) return withSigma ? this.#wholeSigma(image) : this.#whole(image);
    return withSigma ? this.#splitSigma(image, weights) : this.#split(image, weights);
  }

  #whole(image: Float32Array): boolean {
    const first = this.#first, signal = this.#signal, known = this.#bad, { dummy, deltaDummy } = this.#dummies();
    let bad = 0, same = true;
    for (let i = 0; i < first.length; i++) {
      const s = image[i]!;
      if (s - s !== 0 || Math.abs(s - dummy) <= deltaDummy) same = known[bad++] === i && same;
      else signal[first[i]!]! += s;
    }
    return same && bad === this.#badCount;
  }

  #wholeSigma(image: Float32Array): boolean {
    const first = this.#first, signal = this.#signal, variance = this.#variance, known = this.#bad;
    const { dummy, deltaDummy } = this.#dummies();
    let bad = 0, same = true;
    for (let i = 0; i < first.length; i++) {
      const s = image[i]!, bin = first[i]!;
      if (s - s !== 0 || Math.abs(s - dummy) <= deltaDummy) {
        same = known[bad++] === i && same;
        continue;
      }
      signal[bin]! += s;
      variance[bin]! += s > 1 ? s : 1;
    }
    return same && bad === this.#badCount;
  }

  #split(image: Float32Array, weights: Float32Array): boolean {
    const first = this.#first, signal = this.#signal, known = this.#bad, { dummy, deltaDummy } = this.#dummies();
    let bad = 0, same = true;
    for (let i = 0, at = 0; i < first.length; i++, at += 3) {
      const s = image[i]!, bin = first[i]!;
      if (s - s !== 0 || Math.abs(s - dummy) <= deltaDummy) {
        same = known[bad++] === i && same;
        continue;
      }
      signal[bin]! += weights[at]! * s;
      signal[bin + 1]! += weights[at + 1]! * s;
      signal[bin + 2]! += weights[at + 2]! * s;
    }
    return same && bad === this.#badCount;
  }

  #splitSigma(image: Float32Array, weights: Float32Array): boolean {
    const first = this.#first, signal = this.#signal, variance = this.#variance, known = this.#bad;
    const { dummy, deltaDummy } = this.#dummies();
    let bad = 0, same = true;
    for (let i = 0, at = 0; i < first.length; i++, at += 3) {
      const s = image[i]!, bin = first[i]!;
      if (s - s !== 0 || Math.abs(s - dummy) <= deltaDummy) {
        same = known[bad++] === i && same;
        continue;
      }
      const v = s > 1 ? s : 1, a = weights[at]!, b = weights[at + 1]!, c = weights[at + 2]!;
      signal[bin]! += a * s;
      signal[bin + 1]! += b * s;
      signal[bin + 2]! += c * s;
      variance[bin]! += a * a * v;
      variance[bin + 1]! += b * b * v;
      variance[bin + 2]! += c * c * v;
    }
    return same && bad === this.#badCount;
  }

  #addWide(image: Float32Array, withSigma: boolean): void {
    const { wide: { pixel, bin, weight } } = this.#table, signal = this.#signal, variance = this.#variance;
    const { dummy, deltaDummy } = this.#dummies();
    for (let k = 0; k < pixel.length; k++) {
      const s = image[pixel[k]!]!, w = weight[k]!, to = bin[k]!;
      if (s - s !== 0 || Math.abs(s - dummy) <= deltaDummy || this.#first[pixel[k]!] === this.#table.bins.npt) continue;
      signal[to]! += w * s;
      if (withSigma) variance[to]! += w * w * (s > 1 ? s : 1);
    }
  }

  #dummies(): { dummy: number; deltaDummy: number } {
    const { dummy, deltaDummy } = this.#options;
    return { dummy: dummy === null ? NaN : Math.fround(dummy), deltaDummy: Math.fround(deltaDummy) };
  }

  #listBad(image: Float32Array): void {
    const { dummy, deltaDummy } = this.#dummies();
    this.#badCount = 0;
    this.#badInBins = 0;
    for (let i = 0; i < image.length; i++) {
      const s = image[i]!;
      if (s - s === 0 && !(Math.abs(s - dummy) <= deltaDummy)) continue;
      if (this.#badCount === this.#bad.length) {
        this.#bad = new Uint32Array(this.#bad.buffer.transfer(2 * this.#bad.byteLength));
      }
      this.#bad[this.#badCount++] = i;
      if (this.#first[i] !== this.#table.bins.npt) this.#badInBins++;
    }
  }

  /** The first bins, without the pixels that a norm or dark of no use takes out of every frame. */
  #counting(): Uint16Array {
    const { first, bins: { npt } } = this.#table, { norms } = this.#options, dark = this.#dark;
    let own: Uint16Array | null = null;
    for (let i = 0; i < first.length; i++) {
      const norm = norms[i]!, isOfUse = norm !== 0 && norm - norm === 0 && (dark === null || dark[i]! - dark[i]! === 0);
      if (isOfUse || first[i] === npt) continue;
      own ??= first.slice();
      own[i] = npt;
    }
    return own ?? first;
  }

  /** Of all pixels but the bad ones. */
  #sum(): Sums {
    const { bins: { npt }, weights, wide } = this.#table, { norms } = this.#options;
    const first = this.#first, dark = this.#dark, bad = this.#bad;
    const norm = new Float64Array(npt + BEYOND), counts = new Float64Array(npt + BEYOND);
    const darks = new Float64Array(npt + BEYOND);
    const add = (pixel: number, bin: number, weight: number) => {
      norm[bin]! += weight * norms[pixel]!;
      counts[bin]! += weight;
      if (dark !== null) darks[bin]! += weight * dark[pixel]!;
    };
    let next = 0, nextWide = 0;
    for (let i = 0; i < first.length; i++) {
      const isBad = next < this.#badCount && bad[next] === i, bin = first[i]!, counting = !isBad && bin !== npt;
      if (isBad) next++;
      if (counting && weights === null) add(i, bin, 1);
      else if (counting) { for (let k = 0; k < 3; k++) add(i, bin + k, weights![3 * i + k]!); }
      for (; wide.pixel[nextWide] === i; nextWide++) {
        if (counting) add(i, wide.bin[nextWide]!, wide.weight[nextWide]!);
      }
    }
    return { norm, dark: darks, pixels: counts.subarray(0, npt) };
  }
}
