/**
 * A file that HDF5 has written once, as bytes, and where in them the values stand that change from frame to frame: the
 * next frame's file is made by writing over those bytes.
 *
 * HDF5 writes it twice, with different random marks in the place of these values. All that the two files differ in has
 * to be the marks, each found once and at one place in both, and checksums over them that are right in both; else there
 * is no template. A value that is too small for a mark is found by its bytes, each of which differs between the two files
 * in its own way. The time grows with the file and the number of values, not with their product. One file: what is
 * put there, found again and written over is decided in one place.
 *
 * An array whose length varies has room for a number of elements, and the header of its dataset is written over too: the
 * file then has bytes behind the elements that belong to nothing.
 *
 * Numbers keep their size. A text has room for a number of bytes, and the rest of it is filled with NULs: HDF5, to which
 * a text is a C string, ends it at the first. The length that the file states of it is never changed: HDF5 2.0 refuses
 * such a file.
 */
import { Buffer } from "node:buffer";
import type { Hdf5Library, Hdf5Value } from "../../../ffi/hdf5/library.ts";
import { removeFile } from "../../files/durable.ts";
import { openPlain } from "../../files/plain_file.ts";
import { readInto } from "../../tiff/random_access.ts";
import { lookup3 } from "./lookup3.ts";
import { type Checksum, type DatasetHeader, datasetHeaders } from "./object_headers.ts";
import { withValues } from "./shape.ts";
import type { NexusGroup } from "./tree.ts";
import { writeTree, type WrittenTree } from "./write_tree.ts";

/**
 * Which values change, by their number in the shape: the bytes that a text may take, the elements of an array whose length
 * varies, 0 for all others.
 */
export type Places = ReadonlyMap<number, number>;

/** No template can be made: the places of its values in the file are not known. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

interface Slot {
  readonly index: number;
  readonly at: number;
  readonly length: number;
  readonly checksum: Checksum | null;
  /** Where the file says how many elements an array has whose length varies; null for others. */
  readonly header: DatasetHeader | null;
}

interface MarkedFile {
  readonly bytes: Buffer;
  readonly marks: ReadonlyMap<number, Uint8Array>;
  readonly written: WrittenTree;
}

const ENCODER = new TextEncoder();
/** Object headers and their continuations: what holds numbers, and ends with a checksum. */
const CHECKED = ["OHDR", "OCHK"].map((signature) => Buffer.from(signature, "latin1"));
const CHECKSUM_BYTES = 4;
/** A shorter value would be found by chance: of what the files differ in, it has pairs of bytes that nothing else has. */
const MARK_BYTES_MIN = 4;
/** The pairs of two different bytes. */
const PAIRS_MAX = 256 * 255;
/** The first of the two files that are compared, or the second. */
type FileNumber = 0 | 1;

export class NexusTemplate {
  /** The file of the values that it was last given, the pixels left out. */
  readonly bytes: Buffer;
  readonly #view: DataView;
  readonly #slots: readonly Slot[];
  readonly #written: WrittenTree;
  /** What the bytes hold. */
  #values: readonly Hdf5Value[];

  /**
   * @param path where HDF5 writes the files that it is learned from; nothing stays there
   * @param of.values those of the tree's shape
   * @throws TemplateError, Hdf5Error, or the system's error
   */
  constructor(
    hdf5: Hdf5Library,
    path: string,
    of: {
      readonly tree: NexusGroup;
      readonly values: readonly Hdf5Value[];
      readonly places: Places;
      /** Which of the values are arrays whose length varies; each has its place. */
      readonly varying?: readonly number[];
    },
  ) {
    const [one, two] = [writeMarked(hdf5, path, of, 0), writeMarked(hdf5, path, of, 1)];
    this.#slots = withHeaders(findSlots(one, two), one, new Set(of.varying));
    this.bytes = one.bytes;
    this.#view = viewOf(this.bytes);
    this.#written = one.written;
    this.#values = [];
    this.fill(of.values, 0);
  }

