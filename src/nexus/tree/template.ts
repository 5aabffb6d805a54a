/**
 * A file that is kept open: of each next frame of the same shape, HDF5 writes only what differs from the one before,
 * and the frame's file is a copy of it. A hundred small objects are so made once, not for each frame.
 *
 * Its superblock is of version 2, which has no mark for a file that is open for writing; a copy is a file like any.
 */
import { Hdf5Error } from "../../../ffi/hdf5/error.ts";
import { readEnd } from "../../../ffi/hdf5/file.ts";
import type { Hdf5File, Hdf5Library, Hdf5Variable } from "../../../ffi/hdf5/library.ts";
import { removeFile, syncFile, writeAll } from "../../files/durable.ts";
import { createOwn, openPlain } from "../../files/plain_file.ts";
import { readInto } from "../../tiff/random_access.ts";
import type { NexusGroup } from "./tree.ts";
import { changesOf, type TreeChange } from "./tree_changes.ts";
import { createTreeFile, fillFile, type WrittenTree } from "./write_tree.ts";

/** What longer texts have made it grow by is in each copy: beyond this it is made anew. */
const GROWTH_BYTES_MAX = 65_536;
/** Room on the volume for what a change may need: HDF5 must not meet a full volume, as it never recovers from that. */
const ROOM_BYTES = 65_536;

export class NexusTemplate implements Disposable {
  readonly #path: string;
  readonly #file: Hdf5File;
  readonly #written: WrittenTree;
  readonly #variables = new Map<string, Hdf5Variable>();
  readonly #source: Deno.FsFile;
  readonly #firstEnd: number;
  #tree: NexusGroup;
  #end: number;
  #bytes = new Uint8Array(0);

  /** @throws Hdf5Error, or the system's error */
  constructor(hdf5: Hdf5Library, path: string, tree: NexusGroup) {
    using stack = new DisposableStack();
    this.#path = path;
    this.#file = stack.adopt(createTreeFile(hdf5, path, tree), (file) => file[Symbol.dispose]());
    this.#written = fillFile(this.#file, tree);
    this.#file.flush();
    this.#source = stack.use(openPlain(path, { write: true }));
    this.#tree = tree;
    this.#end = this.#firstEnd = readEnd(this.#source, this.#path);
    stack.move();
  }

  /** What has to be written to make it the tree's file; null where that cannot be done. */
  changesTo(tree: NexusGroup): readonly TreeChange[] | null {
    return this.#end - this.#firstEnd > GROWTH_BYTES_MAX ? null : changesOf(this.#tree, tree);
  }

  /** @throws Hdf5Error, or the system's error: then it is of no more use */
  change(tree: NexusGroup, changes: readonly TreeChange[]): void {
    if (changes.length > 0) {
      this.#makeRoom();
      for (const change of changes) this.#variable(change).setValue(change.value);
      this.#file.flush();
      this.#end = readEnd(this.#source, this.#path);
    }
    this.#tree = tree;
  }

  /**
   * Writes what it now is, the pixels of a spliced image left out.
   * @throws the system's error
   */
  copyTo(path: string, options: { readonly fsync: boolean }): WrittenTree {
    using target = createOwn(path);
    const { splice, checksumSlot } = this.#written;
    if (splice === null) this.#copy(target, 0, this.#end);
    else {
      this.#copy(target, 0, splice.at);
      this.#copy(target, splice.at + splice.byteCount, this.#end);
    }
    if (options.fsync) syncFile(target, path);
    return { splice: splice === null ? null : { ...splice, tiffOffset: tiffOffsetOf(this.#tree) }, checksumSlot };
  }

  [Symbol.dispose](): void {
    for (const variable of this.#variables.values()) variable[Symbol.dispose]();
    this.#source.close();
    this.#file[Symbol.dispose]();
    removeQuietly(this.#path);
  }

  /** Opened when it first changes, and kept open. */
  #variable({ path, attribute }: TreeChange): Hdf5Variable {
    const key = attribute === null ? path : `${path}\0${attribute}`;
    const known = this.#variables.get(key);
    if (known !== undefined) return known;
    const variable = this.#open(path, attribute);
    this.#variables.set(key, variable);
    return variable;
  }

  #open(path: string, attribute: string | null): Hdf5Variable {
    const { root } = this.#file;
    if (path === "") return root.openAttribute(attribute!);
    const opened = root.open(path);
    if (opened.kind === "other") throw new Hdf5Error(`Cannot change ${path}: it is neither a group nor a dataset`);
    if (attribute === null) {
      if (opened.kind === "dataset") return opened.dataset;
      opened.group[Symbol.dispose]();
      throw new Hdf5Error(`Cannot change ${path}: it is a group`);
    }
    using object = opened.kind === "group" ? opened.group : opened.dataset;
    return object.openAttribute(attribute);
  }

  #makeRoom(): void {
    this.#source.seekSync(this.#end, Deno.SeekMode.Start);
    writeAll(this.#source, ROOM);
  }

  #copy(target: Deno.FsFile, from: number, to: number): void {
    const length = to - from;
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    const bytes = this.#bytes.subarray(0, length);
    if (readInto(this.#source, from, bytes) < length) throw new Hdf5Error(`Cannot read ${this.#path}: it is too short`);
    writeAll(target, bytes);
  }
}

const ROOM = new Uint8Array(ROOM_BYTES);

function tiffOffsetOf(group: NexusGroup): number {
  const image = findImage(group);
  if (image === null) throw new Hdf5Error("Cannot find the image of a file that has one");
  return image;
}

function findImage(group: NexusGroup): number | null {
  for (const child of group.children) {
    if (child.kind === "image" && child.plan.way === "splice") return child.plan.offset;
    const below = child.kind === "group" ? findImage(child) : null;
    if (below !== null) return below;
  }
  return null;
}

/** What stays is removed by the next daemon. */
export function removeQuietly(path: string): void {
  try {
    removeFile(path);
  } catch {
    // its folder is gone, or it is held open
  }
}
