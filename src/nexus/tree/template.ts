/**
 * A file that HDF5 has written once, as bytes, and where in them the values stand that change from frame to frame: the
 * next frame's file is made by writing over those bytes.
 *
 * An array whose length varies has room for a number of elements, and the header of its dataset is written over too: the
 * file then has bytes behind the elements that belong to nothing.
 *
 * Numbers keep their size. A text has room for a number of bytes, and the rest of it is filled with NULs: HDF5, to which
 * a text is a C string, ends it at the first. The length that the file states of it is never changed: HDF5 2.0 refuses
 * such a file.
 */
import type { Buffer } from "node:buffer";
import type { Hdf5Library, Hdf5Value } from "../../../ffi/hdf5/library.ts";
import { learnTemplate, type Slot, type TemplateSource } from "./learn_template.ts";
import { lookup3 } from "./lookup3.ts";
import { bytesOf, viewOf } from "./marked_file.ts";
import type { Checksum, DatasetHeader } from "./object_headers.ts";
import type { WrittenTree } from "./write_tree.ts";

const ENCODER = new TextEncoder();

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
   * @throws TemplateError, Hdf5Error, or the system's error
   */
  constructor(hdf5: Hdf5Library, path: string, of: TemplateSource) {
    const { bytes, slots, written } = learnTemplate(hdf5, path, of);
    this.bytes = bytes;
    this.#view = viewOf(bytes);
    this.#slots = slots;
    this.#written = written;
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
