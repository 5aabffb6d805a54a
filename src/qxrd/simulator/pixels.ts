/** Pixels of each frame: one picture with noise, made once, and a band of rows that is new in each frame. */
import { createHash } from "node:crypto";
import { powderPicture } from "./powder.ts";
import { mixSeed, Random } from "./random.ts";

export type PixelType = "float32" | "uint32" | "uint16" | "uint8";
export type PixelKind = "sample" | "dark";

export const BYTES_PER_PIXEL = { float32: 4, uint32: 4, uint16: 2, uint8: 1 } as const satisfies Record<
  PixelType,
  number
>;

type PixelArray =
  | Float32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** How many pictures with different noise there are of each kind: neighbours differ everywhere. Each takes a frame's memory. */
const VARIANTS = 2;
/** Share of the rows that is made anew for each frame: 1 ms of work at 2048², and no two frames are alike. */
const BAND_SHARE = 1 / 64;
/** Counts of an unlit pixel in the sum of exposures, and in one exposure. */
const DARK_SUM = 1800;
const DARK_ONE = 180;
/** Noise of the read-out electronics, in counts of the sum. */
const READ_NOISE = 6;

/** One frame's pixels, to be written one part after the other. */
export interface FramePixels {
  /** Rows from the top, little-endian. The parts lie in memory that is shared: not to be changed. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  readonly byteCount: number;
}

export interface PixelOptions {
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

/** Makes the pixels of any frame by its number: the same numbers and seed give the same bytes, in any order. */
export class PixelSource {
  readonly #options: PixelOptions;
  #picture: Float32Array | null = null;
  readonly #variants = new Map<string, PixelArray>();

  constructor(options: PixelOptions) {
    this.#options = options;
  }

  /** Makes ahead what the first frames of a kind would have to wait for: some tenths of a second at 2048². */
  prepare(what: { readonly type: PixelType; readonly kind: PixelKind }): void {
    for (let index = 0; index < VARIANTS; index++) this.#variant(index, what);
  }

  /** @param number any whole number, another for each frame of that kind and type */
  frame(number: number, { type, kind }: { readonly type: PixelType; readonly kind: PixelKind }): FramePixels {
    const { width, height, seed } = this.#options;
    const variant = this.#variant(number % VARIANTS, { type, kind });
    const rows = Math.max(1, Math.floor(height * BAND_SHARE));
    const firstRow = mixSeed(seed, number) % Math.max(1, height - rows + 1);
    const band = makeArray(type, rows * width);
    this.#expose(band, { type, kind, from: firstRow * width, seed: mixSeed(seed, number, kindNumber(kind), 2) });
    const rowBytes = width * BYTES_PER_PIXEL[type];
    const all = bytesOf(variant);
    const parts = [
      all.subarray(0, firstRow * rowBytes),
      bytesOf(band),
      all.subarray((firstRow + rows) * rowBytes),
    ].filter((part) => part.length > 0);
    return { parts, byteCount: all.length };
  }

  /** Hex SHA-256 of a frame's pixels: what a test compares with what has been delivered. */
  sha256(number: number, what: { readonly type: PixelType; readonly kind: PixelKind }): string {
    const hash = createHash("sha256");
    for (const part of this.frame(number, what).parts) hash.update(part);
    return hash.digest("hex");
  }

  #variant(index: number, { type, kind }: { readonly type: PixelType; readonly kind: PixelKind }): PixelArray {
    const name = `${type} ${kind} ${index}`;
    let variant = this.#variants.get(name);
    if (variant === undefined) {
      const { width, height, seed } = this.#options;
      variant = makeArray(type, width * height);
      this.#expose(variant, { type, kind, from: 0, seed: mixSeed(seed, index, kindNumber(kind), 1) });
      this.#variants.set(name, variant);
    }
    return variant;
  }

  /** Fills `target` with the pixels from `from` on, each with its own noise. */
  #expose(
    target: PixelArray,
    { type, kind, from, seed }: { type: PixelType; kind: PixelKind; from: number; seed: number },
  ): void {
    const { width, height } = this.#options;
    this.#picture ??= powderPicture(width, height);
    const picture = this.#picture;
    const random = new Random(seed);
    const light = kind === "dark" ? 0 : 1;
    const { scale, offset, max } = READOUT[type];
    for (let index = 0; index < target.length; index++) {
      const counts = picture[from + index]! * light;
      const noisy = counts + random.normal() * Math.sqrt(counts + READ_NOISE * READ_NOISE);
      const read = noisy * scale + offset;
      // QXRD subtracts the dark only from float images, so these alone go below zero.
      target[index] = type === "float32" ? read : Math.min(max, Math.max(0, Math.round(read)));
    }
  }
}

/** From counts of the sum to what each type holds: processed, raw sum, one exposure, and 8 bit. */
const READOUT = {
  float32: { scale: 1, offset: 0, max: Number.POSITIVE_INFINITY },
  uint32: { scale: 1, offset: DARK_SUM, max: 2 ** 32 - 1 },
  uint16: { scale: 0.1, offset: DARK_ONE, max: 2 ** 16 - 1 },
  uint8: { scale: 0.03, offset: 8, max: 2 ** 8 - 1 },
} as const satisfies Record<PixelType, { scale: number; offset: number; max: number }>;

function kindNumber(kind: PixelKind): number {
  return kind === "dark" ? 1 : 0;
}

function makeArray(type: PixelType, length: number): PixelArray {
  if (type === "float32") return new Float32Array(length);
  if (type === "uint32") return new Uint32Array(length);
  return type === "uint16" ? new Uint16Array(length) : new Uint8Array(length);
}

/** The machine's own byte order: every processor that Deno runs on is little-endian, as QXRD's PCs are. */
function bytesOf(array: PixelArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
