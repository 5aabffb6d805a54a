/** Reads the header and the first directory of a TIFF, classic or BigTIFF: every bound is checked before a byte is read. */
import { fail } from "./format_error.ts";
import type { RandomAccess } from "./random_access.ts";

export type ByteOrder = "little" | "big";

/** More entries than any program writes; bounds the one allocation for the directory to 1.3 MB. */
const ENTRIES_MAX = 65_535;
/** One strip a row of an image of the largest height that a detector has, and as much again. */
const VALUES_MAX = 131_072;

/** Bytes of one value of each type of TIFF 6.0 and BigTIFF (16 to 18). */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1, // BYTE
  2: 1, // ASCII
  3: 2, // SHORT
  4: 4, // LONG
  5: 8, // RATIONAL
  6: 1, // SBYTE
  7: 1, // UNDEFINED
  8: 2, // SSHORT
  9: 4, // SLONG
  10: 8, // SRATIONAL
  11: 4, // FLOAT
  12: 8, // DOUBLE
  13: 4, // IFD
  16: 8, // LONG8
  17: 8, // SLONG8
  18: 8, // IFD8
};

export const TYPE_ASCII = 2;

export interface DirectoryEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where the value lies in the file, be it in the entry itself or elsewhere. */
  readonly valueOffset: number;
  /** Of the whole value; null for a type that nobody knows. */
  readonly byteCount: number | null;
}

export interface Directory {
  readonly byteOrder: ByteOrder;
  readonly bigTiff: boolean;
  readonly ifdOffset: number;
  /** 0 where this is the last directory. */
  readonly nextIfdOffset: number;
  /** In file order; of a tag that comes twice only the first, as libtiff does. */
  readonly entries: ReadonlyMap<number, DirectoryEntry>;
}

/** The parts of the two kinds of file that differ. */
interface Shape {
  readonly headerBytes: number;
  /** Of an offset, and of the field in an entry that holds a small value. */
  readonly offsetBytes: 4 | 8;
  readonly countBytes: 2 | 8;
  readonly entryBytes: 12 | 20;
}
const CLASSIC: Shape = { headerBytes: 8, offsetBytes: 4, countBytes: 2, entryBytes: 12 };
const BIG: Shape = { headerBytes: 16, offsetBytes: 8, countBytes: 8, entryBytes: 20 };

/** Where the header keeps the directory's offset. */
export function headerOffsetField(bigTiff: boolean): { readonly offset: number; readonly byteCount: 4 | 8 } {
  return bigTiff ? { offset: 8, byteCount: 8 } : { offset: 4, byteCount: 4 };
}

/** @throws TiffFormatError */
export function readDirectory(file: RandomAccess): Directory {
  const { shape, littleEndian } = readMagic(file);
  const field = headerOffsetField(shape === BIG);
  const header = readExactly(file, { offset: 0, length: shape.headerBytes, what: "header" });
  const ifdOffset = unsigned(header, { offset: field.offset, byteCount: field.byteCount, littleEndian });
  // QXRD fills it in on closing the file.
  if (ifdOffset === 0) fail("directory offset in the header is 0: the file was never closed");
  if (ifdOffset < shape.headerBytes) fail(`directory offset ${ifdOffset} lies in the header`);
  const countView = readExactly(file, { offset: ifdOffset, length: shape.countBytes, what: "directory" });
  const count = unsigned(countView, { offset: 0, byteCount: shape.countBytes, littleEndian });
  if (count === 0) fail(`directory at ${ifdOffset} has no entry`);
  if (count > ENTRIES_MAX) fail(`directory at ${ifdOffset} claims ${count} entries`);
  const tableOffset = ifdOffset + shape.countBytes;
  const length = count * shape.entryBytes + shape.offsetBytes;
  const table = readExactly(file, { offset: tableOffset, length, what: `directory of ${count} entries` });
  const entries = new Map<number, DirectoryEntry>();
  for (let index = 0; index < count; index++) {
    const entry = readEntry(table, { index, tableOffset, shape, littleEndian });
    if (!entries.has(entry.tag)) entries.set(entry.tag, entry);
  }
  const end = count * shape.entryBytes;
  return {
    byteOrder: littleEndian ? "little" : "big",
    bigTiff: shape === BIG,
    ifdOffset,
    nextIfdOffset: unsigned(table, { offset: end, byteCount: shape.offsetBytes, littleEndian }),
    entries,
  };
}

/**
 * The directory without some of its tags, as it may stand at `offset`. Values that do not lie in an entry itself stay
 * where they are.
 * @returns its bytes, and those that point at it from the header
 */
export function directoryBytes(
  file: RandomAccess,
  directory: Directory,
  options: { readonly without: ReadonlySet<number>; readonly offset: number },
): { bytes: Uint8Array; pointer: Uint8Array } {
  const shape = directory.bigTiff ? BIG : CLASSIC;
  const littleEndian = directory.byteOrder === "little";
  const start = directory.ifdOffset;
  const countView = readExactly(file, { offset: start, length: shape.countBytes, what: "directory" });
  const count = unsigned(countView, { offset: 0, byteCount: shape.countBytes, littleEndian });
  const table = { offset: start + shape.countBytes, length: count * shape.entryBytes, what: "directory" };
  const view = readExactly(file, table);
  const kept: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * shape.entryBytes;
    if (options.without.has(view.getUint16(at, littleEndian))) continue;
    kept.push(new Uint8Array(view.buffer, view.byteOffset + at, shape.entryBytes));
  }
  const bytes = new Uint8Array(shape.countBytes + kept.length * shape.entryBytes + shape.offsetBytes);
  bytes.set(numberBytes(kept.length, { byteCount: shape.countBytes, littleEndian }));
  kept.forEach((entry, index) => bytes.set(entry, shape.countBytes + index * shape.entryBytes));
  return { bytes, pointer: numberBytes(options.offset, { byteCount: shape.offsetBytes, littleEndian }) };
}

