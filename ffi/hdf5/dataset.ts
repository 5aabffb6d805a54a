/** A dataset: elements of one type in a box of any number of dimensions. */
import { H5S_ALL, HADDR_UNDEF, NONE } from "./c/constants.ts";
import { Dataspace, elementCount } from "./dataspace.ts";
import { Datatype } from "./datatype.ts";
import { Hdf5Error } from "./error.ts";
import type { HandleKind } from "./handle.ts";
import type { Hdf5Dataset, Hdf5Filter, Hdf5ReadValue, Hdf5Storage, Hdf5Type, Hdf5Value } from "./library.ts";
import { cString, hsizes, type Native } from "./c/native.ts";
import { ObjectHandle } from "./object.ts";
import { PropertyList } from "./property_list.ts";
import { checkCount, type EncodedValue, encodeValue, readElements, stillReferenced } from "./values.ts";

const KIND: HandleKind = { noun: "dataset", close: (native, id) => native.symbols.H5Dclose(id), countedHere: false };

/** A value up to here stands in its dataset's header, which holds 64 kB in all. */
const COMPACT_BYTES_MAX = 1024;

export class Dataset extends ObjectHandle implements Hdf5Dataset {
  readonly kind = "dataset";

  constructor(native: Native, id: bigint) {
    super(native, id, KIND);
  }

  static create(
    parent: { readonly native: Native; readonly id: bigint },
    name: string,
    of: { type: Hdf5Type; shape: readonly number[]; storage: Hdf5Storage },
  ): Dataset {
    const { native } = parent;
    const { symbols, shared } = native;
    using type = Datatype.of(native, of.type);
    using space = of.shape.length === 0 ? null : Dataspace.simple(native, of.shape);
    using creation = PropertyList.datasetCreation(native, of.storage);
    const spaceId = space?.id ?? shared.scalarSpace;
    const id = symbols.H5Dcreate2(parent.id, cString(name), type.id, spaceId, shared.utf8Links, creation.id, NONE);
    return new Dataset(native, native.checked(id, `make dataset ${name}`));
  }

  static ofValue(
    parent: { readonly native: Native; readonly id: bigint },
    of: { name: string; value: Hdf5Value; shape?: readonly number[] | undefined },
  ): Dataset {
    const { native } = parent;
    const { symbols, shared } = native;
    const { name } = of;
    const encoded = encodeValue(native, of.value);
    if (of.shape !== undefined) checkCount(encoded, of.shape);
    const shape = of.shape ?? encoded.shape;
    using space = shape === null ? null : Dataspace.simple(native, shape);
    const spaceId = space?.id ?? shared.scalarSpace;
    const creation = encoded.buffer.byteLength <= COMPACT_BYTES_MAX ? shared.compactValues : shared.largeValues;
    const id = symbols.H5Dcreate2(parent.id, cString(name), encoded.typeId, spaceId, shared.utf8Links, creation, NONE);
    const dataset = new Dataset(native, native.checked(id, `make dataset ${name}`));
    try {
      dataset.#writeEncoded(encoded);
      return dataset;
    } catch (error) {
      dataset[Symbol.dispose]();
      throw error;
    }
  }

  get type(): Hdf5Type {
    using type = this.#openType();
    return type.describe();
  }

  get shape(): readonly number[] | null {
    using space = this.#openSpace();
    return space.shape;
  }

  get fileOffset(): number | null {
    const offset = this.native.symbols.H5Dget_offset(this.id);
    if (offset === HADDR_UNDEF) {
      this.native.symbols.H5Eclear2(NONE);
      return null;
    }
    return Number(offset);
  }

  get isExternal(): boolean {
    using creation = PropertyList.ofDataset(this.native, this.id);
    return creation.externalFiles > 0;
  }

  get filters(): readonly Hdf5Filter[] {
    using creation = PropertyList.ofDataset(this.native, this.id);
    return creation.filters;
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    const { native } = this;
    using type = this.#openType();
    this.#checkSize(bytes, this.shape);
    const result = native.symbols.H5Dwrite(this.id, type.id, H5S_ALL, H5S_ALL, NONE, bytes);
    native.checked(result, `write ${bytes.length} bytes`);
  }

