/**
 * Where in a file that HDF5 has written the values stand that change from frame to frame.
 *
 * HDF5 writes it twice, with different random marks in the place of these values. All that the two files differ in has
 * to be the marks, each found once and at one place in both, and checksums over them that are right in both; else there
 * is no template. The time grows with the file and the number of values, not with their product.
 */
import { Buffer } from "node:buffer";
import type { Hdf5Library, Hdf5Value } from "../../../ffi/hdf5/library.ts";
import { lookup3 } from "./lookup3.ts";
import { MARK_BYTES_MIN, type MarkedFile, type Places, TemplateError, viewOf, writeMarked } from "./marked_file.ts";
import { type Checksum, type DatasetHeader, datasetHeaders } from "./object_headers.ts";
import type { NexusGroup } from "./tree.ts";
import type { WrittenTree } from "./write_tree.ts";

export interface Slot {
  readonly index: number;
  readonly at: number;
  readonly length: number;
  readonly checksum: Checksum | null;
  /** Where the file says how many elements an array has whose length varies; null for others. */
  readonly header: DatasetHeader | null;
}

/** Object headers and their continuations: what holds numbers, and ends with a checksum. */
const CHECKED = ["OHDR", "OCHK"].map((signature) => Buffer.from(signature, "latin1"));
const CHECKSUM_BYTES = 4;

/** What a template is made of. */
export interface TemplateSource {
  readonly tree: NexusGroup;
  /** Those of the tree's shape. */
  readonly values: readonly Hdf5Value[];
  readonly places: Places;
  /** Which of the values are arrays whose length varies; each has its place. */
  readonly varying?: readonly number[];
}

/**
 * The bytes of such a file without its pixels, with marks for values, and where these stand.
 * @param path where HDF5 writes the files; nothing stays there
 * @throws TemplateError, Hdf5Error, or the system's error
 */
export function learnTemplate(
  hdf5: Hdf5Library,
  path: string,
  of: TemplateSource,
): { readonly bytes: Buffer; readonly slots: readonly Slot[]; readonly written: WrittenTree } {
  const [one, two] = [writeMarked(hdf5, path, of, 0), writeMarked(hdf5, path, of, 1)];
  const slots = withHeaders(findSlots(one, two), one, new Set(of.varying));
  return { bytes: one.bytes, slots, written: one.written };
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