  /** Makes its bytes the file of these values; each text has to fit into its place. */
  fill(values: readonly Hdf5Value[], tiffOffset: number | null): WrittenTree {
    // By their places: a header of an array may be known as two objects.
    const dirty = new Map<number, Checksum>();
    const setDirty = (checksum: Checksum | null) => checksum !== null && dirty.set(checksum.at, checksum);
    for (const slot of this.#slots) {
      const value = values[slot.index]!;
      if (value === this.#values[slot.index]) continue;
      this.#put(slot, value);
      setDirty(slot.checksum);
      if (slot.header !== null) this.#putLength(slot.header, value as Float64Array, setDirty);
    }
    for (const { from, at } of dirty.values()) this.#view.setUint32(at, lookup3(this.#view, from, at - from), true);
    this.#values = values;
    const { splice, ...places } = this.#written;
    return { splice: splice === null ? null : { ...splice, tiffOffset: tiffOffset! }, ...places };
  }

  #put({ at, length }: Slot, value: Hdf5Value): void {
    const target = this.bytes.subarray(at, at + length);
    if (typeof value === "string") target.fill(0, ENCODER.encodeInto(value, target).written);
    else if (typeof value === "number") this.#view.setFloat64(at, value, true);
    else if (ArrayBuffer.isView(value)) target.fill(0, value.byteLength).set(bytesOf(value));
    else this.#view.setBigInt64(at, BigInt((value as { readonly integer: number | bigint }).integer), true);
  }

  #putLength({ counts, size }: DatasetHeader, array: Float64Array, setDirty: (checksum: Checksum) => void): void {
    for (const { at, checksum } of counts) {
      this.#view.setBigUint64(at, BigInt(array.length), true);
      setDirty(checksum);
    }
    if (size.bytes === 2) this.#view.setUint16(size.at, array.byteLength, true);
    else this.#view.setBigUint64(size.at, BigInt(array.byteLength), true);
    setDirty(size.checksum);
  }
}

function writeMarked(
  hdf5: Hdf5Library,
  path: string,
  { tree, places }: { readonly tree: NexusGroup; readonly places: Places },
  number: FileNumber,
): MarkedFile {
  const marks = new Map<number, Uint8Array>();
  const pairs = new Pairs(number);
  const marked = withValues(tree, (value, index) => {
    const room = places.get(index);
    if (room === undefined) return value;
    const mark = markFor(value, { room, pairs });
    marks.set(index, mark.bytes);
    return mark.value;
  });
  try {
    const written = writeTree(hdf5, path, marked);
    return { bytes: readWithoutPixels(path, written.splice), marks, written };
  } finally {
    removeFile(path);
  }
}

/** The bytes of small values: each differs between the two files, and no two of them in the same way. */
class Pairs {
  readonly #number: FileNumber;
  #count = 0;

  constructor(number: FileNumber) {
    this.#number = number;
  }

  next(): number {
    const count = this.#count++;
    if (count >= PAIRS_MAX) throw new TemplateError("more small values change than can be distinguished");
    return this.#number === 0 ? count & 0xff : (count + 1 + (count >> 8)) & 0xff;
  }
}

/** A value of the same size that stands nowhere else. */
function markFor(
  value: Hdf5Value,
  { room, pairs }: { readonly room: number; readonly pairs: Pairs },
): { value: Hdf5Value; bytes: Uint8Array } {
  if (typeof value === "string") {
    const text = Array.from(randomBytes(room), (byte) => String.fromCharCode(FIRST_LETTER + byte % 26)).join("");
    return { value: text, bytes: ENCODER.encode(text) };
  }
  if (typeof value === "number") {
    const number = Float64Array.of((Math.random() + 1) * 1e100);
    return { value: number[0]!, bytes: bytesOf(number) };
  }
  if (ArrayBuffer.isView(value)) {
    const numbers = room === 0 ? value.slice() : new (value.constructor as Float64ArrayConstructor)(room);
    const { byteLength } = numbers;
    const bytes = byteLength < MARK_BYTES_MIN
      ? Uint8Array.from({ length: byteLength }, () => pairs.next())
      : randomBytes(byteLength);
    bytesOf(numbers).set(bytes);
    return { value: numbers, bytes };
  }
  const bytes = randomBytes(BigInt64Array.BYTES_PER_ELEMENT);
  return { value: { integer: viewOf(bytes).getBigInt64(0, true) }, bytes };
}

