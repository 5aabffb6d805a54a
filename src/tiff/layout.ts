/** Where the pixels of a TIFF lie and what they are, read from its header and first directory alone. */
import {
  type ByteOrder,
  checkValueInside,
  type Directory,
  readDirectory,
  readIntegers,
  TYPE_ASCII,
} from "./directory.ts";
import { fail } from "./format_error.ts";
import { FileAccess, type KnownBytes, type RandomAccess } from "./random_access.ts";
import { readAscii } from "./tags/read_tags.ts";

export interface TiffLayout {
  readonly byteOrder: ByteOrder;
  readonly bigTiff: boolean;
  /** In bytes. */
  readonly fileSize: number;
  readonly ifdOffset: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  readonly bitsPerSample: number;
  readonly sampleFormat: "uint" | "int" | "float" | "undefined";
  readonly samplesPerPixel: number;
  /** 1 is none. */
  readonly compression: number;
  readonly tiled: boolean;
  /** In file order, in bytes; of a tiled file its tiles. */
  readonly strips: readonly { readonly offset: number; readonly byteCount: number }[];
  /** Where the pixels lie one after the other, uncompressed, in file order: the whole image as one range; else null. */
  readonly pixels: { readonly offset: number; readonly byteCount: number } | null;
  readonly tags: ReadonlySet<number>;
  /** DateTime (306) as it stands, `yyyy:MM:dd hh:mm:ss` by the clock of the writer; null where there is none. */
  readonly dateTime: string | null;
}

/** 1,048,576 pixels a side: with the two limits below every product stays an exact integer. */
const DIMENSION_MAX = 1_048_576;
const SAMPLES_MAX = 256;
const BITS_MAX = 64;
/** Of all values of a directory together: entries that overlap could else claim the whole file thousands of times. */
const DIRECTORY_BYTES_MAX = 16_777_216;

const SAMPLE_FORMATS: Readonly<Record<number, TiffLayout["sampleFormat"]>> = { 1: "uint", 2: "int", 3: "float" };
const YCBCR = 6;
const PLANAR_SEPARATE = 2;

/**
 * Reads the header and the first directory, nothing else: little and big endian, classic and BigTIFF.
 * Any bytes give a layout whose strips all lie inside the file, or the error.
 * Source of the format: TIFF 6.0 (Adobe, 1992), BigTIFF (bigtiff.org).
 * @throws TiffFormatError
 */
export function readLayout(file: RandomAccess): TiffLayout {
  return layoutOf(file, readDirectory(file));
}

/** @throws TiffFormatError, and Deno's own errors where the file cannot be opened */
export function readLayoutOfFile(path: string): TiffLayout {
  return readHead(path).layout;
}

/** What was read of a file to know its layout: whoever opens it next need not read it again. */
export interface TiffHead {
  readonly layout: TiffLayout;
  readonly directory: Directory;
  readonly known: KnownBytes;
}

/** @throws TiffFormatError, and Deno's own errors where the file cannot be opened */
export function readHead(path: string): TiffHead {
  using file = Deno.openSync(path, { read: true });
  const access = new FileAccess(file);
  const directory = readDirectory(access);
  return { layout: layoutOf(access, directory), directory, known: access.known };
}

/** The layout that a directory already read describes. @throws TiffFormatError */
export function layoutOf(file: RandomAccess, directory: Directory): TiffLayout {
  const number = (tag: number, absent?: number) => readNumber(file, directory, { tag, absent });
  const width = within(number(256), { most: DIMENSION_MAX, what: "ImageWidth" });
  const height = within(number(257), { most: DIMENSION_MAX, what: "ImageLength" });
  const samplesPerPixel = within(number(277, 1), { most: SAMPLES_MAX, what: "SamplesPerPixel" });
  const bitsPerSample = within(number(258, 1), { most: BITS_MAX, what: "BitsPerSample" });
  const compression = number(259, 1);
  const photometric = number(262, 1);
  const separate = number(284, 1) === PLANAR_SEPARATE && samplesPerPixel > 1;
  const tiled = directory.entries.has(322) || directory.entries.has(324);
  const plain = compression === 1 && !tiled && photometric !== YCBCR;
  const imageBytes = Math.ceil(width * samplesPerPixel * bitsPerSample / 8) * height;
  const strips = readStrips(file, directory, { tiled, imageBytes: plain ? imageBytes : null });
  if (plain && strips.reduce((sum, strip) => sum + strip.byteCount, 0) < imageBytes) {
    fail(`strips hold fewer bytes than the ${imageBytes} of the image`);
  }
  return {
    byteOrder: directory.byteOrder,
    bigTiff: directory.bigTiff,
    fileSize: file.size,
    ifdOffset: directory.ifdOffset,
    width,
    height,
    bitsPerSample,
    sampleFormat: SAMPLE_FORMATS[number(339, 1)] ?? "undefined",
    samplesPerPixel,
    compression,
    tiled,
    strips,
    pixels: plain && !separate && uniformBits(file, directory) ? asOneRange(strips, imageBytes) : null,
    tags: new Set(directory.entries.keys()),
    dateTime: readDateTime(file, directory),
  };
}

