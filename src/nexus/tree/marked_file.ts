/**
 * The two files that HDF5 writes for a template to be learned from: in the place of each value that changes stands a
 * random mark, another one in each. A value that is too small for a mark is known by its bytes, each of which differs
 * between the two files in its own way.
 */
import { Buffer } from "node:buffer";
import type { Hdf5Library, Hdf5Value } from "../../../ffi/hdf5/library.ts";
import { removeFile } from "../../files/durable.ts";
import { openPlain } from "../../files/plain_file.ts";
import { readInto } from "../../tiff/random_access.ts";
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

export interface MarkedFile {
  /** Without the pixels. */
  readonly bytes: Buffer;
  readonly marks: ReadonlyMap<number, Uint8Array>;
  readonly written: WrittenTree;
}

const ENCODER = new TextEncoder();
/** A shorter value would be found by chance: of what the files differ in, it has pairs of bytes that nothing else has. */
export const MARK_BYTES_MIN = 4;
/** The pairs of two different bytes. */
const PAIRS_MAX = 256 * 255;
/** The first of the two files that are compared, or the second. */
type FileNumber = 0 | 1;

export function writeMarked(
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

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function bytesOf(numbers: ArrayBufferView): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
