/**
 * The templates of the last few kinds of frames. A kind's first frame is written by HDF5; from the second on its numbers
 * and longer texts have a place to change in, and a short text has one when it has changed.
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { Hdf5Library, Hdf5Value } from "../../../ffi/hdf5/library.ts";
import { writeAll } from "../../files/durable.ts";
import { createOwn } from "../../files/plain_file.ts";
import { differenceOf } from "./difference.ts";
import { TemplateError } from "./marked_file.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { NexusTemplate } from "./template.ts";
import type { NexusGroup } from "./tree.ts";
import { sizeBound, type WrittenTree } from "./write_tree.ts";

/** Processed and raw frames, each as sample and as dark, of two detectors or settings in turn. */
const KINDS_MAX = 8;
/** A larger tree (a sidecar of megabytes) is written by HDF5: a template takes up to half of that memory for good. */
const TREE_BYTES_MAX = 8_388_608;
/**
 * A short text's room: so many bytes more than it had when it first changed, and no less than the second. It is not
 * found in the file by fewer.
 */
const TEXT_BYTES_MORE = 8;
const TEXT_BYTES_MIN = 16;
/**
 * An array whose length varies has room for half as many elements more, and no fewer than the second: so the check of a
 * template's first file has a shorter one everywhere.
 */
const ELEMENTS_FACTOR = 1.5;
const ELEMENTS_MIN = 4;
/** Of one array: of more elements HDF5 writes the file, as a minute's readings and more take longer to be exposed. */
const ELEMENTS_MAX = 4096;
/** A kind whose template was made so often changes in more and more short texts: all of them get a place. */
const REMAKES_MAX = 4;
/** A kind of which no template can be learned is written by HDF5. */
const REFUSALS_MAX = 3;
/** Each template's first file is read back through HDF5 and compared with its tree, and then every so many. */
const CHECKED_EACH = 1000;

interface Kind {
  /** Of its last frame. */
  values: readonly Hdf5Value[];
  /** The bytes that a text may take, the elements of an array whose length varies, 0 for a value of fixed size. */
  readonly places: Map<number, number>;
  readonly varying: readonly number[];
  readonly isVarying: ReadonlySet<number>;
  template: NexusTemplate | null;
  remade: number;
  refused: number;
  /** Files made from its template. */
  files: number;
}

export class NexusTemplates {
  readonly #hdf5: Hdf5Library;
  readonly #warn: (line: string) => void;
  /** By the shape's key; the one used last comes last. */
  readonly #kinds = new Map<string, Kind>();
  /** Of shapes seen once, the values: one that does not come again must not cost another its template. */
  readonly #seen = new Map<string, Shape>();
  /** Whether a file was other than its tree: HDF5 writes all from then on. */
  #distrusted = false;
  /** How many templates were made, and how many files from them; for tests. */
  made = 0;
  filled = 0;

  /** @param warn for the log, once */
  constructor(hdf5: Hdf5Library, warn: (line: string) => void) {
    this.#hdf5 = hdf5;
    this.#warn = warn;
  }

  /**
   * Writes the tree's file at `path`, the pixels of a spliced image left out.
   * @returns null where HDF5 has to write it; then nothing is there
   * @throws Hdf5Error or the system's error; the file may then be half written
   */
  write(tree: NexusGroup, path: string): (WrittenTree & { readonly crc32: number }) | null {
    const shape = this.#distrusted ? null : shapeOf(tree);
    const kind = shape === null ? null : this.#kindOf(shape);
    if (shape === null || kind === null || !this.#learn(kind, tree, { shape, path })) return null;
    const template = kind.template!;
    const written = template.fill(shape.values, shape.tiffOffset);
    if (kind.files % CHECKED_EACH === 0 && !this.#isRight(template, { tree, path, written })) return null;
    kind.files++;
    using file = createOwn(path);
    writeAll(file, template.bytes);
    this.filled++;
    return { ...written, crc32: crc32(template.bytes) };
  }

  /** Null for a shape that was not seen before. */
  #kindOf(shape: Shape): Kind | null {
    const { key } = shape;
    const known = this.#kinds.get(key);
    const before = this.#seen.get(key);
    if (known === undefined && before === undefined) {
      keepLast(this.#seen, key, shape);
      return null;
    }
    const kind = known ?? kindLike(before!);
    this.#seen.delete(key);
    keepLast(this.#kinds, key, kind);
    return kind;
  }

  /** Sees to a template in which the values have their places; false where there can be none. */
  #learn(kind: Kind, tree: NexusGroup, of: { readonly shape: Shape; readonly path: string }): boolean {
    const { values } = of.shape;
    if (kind.refused > REFUSALS_MAX || values.some((value) => typeof value === "string" && value.includes("\0"))) {
      return false;
    }
    if (kind.varying.some((index) => lengthOf(values[index]!) > ELEMENTS_MAX)) return false;
    const grew = addPlaces(kind, values);
    kind.values = values;
    if (!grew && kind.template !== null) return true;
    kind.template = null;
    if (sizeBound(tree) > TREE_BYTES_MAX) return false;
    if (kind.remade === 0) placeAtOnce(kind, values);
    // One that was too short will not be the last: all are made longer at once.
    for (const index of kind.varying) kind.places.set(index, roomFor(lengthOf(values[index]!), kind.places.get(index)));
    if (kind.remade++ === REMAKES_MAX) { for (const [index, value] of values.entries()) addPlace(kind, index, value); }
    try {
      kind.template = new NexusTemplate(this.#hdf5, of.path, {
        tree,
        values,
        places: kind.places,
        varying: kind.varying,
      });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      kind.refused++;
      return false;
    }
    kind.files = 0;
    this.made++;
    return true;
  }

  /** Reads a template's file back through HDF5. @throws Hdf5Error or the system's error */
  #isRight(
    { bytes }: NexusTemplate,
    { tree, path, written }: { readonly tree: NexusGroup; readonly path: string; readonly written: WrittenTree },
  ): boolean {
    writeWithHole(path, bytes, written.splice);
    const difference = differenceOf(this.#hdf5, path, { tree, written });
    if (difference === null) return true;
    this.#distrusted = true;
    this.#kinds.clear();
    this.#seen.clear();
    this.#warn(
      `${path}: the NeXus file made from a template differs from its frame at ${difference}; it is made again, and ` +
        "HDF5 writes all NeXus files until the program is started again",
    );
    return false;
  }
}