/** TIFF 6.0 gives it 20 bytes; an optional tag that cannot be read is as good as none. */
const DATE_TIME_BYTES_MAX = 64;

function readDateTime(file: RandomAccess, directory: Directory): string | null {
  const entry = directory.entries.get(306);
  if (entry === undefined || entry.type !== TYPE_ASCII || entry.count > DATE_TIME_BYTES_MAX) return null;
  if (entry.valueOffset + entry.count > file.size) return null;
  return readAscii(file, entry);
}

/** The first value of an integer tag; `absent` where there is no such tag. */
function readNumber(file: RandomAccess, directory: Directory, at: { tag: number; absent: number | undefined }): number {
  const entry = directory.entries.get(at.tag);
  if (!entry) return at.absent ?? fail(`tag ${at.tag} is missing`);
  return readIntegers(file, directory, entry)[0]!;
}

function within(value: number, limit: { most: number; what: string }): number {
  if (value >= 1 && value <= limit.most) return value;
  return fail(`${limit.what} is ${value}, not 1 to ${limit.most}`);
}

function uniformBits(file: RandomAccess, directory: Directory): boolean {
  const entry = directory.entries.get(258);
  if (!entry) return false; // one bit a pixel: no whole bytes
  const bits = readIntegers(file, directory, entry);
  return bits[0]! % 8 === 0 && bits.every((value) => value === bits[0]);
}

function readStrips(
  file: RandomAccess,
  directory: Directory,
  options: { tiled: boolean; imageBytes: number | null },
): { offset: number; byteCount: number }[] {
  const what = options.tiled ? "tile" : "strip";
  const [offsetsTag, countsTag] = options.tiled ? [324, 325] : [273, 279];
  const offsetsEntry = directory.entries.get(offsetsTag) ?? fail(`tag ${offsetsTag} is missing`);
  const offsets = readIntegers(file, directory, offsetsEntry);
  const countsEntry = directory.entries.get(countsTag);
  // Old writers leave StripByteCounts out where there is one strip without compression.
  const estimate = offsets.length === 1 && options.imageBytes !== null ? [options.imageBytes] : null;
  const counts = countsEntry
    ? readIntegers(file, directory, countsEntry)
    : estimate ?? fail(`tag ${countsTag} is missing`);
  if (counts.length !== offsets.length) {
    fail(`${offsets.length} ${what} offsets but ${counts.length} byte counts`);
  }
  const headerBytes = directory.bigTiff ? 16 : 8;
  return offsets.map((offset, index) => {
    const byteCount = counts[index]!;
    if (offset + byteCount > file.size) {
      const where = `${byteCount} bytes at ${offset}`;
      fail(`${what} ${index} (${where}) lies outside the file of ${file.size} bytes`);
    }
    if (byteCount > 0 && offset < headerBytes) fail(`${what} ${index} at ${offset} lies in the header`);
    return { offset, byteCount };
  });
}

/** One range where each strip begins at the end of the one before and the whole is exactly the image. */
function asOneRange(strips: TiffLayout["strips"], imageBytes: number): TiffLayout["pixels"] {
  const offset = strips[0]!.offset;
  let end = offset;
  for (const strip of strips) {
    if (strip.offset !== end) return null;
    end += strip.byteCount;
  }
  return end - offset === imageBytes ? { offset, byteCount: imageBytes } : null;
}

/** Throws where any value of the directory lies outside the file, or all are too many bytes: libtiff reads them all. */
export function checkAllValues(file: RandomAccess, directory: Directory): void {
  let total = 0;
  for (const entry of directory.entries.values()) {
    checkValueInside(file, entry);
    total += entry.byteCount ?? 0;
  }
  if (total > DIRECTORY_BYTES_MAX) {
    fail(`directory claims ${total} bytes, more than ${DIRECTORY_BYTES_MAX}`);
  }
}