  writeBox(
    bytes: Uint8Array<ArrayBuffer>,
    box: { readonly start: readonly number[]; readonly count: readonly number[] },
  ): void {
    const { native } = this;
    using type = this.#openType();
    using space = this.#openSpace();
    const rank = space.shape?.length ?? 0;
    if (box.start.length !== rank || box.count.length !== rank) {
      throw new Hdf5Error(`Cannot write a box of ${box.count.length} dimensions: the dataset has ${rank}`);
    }
    this.#checkSize(bytes, box.count);
    space.select(box.start, box.count);
    using memory = Dataspace.simple(native, box.count);
    const result = native.symbols.H5Dwrite(this.id, type.id, memory.id, space.id, NONE, bytes);
    native.checked(result, `write ${bytes.length} bytes at ${box.start.join(", ")}`);
  }

  writeChunk(bytes: Uint8Array<ArrayBuffer>, start: readonly number[]): void {
    const { H5Dwrite_chunk } = this.native.symbols;
    if (H5Dwrite_chunk === null) throw new Hdf5Error("Cannot write a compressed image: HDF5 is older than 1.10.3");
    if (start.length !== this.shape?.length) throw new Hdf5Error(`Cannot write a chunk at ${start.join(", ")}`);
    const result = H5Dwrite_chunk(this.id, NONE, 0, hsizes(start), BigInt(bytes.length), bytes);
    this.native.checked(result, `write a chunk of ${bytes.length} bytes at ${start.join(", ")}`);
  }

  readBytes(limit: { readonly bytesMax: number }): Uint8Array<ArrayBuffer> {
    const { native } = this;
    using type = this.#openType();
    const byteCount = elementCount(this.shape) * Number(native.symbols.H5Tget_size(type.id));
    if (byteCount > limit.bytesMax) {
      throw new Hdf5Error(`Cannot read dataset: it has ${byteCount} bytes, more than ${limit.bytesMax}`);
    }
    if (type.describe().class === "text" || type.describe().class === "other") {
      throw new Hdf5Error("Cannot read dataset as bytes: it does not hold numbers");
    }
    const bytes = new Uint8Array(byteCount);
    const result = native.symbols.H5Dread(this.id, type.id, H5S_ALL, H5S_ALL, NONE, bytes);
    native.checked(result, `read ${byteCount} bytes`);
    return bytes;
  }

  read(limit: { readonly elementsMax: number }): Hdf5ReadValue {
    const { native } = this;
    const shape = this.shape;
    const count = elementCount(shape);
    if (shape === null || count > limit.elementsMax) return null;
    using type = this.#openType();
    return readElements(native, {
      type,
      scalar: shape.length === 0,
      count,
      fill: (memoryTypeId, buffer) => {
        const result = native.symbols.H5Dread(
          this.id,
          memoryTypeId,
          H5S_ALL,
          H5S_ALL,
          native.shared.smallTransfers,
          buffer,
        );
        native.checked(result, `read ${count} elements`);
      },
    });
  }

  #writeEncoded(encoded: EncodedValue): void {
    const { symbols, shared } = this.native;
    const { typeId, buffer } = encoded;
    const result = symbols.H5Dwrite(this.id, typeId, H5S_ALL, H5S_ALL, shared.smallTransfers, buffer);
    this.native.checked(result, "write a dataset's value");
    stillReferenced(encoded);
  }

  /** HDF5 takes as many bytes from a buffer as it needs, whether they are there or not. */
  #checkSize(bytes: Uint8Array, shape: readonly number[] | null): void {
    using type = this.#openType();
    const needed = elementCount(shape) * Number(this.native.symbols.H5Tget_size(type.id));
    if (bytes.length !== needed) {
      throw new Hdf5Error(`Cannot write ${bytes.length} bytes to a dataset: it takes ${needed}`);
    }
    if (type.describe().size === "variable") {
      throw new Hdf5Error("Cannot write bytes to a dataset of texts of variable size");
    }
  }

  #openType(): Datatype {
    return new Datatype(
      this.native,
      this.native.checked(this.native.symbols.H5Dget_type(this.id), "open a dataset's type"),
    );
  }

  #openSpace(): Dataspace {
    return new Dataspace(
      this.native,
      this.native.checked(this.native.symbols.H5Dget_space(this.id), "open a dataset's space"),
    );
  }
}
