/** Makes sure that a directory written anew says all that the old one said. */
import { Buffer } from "node:buffer";
import { TiffError } from "../../ffi/tiff/error.ts";
import { type Directory, type DirectoryEntry, readExactly } from "./directory.ts";
import { layoutOf, type TiffLayout } from "./layout.ts";
import type { RandomAccess } from "./random_access.ts";
import { readAscii } from "./tags/read_tags.ts";

export interface DirectoryIn {
  readonly file: RandomAccess;
  readonly directory: Directory;
}

/** libtiff keeps fractions as 32-bit floats and writes other numerators and denominators. */
const FRACTION_TOLERANCE = 1e-6;

/** @throws TiffError naming the first tag that got lost or changed */
export function checkNothingLost(before: DirectoryIn, after: DirectoryIn, path: string): void {
  for (const old of before.directory.entries.values()) {
    const now = after.directory.entries.get(old.tag);
    if (!now) throw new TiffError(`Cannot tag ${path}: libtiff would lose its tag ${old.tag}`);
    if (!sameValue({ file: before.file, directory: before.directory, entry: old }, { ...after, entry: now })) {
      throw new TiffError(`Cannot tag ${path}: libtiff would change its tag ${old.tag}`);
    }
  }
  const oldLayout = layoutOf(before.file, before.directory);
  const newLayout = layoutOf(after.file, after.directory);
  if (!samePixels(oldLayout, newLayout)) {
    throw new TiffError(`Cannot tag ${path}: libtiff would describe different pixels`);
  }
}

function samePixels(one: TiffLayout, other: TiffLayout): boolean {
  return one.width === other.width && one.height === other.height && one.bitsPerSample === other.bitsPerSample &&
    one.sampleFormat === other.sampleFormat && one.samplesPerPixel === other.samplesPerPixel &&
    one.compression === other.compression && one.strips.length === other.strips.length &&
    one.strips.every((strip, index) => {
      const now = other.strips[index];
      return strip.offset === now?.offset && strip.byteCount === now.byteCount;
    });
}

type EntryIn = DirectoryIn & { readonly entry: DirectoryEntry };

/** The type may differ where the value does not: libtiff writes a LONG that fits as a SHORT. */
function sameValue(one: EntryIn, other: EntryIn): boolean {
  if (one.entry.type === 2 && other.entry.type === 2) {
    return readAscii(one.file, one.entry) === readAscii(other.file, other.entry);
  }
  // The usual case, at the speed of memory: number by number 16 MB take seconds.
  if (one.entry.type === other.entry.type && sameBytes(one, other)) return true;
  const values = numbersOf(one);
  const now = numbersOf(other);
  if (!values || !now) return false;
  const fraction = one.entry.type === 5 || one.entry.type === 10;
  const same = (a: number, b: number) =>
    Object.is(a, b) || (fraction && Math.abs(a - b) <= FRACTION_TOLERANCE * Math.abs(a));
  if (values.length === now.length) return values.every((value, index) => same(value, now[index]!));
  // One value for all samples is written out once for each sample.
  return values.length === 1 && now.every((value) => same(values[0]!, value));
}

function sameBytes(one: EntryIn, other: EntryIn): boolean {
  if (one.directory.byteOrder !== other.directory.byteOrder || one.entry.byteCount !== other.entry.byteCount) {
    return false;
  }
  const [bytes, now] = [bytesOf(one), bytesOf(other)];
  return bytes !== null && now !== null && bytes.equals(now);
}

/** Null for a type that nobody knows. @throws TiffFormatError where the value lies outside the file */
function bytesOf({ file, entry }: EntryIn): Buffer | null {
  if (entry.byteCount === null) return null;
  const view = viewOf(file, entry, entry.byteCount);
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function numbersOf({ file, directory, entry }: EntryIn): number[] | null {
  const reader = READERS[entry.type];
  if (!reader || entry.byteCount === null) return null;
  const view = viewOf(file, entry, entry.byteCount);
  const littleEndian = directory.byteOrder === "little";
  const step = entry.count === 0 ? 0 : entry.byteCount / entry.count;
  return Array.from({ length: entry.count }, (_, index) => reader(view, index * step, littleEndian));
}

function viewOf(file: RandomAccess, entry: DirectoryEntry, length: number): DataView {
  return readExactly(file, { offset: entry.valueOffset, length, what: `value of tag ${entry.tag}` });
}

const READERS: Readonly<Record<number, (view: DataView, offset: number, littleEndian: boolean) => number>> = {
  1: (view, offset) => view.getUint8(offset),
  3: (view, offset, little) => view.getUint16(offset, little),
  4: (view, offset, little) => view.getUint32(offset, little),
  5: (view, offset, little) => view.getUint32(offset, little) / view.getUint32(offset + 4, little),
  6: (view, offset) => view.getInt8(offset),
  7: (view, offset) => view.getUint8(offset),
  8: (view, offset, little) => view.getInt16(offset, little),
  9: (view, offset, little) => view.getInt32(offset, little),
  10: (view, offset, little) => view.getInt32(offset, little) / view.getInt32(offset + 4, little),
  11: (view, offset, little) => view.getFloat32(offset, little),
  12: (view, offset, little) => view.getFloat64(offset, little),
  13: (view, offset, little) => view.getUint32(offset, little),
  16: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  17: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  18: (view, offset, little) => Number(view.getBigUint64(offset, little)),
};