/** As HDF5 would have made it: with room for the pixels, which costs nothing where files may have holes. */
function writeWithHole(path: string, bytes: Uint8Array, splice: WrittenTree["splice"]): void {
  using file = createOwn(path);
  const head = splice === null ? bytes.length : splice.at;
  writeAll(file, bytes.subarray(0, head));
  if (splice === null) return;
  const tailAt = splice.at + splice.byteCount;
  file.truncateSync(tailAt);
  file.seekSync(tailAt, Deno.SeekMode.Start);
  writeAll(file, bytes.subarray(head));
}

function kindLike({ values, varying }: Shape): Kind {
  const isVarying = new Set(varying);
  return { values, places: new Map(), varying, isVarying, template: null, remade: 0, refused: 0, files: 0 };
}

function lengthOf(array: Hdf5Value): number {
  return (array as ArrayLike<unknown>).length;
}

function roomFor(elements: number, before = 0): number {
  return Math.max(ELEMENTS_MIN, before, 2 ** Math.ceil(Math.log2(ELEMENTS_FACTOR * elements)));
}

function keepLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > KINDS_MAX) map.delete(map.keys().next().value!);
}

/**
 * Gives all numbers a place, and texts that are long enough to be found as they are: none of them has to be learned, and
 * a text that never changes keeps its length.
 */
function placeAtOnce({ places }: Kind, values: readonly Hdf5Value[]): void {
  for (const [index, value] of values.entries()) {
    if (places.has(index)) continue;
    if (typeof value !== "string") places.set(index, 0);
    else if (Buffer.byteLength(value) >= TEXT_BYTES_MIN) places.set(index, Buffer.byteLength(value));
  }
}

/** Gives what has changed a place, and longer texts a longer one. @returns whether the template lacks them */
function addPlaces(kind: Kind, values: readonly Hdf5Value[]): boolean {
  let grew = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const before = kind.values[index]!;
    if (value !== before && !isSame(value, before) && addPlace(kind, index, value)) grew = true;
  }
  return grew;
}

function addPlace({ places, values, isVarying }: Kind, index: number, value: Hdf5Value): boolean {
  const room = places.get(index);
  // A place is made for all of them at once.
  if (isVarying.has(index)) return room === undefined || lengthOf(value) > room;
  if (typeof value !== "string") {
    places.set(index, 0);
    return room === undefined;
  }
  const bytes = Buffer.byteLength(value);
  if (room !== undefined && bytes <= room) return false;
  const most = Math.max(bytes, Buffer.byteLength(values[index] as string));
  places.set(index, room === undefined ? Math.max(TEXT_BYTES_MIN, most + TEXT_BYTES_MORE) : most + (most >> 1));
  return true;
}

/** Of two values of one type that are not the same object. */
function isSame(a: Hdf5Value, b: Hdf5Value): boolean {
  if (typeof a === "number") return Object.is(a, b);
  if (ArrayBuffer.isView(a)) return bufferOf(a).equals(bufferOf(b as ArrayBufferView));
  return typeof a === "object" && "integer" in a && BigInt(a.integer) === BigInt((b as typeof a).integer);
}

function bufferOf(numbers: ArrayBufferView): Buffer {
  return Buffer.from(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
}