const FIRST_LETTER = 97;
/** More in one call is refused. */
const RANDOM_BYTES_MAX = 65_536;

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_BYTES_MAX) {
    crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES_MAX));
  }
  return bytes;
}

function readWithoutPixels(path: string, splice: WrittenTree["splice"]): Buffer {
  using file = openPlain(path);
  const { size } = file.statSync();
  const hole = splice ?? { at: size, byteCount: 0 };
  const bytes = Buffer.alloc(size - hole.byteCount);
  const read = readInto(file, 0, bytes.subarray(0, hole.at)) +
    readInto(file, hole.at + hole.byteCount, bytes.subarray(hole.at));
  if (read < bytes.length) throw new TemplateError("a file is shorter than it was");
  return bytes;
}

function findSlots(one: MarkedFile, two: MarkedFile): Slot[] {
  if (one.bytes.length !== two.bytes.length || !haveSamePlaces(one.written, two.written)) {
    throw new TemplateError("two files of one shape differ in their layout");
  }
  const [inOne, inTwo] = [one, two].map(placesOf) as [Map<number, number>, Map<number, number>];
  const marked = Array.from(inOne, ([index, at]) => {
    if (inTwo.get(index) !== at) throw new TemplateError("a value stands at two places");
    return { index, at, length: one.marks.get(index)!.length };
  }).sort((a, b) => a.at - b.at);
  const { checksums, others } = explainDifferences(one.bytes, two.bytes, marked);
  const slots = [...marked, ...placeSmall([one, two], others)].sort((a, b) => a.at - b.at);
  let next = 0;
  return slots.map((slot) => {
    while (next < checksums.length && checksums[next]!.at <= slot.at) next++;
    const checksum = checksums[next];
    return { ...slot, checksum: checksum !== undefined && checksum.from <= slot.at ? checksum : null, header: null };
  });
}

/** @throws TemplateError where the header of an array cannot be found whose length varies */
function withHeaders(slots: readonly Slot[], { bytes, written }: MarkedFile, varying: ReadonlySet<number>): Slot[] {
  if (varying.size === 0) return [...slots];
  const hole = written.splice ?? { at: bytes.length, byteCount: 0 };
  const headers = datasetHeaders(bytes, (address) => {
    const at = Number(address);
    if (at < hole.at) return at;
    const behind = at - hole.byteCount;
    return behind >= hole.at && behind < bytes.length ? behind : null;
  });
  return slots.map((slot) => {
    if (!varying.has(slot.index)) return slot;
    const header = headers.get(slot.at);
    if (header === undefined) throw new TemplateError("the header of an array is not where it should be");
    return { ...slot, header };
  });
}

function haveSamePlaces(one: WrittenTree, two: WrittenTree): boolean {
  return one.splice?.at === two.splice?.at && one.chunkIndexAt === two.chunkIndexAt;
}

/** Where each mark stands, found in one pass. @throws TemplateError where one is not there exactly once */
function placesOf({ bytes, marks }: MarkedFile): Map<number, number> {
  const large = Array.from(marks).filter(([, mark]) => mark.length >= MARK_BYTES_MIN);
  const view = viewOf(bytes);
  const byBeginning = Map.groupBy(large, ([, mark]) => viewOf(mark).getUint32(0, true));
  // Two bytes rule out nearly all places, and need no look into a map.
  const isBegun = new Uint8Array(0x10000);
  for (const [, mark] of large) isBegun[viewOf(mark).getUint16(0, true)] = 1;
  const places = new Map<number, number>();
  for (let at = 0; at <= bytes.length - MARK_BYTES_MIN; at++) {
    if (isBegun[bytes[at]! | bytes[at + 1]! << 8] === 0) continue;
    for (const [index, mark] of byBeginning.get(view.getUint32(at, true)) ?? []) {
      if (!bytes.subarray(at, at + mark.length).equals(mark)) continue;
      if (places.has(index)) throw new TemplateError("a value stands at two places");
      places.set(index, at);
    }
  }
  if (places.size < large.length) throw new TemplateError("a value is not in the file");
  return places;
}

