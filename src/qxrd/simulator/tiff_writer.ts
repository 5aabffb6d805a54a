/** Writes a TIFF file byte for byte as libtiff 4 does for QXRD's calls: header with IFD offset 0, pixels, IFD, offset. */
import type { FramePixels, PixelType } from "./pixels.ts";
import { BYTES_PER_PIXEL } from "./pixels.ts";

export interface QxrdImage {
  readonly width: number;
  readonly height: number;
  readonly type: PixelType;
  /** Name of the frame before: QXRD sets it before it renames the image. */
  readonly documentName: string;
  /** `yyyy:MM:dd hh:mm:ss` */
  readonly dateTime: string;
}

const HEADER_BYTES = 8;
const IFD_OFFSET_AT = 4;
const ENTRY_BYTES = 12;
/** libtiff sends its buffer of scan lines as it fills; this many bytes a call keep the cost of a call small. */
const WRITE_BYTES_MAX = 1024 * 1024;

const ASCII = 2, SHORT = 3, LONG = 4;

/**
 * Writes the file under its final name, as QXRD does: until the last write its header says that there is no directory.
 * What is there under that name is overwritten.
 */
export async function writeQxrdTiff(path: string, image: QxrdImage, pixels: FramePixels): Promise<void> {
  const byteCount = image.width * image.height * BYTES_PER_PIXEL[image.type];
  if (pixels.byteCount !== byteCount) {
    throw new RangeError(`Cannot write ${path}: pixels have ${pixels.byteCount} bytes instead of ${byteCount}`);
  }
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  await writeAll(file, Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0));
  for (const part of pixels.parts) await writeAll(file, part);
  const end = HEADER_BYTES + byteCount;
  const ifdOffset = end + (end % 2);
  await file.seek(ifdOffset, Deno.SeekMode.Start);
  await writeAll(file, qxrdDirectory(image, { ifdOffset, byteCount }));
  const offset = new Uint8Array(4);
  new DataView(offset.buffer).setUint32(0, ifdOffset, true);
  await file.seek(IFD_OFFSET_AT, Deno.SeekMode.Start);
  await writeAll(file, offset);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at, Math.min(bytes.length, at + WRITE_BYTES_MAX)));
  }
}

/** The directory and what its entries point at: eleven tags, no RowsPerStrip, no Photometric. */
function qxrdDirectory(
  image: QxrdImage,
  { ifdOffset, byteCount }: { readonly ifdOffset: number; readonly byteCount: number },
): Uint8Array<ArrayBuffer> {
  const entries: { tag: number; type: number; value: number | Uint8Array }[] = [
    { tag: 256, type: shortOrLong(image.width), value: image.width },
    { tag: 257, type: shortOrLong(image.height), value: image.height },
    { tag: 258, type: SHORT, value: BYTES_PER_PIXEL[image.type] * 8 },
    { tag: 259, type: SHORT, value: 1 },
    { tag: 269, type: ASCII, value: asciiBytes(image.documentName) },
    { tag: 273, type: LONG, value: HEADER_BYTES },
    { tag: 277, type: SHORT, value: 1 },
    { tag: 279, type: LONG, value: byteCount },
    { tag: 284, type: SHORT, value: 1 },
    { tag: 306, type: ASCII, value: asciiBytes(image.dateTime) },
    { tag: 339, type: SHORT, value: image.type === "float32" ? 3 : 1 },
  ];
  const directoryBytes = 2 + entries.length * ENTRY_BYTES + 4;
  const longTexts = entries.map(({ value }) => value).filter((value) => typeof value !== "number" && value.length > 4);
  const textBytes = longTexts.reduce<number>((sum, text) => sum + even((text as Uint8Array).length), 0);
  const bytes = new Uint8Array(directoryBytes + textBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, entries.length, true);
  let textAt = directoryBytes;
  for (const [index, { tag, type, value }] of entries.entries()) {
    const at = 2 + index * ENTRY_BYTES;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, typeof value === "number" ? 1 : value.length, true);
    if (typeof value === "number") {
      view.setUint32(at + 8, value, true);
    } else if (value.length <= 4) {
      bytes.set(value, at + 8);
    } else {
      view.setUint32(at + 8, ifdOffset + textAt, true);
      bytes.set(value, textAt);
      textAt += even(value.length);
    }
  }
  return bytes;
}

function shortOrLong(value: number): number {
  return value <= 0xffff ? SHORT : LONG;
}

function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** Values begin at even offsets. */
function even(length: number): number {
  return length + (length % 2);
}
