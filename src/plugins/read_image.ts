/** Reads the pixels of a TIFF for plugins: straight into the memory of the array that they get. */
import { messageOf } from "../files/errors.ts";
import { TiffFormatError } from "../tiff/format_error.ts";
import { readLayout, type TiffLayout } from "../tiff/layout.ts";
import { FileAccess, readInto } from "../tiff/random_access.ts";
import type { DeliveredFrame, FrameImage, PixelArray } from "./contract.ts";

/** A larger image is no detector's: 16,384 x 16,384 pixels of 4 bytes. It has to fit into the worker's memory. */
const IMAGE_BYTES_MAX = 1024 ** 3;

/** The image cannot be read: it is gone, no TIFF, or of a kind that readImage() does not read. Says what to do. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

export interface ReadImageOptions {
  /**
   * An image that is no longer needed: its memory is used again where it is large enough, and its pixels are then
   * gone. Saves most of the time where many images are read one after the other.
   */
  readonly into?: FrameImage | null | undefined;
}

type PixelKind = (buffer: ArrayBuffer, offset: number, length: number) => PixelArray;

/** By sample format and bits of a sample. */
const PIXEL_KINDS: Readonly<Record<string, PixelKind>> = {
  uint8: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
  uint16: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
  uint32: (buffer, offset, length) => new Uint32Array(buffer, offset, length),
  int8: (buffer, offset, length) => new Int8Array(buffer, offset, length),
  int16: (buffer, offset, length) => new Int16Array(buffer, offset, length),
  int32: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  float32: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  float64: (buffer, offset, length) => new Float64Array(buffer, offset, length),
};

/**
 * The pixels of a delivered frame, or of any TIFF by its path: its first image, in numbers of the file's own kind.
 *
 * Reads all integers of 8, 16 and 32 bits and floats of 32 and 64 bits, of either byte order, uncompressed, one value
 * a pixel: whatever QXRD writes. `data[y * width + x]` is the pixel in column x of row y, from 0.
 * @throws {ImageError}
 */
export function readImage(frame: DeliveredFrame | string, options: ReadImageOptions = {}): FrameImage {
  const path = typeof frame === "string" ? frame : frame.files.image;
  try {
    using file = Deno.openSync(path, { read: true });
    return readOpenImage(file, options.into ?? null);
  } catch (error) {
    throw new ImageError(`Cannot read image ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * The same of an open file.
 * @param old see ReadImageOptions.into
 * @throws {ImageError} TiffFormatError, or the system's error
 */
export function readOpenImage(file: Deno.FsFile, old: FrameImage | null): FrameImage {
  const layout = readLayout(new FileAccess(file));
  const kind = kindOf(layout);
  const { width, height, bitsPerSample } = layout;
  const byteCount = width * height * bitsPerSample / 8;
  if (byteCount > IMAGE_BYTES_MAX) {
    throw new ImageError(`its pixels are ${byteCount} bytes, more than ${IMAGE_BYTES_MAX}`);
  }
  const data = kind(memoryOf(old, byteCount), 0, width * height);
  const bytes = new Uint8Array(data.buffer, 0, byteCount);
  let filled = 0;
  for (const { offset, byteCount: length } of layout.pixels === null ? layout.strips : [layout.pixels]) {
    const target = bytes.subarray(filled, filled + length);
    if (readInto(file, offset, target) < target.length) throw new ImageError("it became shorter while it was read");
    filled += target.length;
  }
  if (layout.byteOrder === "big") swapBytes(bytes, bitsPerSample / 8);
  return { width, height, shape: [height, width], data };
}

/** How the pixels' bytes are seen. @throws {ImageError} for all that is not one plain number a pixel */
function kindOf(layout: TiffLayout): PixelKind {
  const { compression, tiled, samplesPerPixel, sampleFormat, bitsPerSample, width, height } = layout;
  const instead = "read it with a library of your own, or save it without that";
  if (compression !== 1) throw new ImageError(`it is compressed (TIFF compression ${compression}); ${instead}`);
  if (tiled) throw new ImageError(`it is stored in tiles; ${instead}`);
  if (samplesPerPixel !== 1) {
    throw new ImageError(`it has ${samplesPerPixel} values a pixel, as of colours; ${instead}`);
  }
  const kind = PIXEL_KINDS[`${sampleFormat}${bitsPerSample}`];
  if (kind === undefined) {
    throw new ImageError(
      `its pixels have ${bitsPerSample} bits (${sampleFormat}), which JavaScript has no array for; ${instead}`,
    );
  }
  const rowBytes = width * bitsPerSample / 8;
  const whole = layout.pixels !== null || layout.strips.every(({ byteCount }) => byteCount % rowBytes === 0);
  const byteCount = layout.strips.reduce((sum, strip) => sum + strip.byteCount, 0);
  if (!whole || (layout.pixels === null && byteCount !== rowBytes * height)) {
    throw new ImageError(`its strips do not hold whole rows, or more rows than the image; ${instead}`);
  }
  return kind;
}

function memoryOf(old: FrameImage | null, byteCount: number): ArrayBuffer {
  const buffer = old?.data.buffer;
  return buffer !== undefined && buffer.byteLength >= byteCount ? buffer : new ArrayBuffer(byteCount);
}

/** Every machine that Deno runs on is little endian. */
function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  if (size === 2) {
    const words = new Uint16Array(bytes.buffer, 0, bytes.length / 2);
    for (let index = 0; index < words.length; index++) {
      const word = words[index]!;
      words[index] = (word >>> 8) | (word << 8);
    }
  } else if (size === 4) {
    const words = new Uint32Array(bytes.buffer, 0, bytes.length / 4);
    for (let index = 0; index < words.length; index++) {
      const word = words[index]!;
      words[index] = (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);
    }
  } else if (size === 8) {
    const view = new DataView(bytes.buffer, 0, bytes.length);
    for (let at = 0; at < bytes.length; at += 8) view.setBigUint64(at, view.getBigUint64(at, false), true);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it no longer exists";
  if (error instanceof TiffFormatError) return error.reason;
  return messageOf(error);
}