function numberBytes(value: number, form: { byteCount: 2 | 4 | 8; littleEndian: boolean }): Uint8Array {
  const bytes = new Uint8Array(form.byteCount);
  const view = new DataView(bytes.buffer);
  if (form.byteCount === 2) view.setUint16(0, value, form.littleEndian);
  else if (form.byteCount === 4) view.setUint32(0, value, form.littleEndian);
  else view.setBigUint64(0, BigInt(value), form.littleEndian);
  return bytes;
}

function readMagic(file: RandomAccess): { shape: Shape; littleEndian: boolean } {
  if (file.size === 0) fail("file is empty");
  const magic = file.read(0, Math.min(8, file.size));
  const order = String.fromCharCode(...magic.subarray(0, 2));
  if (order !== "II" && order !== "MM") fail("file starts with neither II nor MM");
  if (magic.length < 8) fail(`header is cut off at ${magic.length} bytes`);
  const littleEndian = order === "II";
  const view = new DataView(magic.buffer, magic.byteOffset, magic.byteLength);
  const version = view.getUint16(2, littleEndian);
  if (version === 42) return { shape: CLASSIC, littleEndian };
  if (version !== 43) fail(`version in the header is ${version}, neither 42 nor 43`);
  if (view.getUint16(4, littleEndian) !== 8 || view.getUint16(6, littleEndian) !== 0) {
    fail("BigTIFF header does not declare offsets of 8 bytes");
  }
  return { shape: BIG, littleEndian };
}

function readEntry(
  table: DataView,
  at: { index: number; tableOffset: number; shape: Shape; littleEndian: boolean },
): DirectoryEntry {
  const { shape, littleEndian } = at;
  const start = at.index * shape.entryBytes;
  const tag = table.getUint16(start, littleEndian);
  const type = table.getUint16(start + 2, littleEndian);
  const count = unsigned(table, { offset: start + 4, byteCount: shape.offsetBytes, littleEndian });
  const valueField = start + 4 + shape.offsetBytes;
  const typeBytes = TYPE_BYTES[type];
  const byteCount = typeBytes === undefined ? null : typeBytes * count;
  const inline = byteCount === null || byteCount <= shape.offsetBytes;
  const valueOffset = inline
    ? at.tableOffset + valueField
    : unsigned(table, { offset: valueField, byteCount: shape.offsetBytes, littleEndian });
  return { tag, type, count, valueOffset, byteCount };
}

/** Types that nobody knows are passed over. @throws TiffFormatError where the value does not lie in the file */
export function checkValueInside(file: RandomAccess, entry: DirectoryEntry): void {
  if (entry.byteCount === null) return;
  if (entry.valueOffset + entry.byteCount > file.size) {
    fail(
      `value of tag ${entry.tag} (${entry.byteCount} bytes at ${entry.valueOffset}) lies outside the file of ${file.size} bytes`,
    );
  }
}

/** The values of an entry of an unsigned integer type. @throws TiffFormatError */
export function readIntegers(file: RandomAccess, directory: Directory, entry: DirectoryEntry): number[] {
  const { tag, type, count } = entry;
  if (type !== 1 && type !== 3 && type !== 4 && type !== 13 && type !== 16 && type !== 18) {
    fail(`tag ${tag} has type ${type}, not an unsigned integer`);
  }
  if (count === 0) fail(`tag ${tag} has no value`);
  if (count > VALUES_MAX) fail(`tag ${tag} claims ${count} values, more than ${VALUES_MAX}`);
  const byteCount = TYPE_BYTES[type] as 1 | 2 | 4 | 8;
  const littleEndian = directory.byteOrder === "little";
  const view = readExactly(file, { offset: entry.valueOffset, length: byteCount * count, what: `value of tag ${tag}` });
  const values = new Array<number>(count);
  for (let index = 0; index < count; index++) {
    values[index] = unsigned(view, { offset: index * byteCount, byteCount, littleEndian });
  }
  return values;
}

/** @throws TiffFormatError where the bytes are not all there */
export function readExactly(file: RandomAccess, at: { offset: number; length: number; what: string }): DataView {
  const bytes = at.offset + at.length <= file.size ? file.read(at.offset, at.length) : new Uint8Array(0);
  if (bytes.length < at.length) {
    fail(`${at.what} (${at.length} bytes at ${at.offset}) lies outside the file of ${file.size} bytes`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** 8-byte numbers above 2^53 lose digits, but no file is so long, so each bound refuses them all the same. */
function unsigned(view: DataView, at: { offset: number; byteCount: 1 | 2 | 4 | 8; littleEndian: boolean }): number {
  switch (at.byteCount) {
    case 1:
      return view.getUint8(at.offset);
    case 2:
      return view.getUint16(at.offset, at.littleEndian);
    case 4:
      return view.getUint32(at.offset, at.littleEndian);
    case 8:
      return Number(view.getBigUint64(at.offset, at.littleEndian));
  }
}