/** What a byte is in the one file and in the other, as one number. */
function pairAt(one: Uint8Array, two: Uint8Array, at: number): number {
  return one[at]! << 8 | two[at]!;
}

/** Of what the two files differ in beside the marks: checksums, and bytes that have to be small values. */
function explainDifferences(
  one: Buffer,
  two: Buffer,
  marked: readonly { at: number; length: number }[],
): { checksums: Checksum[]; others: number[] } {
  const starts = CHECKED.flatMap((signature) => allOf(one, signature)).sort((a, b) => a - b);
  const views = [viewOf(one), viewOf(two)];
  const checksums: Checksum[] = [];
  const others: number[] = [];
  let [nextMark, nextStart] = [0, 0];
  for (let at = 0; at < one.length;) {
    if (marked[nextMark]?.at === at) at += marked[nextMark++]!.length;
    else if (one[at] === two[at]) at++;
    else {
      while (nextStart < starts.length && starts[nextStart]! < at) nextStart++;
      const near = starts.slice(Math.max(0, nextStart - STARTS_MAX), nextStart).reverse();
      const checksum = checksumAround(at, near, views);
      if (checksum === null) others.push(at++);
      else {
        checksums.push(checksum);
        at = checksum.at + CHECKSUM_BYTES;
      }
    }
  }
  return { checksums, others };
}

/** The slots of small values. @throws TemplateError unless they are all of the bytes at `others` and no more */
function placeSmall(
  [one, two]: readonly [MarkedFile, MarkedFile],
  others: readonly number[],
): { index: number; at: number; length: number }[] {
  const byPair = new Map(others.map((at) => [pairAt(one.bytes, two.bytes, at), at]));
  let bytes = 0;
  const slots = Array.from(one.marks).filter(([, { length }]) => length < MARK_BYTES_MIN).map(([index, mark]) => {
    const pairs = Array.from(mark, (_, place) => pairAt(mark, two.marks.get(index)!, place));
    const at = byPair.get(pairs[0]!);
    if (at === undefined || pairs.some((pair, place) => byPair.get(pair) !== at + place)) {
      throw new TemplateError("a small value is not in the file");
    }
    bytes += mark.length;
    return { index, at, length: mark.length };
  });
  if (bytes !== others.length) {
    throw new TemplateError(`of ${others.length} bytes that differ, ${bytes} are those of values or of checksums`);
  }
  return slots;
}

function allOf(bytes: Buffer, signature: Buffer): number[] {
  const all: number[] = [];
  for (let at = bytes.indexOf(signature); at !== -1; at = bytes.indexOf(signature, at + 1)) all.push(at);
  return all;
}

/** Signatures before a checksum that it may begin at: texts may hold some too. */
const STARTS_MAX = 4;

/**
 * The one of which the byte at `differs` is a part; its bytes before that may be equal by chance.
 * @param starts where it may begin, the nearest first
 */
function checksumAround(differs: number, starts: readonly number[], views: readonly DataView[]): Checksum | null {
  for (const from of starts) {
    for (let at = differs; at > differs - CHECKSUM_BYTES && at > from; at--) {
      const isRight = (view: DataView) =>
        at + CHECKSUM_BYTES <= view.byteLength && lookup3(view, from, at - from) === view.getUint32(at, true);
      if (views.every(isRight)) return { from, at };
    }
  }
  return null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(numbers: ArrayBufferView): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
