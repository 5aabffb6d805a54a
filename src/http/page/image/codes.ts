/**
 * A frame's image as 16-bit codes, which a table turns into colours: code 0 is no number, 65535 a saturated pixel, and
 * between them value = low + (high - low) · ((code - 1) / 65533)². The square root in it makes a step of the code
 * smaller than the noise of counting, wherever the value lies.
 */
export interface CodedImage {
  /** [height * width], the first row first. */
  readonly codes: Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Pixels of the frame that a code stands for, each way: their mean. */
  readonly block: number;
  readonly low: number;
  readonly high: number;
  /** Percentiles that make good black and white. */
  readonly autoBlack: number;
  readonly autoWhite: number;
  /** The frame's own pixels [height * width], where all of them are there. */
  readonly pixels: Pixels | null;
}

export type Pixels =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Uint8Array
  | Int8Array;

export const CODE_NONE = 0;
export const CODE_SATURATED = 65_535;
export const CODE_STEPS = 65_533;

/** Both kinds of images have this much before their numbers; ../../images/preview.ts has the layout. */
export const HEADER_BYTES = 32;

interface Header {
  readonly width: number;
  readonly height: number;
  /** 0: it is not known. */
  readonly saturation: number;
  readonly low: number;
  readonly high: number;
  readonly autoBlack: number;
  readonly autoWhite: number;
}

/** @throws Error where the bytes are no preview, or a part of one */
export function decodePreview(buffer: ArrayBuffer): CodedImage {
  const view = new DataView(buffer);
  const { saturation: _, ...header } = readHeader(view, "PWP1");
  const { width, height } = header, block = view.getUint16(8, true);
  checkLength(buffer, 2 * width * height);
  return { ...header, codes: new Uint16Array(buffer, HEADER_BYTES), block, pixels: null };
}

/** A whole frame, in codes too. @throws Error where the bytes are none, or a part of one */
export function decodeImage(buffer: ArrayBuffer): CodedImage {
  const view = new DataView(buffer);
  const { width, height, saturation, autoBlack, autoWhite } = readHeader(view, "PWI1");
  const kind = view.getUint8(8), bytes = view.getUint8(9), make = ARRAYS[`${kind}${bytes}`];
  if (make === undefined) throw new Error(`pixels of kind ${kind} and ${bytes} bytes cannot be shown`);
  checkLength(buffer, bytes * width * height);
  const pixels = new make(buffer, HEADER_BYTES);
  return {
    ...encode(pixels, saturation > 0 ? saturation : Infinity),
    width,
    height,
    block: 1,
    autoBlack,
    autoWhite,
    pixels,
  };
}

/** By kind (unsigned, signed, float) and bytes. */
const ARRAYS: Readonly<Record<string, new (buffer: ArrayBuffer, from: number) => Pixels>> = {
  "01": Uint8Array,
  "02": Uint16Array,
  "04": Uint32Array,
  "11": Int8Array,
  "12": Int16Array,
  "14": Int32Array,
  "24": Float32Array,
  "28": Float64Array,
};

function readHeader(view: DataView, magic: string): Header {
  const found = view.byteLength < HEADER_BYTES
    ? ""
    : String.fromCharCode(...[0, 1, 2, 3].map((at) => view.getUint8(at)));
  if (found !== magic) throw new Error("the server sent an image of another version; reload the page");
  const float = (at: number) => view.getFloat32(at, true);
  return {
    width: view.getUint16(4, true),
    height: view.getUint16(6, true),
    low: float(12),
    high: float(16),
    saturation: float(20),
    autoBlack: float(24),
    autoWhite: float(28),
  };
}

function checkLength(buffer: ArrayBuffer, bytes: number): void {
  if (buffer.byteLength !== HEADER_BYTES + bytes) throw new Error("the image was cut off");
}

function encode(pixels: Pixels, saturation: number): Pick<CodedImage, "codes" | "low" | "high"> {
  let low = Infinity, high = -Infinity;
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  if (low === Infinity) [low, high] = [0, 1];
  const codes = new Uint16Array(pixels.length), scale = 1 / (high - low || 1);
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    codes[at] = value >= saturation
      ? CODE_SATURATED
      : value - value !== 0
      ? CODE_NONE
      : 1 + Math.round(CODE_STEPS * Math.sqrt((value - low) * scale));
  }
  return { codes, low, high };
}

export function valueOfCode({ low, high }: Pick<CodedImage, "low" | "high">, code: number): number {
  return code === CODE_NONE ? NaN : low + (high - low) * ((Math.min(code, CODE_SATURATED - 1) - 1) / CODE_STEPS) ** 2;
}

/** Of the frame, in pixels. */
export function frameSize({ width, height, block }: CodedImage): { width: number; height: number } {
  return { width: width * block, height: height * block };
}
