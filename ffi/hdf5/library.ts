/** What the rest of pewatch sees of HDF5: the seam that a fake can take the place of. No id and no pointer crosses it. */

/** How one element is stored. Texts of size "variable" are UTF-8; a text of fixed size is padded with zero bytes. */
export type Hdf5Type =
  | {
    readonly class: "integer";
    readonly size: 1 | 2 | 4 | 8;
    readonly signed: boolean;
    readonly order: "little" | "big";
  }
  | { readonly class: "float"; readonly size: 4 | 8; readonly order: "little" | "big" }
  | { readonly class: "text"; readonly size: number | "variable" }
  /** One that can be read about but not made here (compound, enumeration, reference …). */
  | { readonly class: "other"; readonly name: string; readonly size: number };

/** A value that describes itself: a text, a float64 or int64 scalar, an array in one dimension. */
export type Hdf5Value =
  | string
  | number
  | { readonly integer: number | bigint }
  | readonly string[]
  | Hdf5Numbers;

/** Each is stored in its own type, at least one element. */
export type Hdf5Numbers =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** What reading returns; null for types that are not read (compound …) and for arrays above the limit asked for. */
export type Hdf5ReadValue = string | number | bigint | readonly (string | number | bigint)[] | null;

/** What each chunk goes through when it is written, by its registered number, with the values that it is stored with. */
export interface Hdf5Filter {
  readonly id: number;
  readonly values: readonly number[];
}

/** Where a dataset's elements lie. */
export type Hdf5Storage =
  /** One run of bytes in the file; `early` allocates its place at once, unwritten. */
  | { readonly kind: "contiguous"; readonly early: boolean }
  /**
   * In boxes of this shape: one that was never written takes no space and reads as zeros. The library need not have
   * the filters where chunks are written by `writeChunk`.
   */
  | { readonly kind: "chunked"; readonly chunk: readonly number[]; readonly filters?: readonly Hdf5Filter[] }
  /** In another file, named relative to the reader's working directory (a rule of HDF5, not of pewatch). */
  | { readonly kind: "external"; readonly file: string; readonly offset: number; readonly byteCount: number };

/** Frames of other files, stacked: what a virtual dataset is made of. */
export interface Hdf5VirtualStack {
  readonly type: Hdf5Type;
  /** [slots, height, width] */
  readonly shape: readonly [number, number, number];
  /** Each fills one slot. Slots without a source read as NaN, or 0 in a dataset of integers. */
  readonly sources: readonly Hdf5VirtualSource[];
  /** Path of the dataset in each source, of shape [1, height, width]. */
  readonly sourcePath: string;
}

export interface Hdf5VirtualSource {
  /** Without a folder: readers look for it beside the file that holds the virtual dataset. */
  readonly file: string;
  readonly slot: number;
}

export interface CreateFileOptions {
  /**
   * Space on the volume that is taken at once, as much as all but the large datasets will need. HDF5 keeps metadata
   * in memory until a file is closed; a file whose metadata then find no space can never be closed, and lets the
   * program crash when it ends. With the space taken, a full volume is an error where nothing is lost.
   */
  readonly reserveBytes?: number;
}

/** Anything that bears attributes. */
export interface Hdf5Object extends Disposable {
  setAttribute(name: string, value: Hdf5Value): void;
  attributeNames(): string[];
  /** Null where it is of a type that is not read, or has more elements than the limit. */
  readAttribute(name: string, limit: { readonly elementsMax: number }): Hdf5ReadValue;
  /** A second call does nothing. */
  close(): void;
}

export interface Hdf5Dataset extends Hdf5Object {
  readonly kind: "dataset";
  readonly type: Hdf5Type;
  /** Slowest dimension first; [] for a scalar. Null for a dataset without any element by its own choice (null space). */
  readonly shape: readonly number[] | null;
  /** Writes all elements, given in the dataset's own type and byte order. */
  write(bytes: Uint8Array<ArrayBuffer>): void;
  /** Writes `bytes` as a box of elements; start and count have the dataset's number of dimensions. */
  writeBox(
    bytes: Uint8Array<ArrayBuffer>,
    box: { readonly start: readonly number[]; readonly count: readonly number[] },
  ): void;
  /**
   * Stores `bytes` as the chunk whose first element is at `start`, as they are: what the filters would have made of it.
   * @throws Hdf5Error, with HDF5 before 1.10.3 always
   */
  writeChunk(bytes: Uint8Array<ArrayBuffer>, start: readonly number[]): void;
  /** Reads all elements in the dataset's own type and byte order. */
  readBytes(limit: { readonly bytesMax: number }): Uint8Array<ArrayBuffer>;
  /** Numbers and texts; null where not readable so, or where there are more elements than the limit. */
  read(limit: { readonly elementsMax: number }): Hdf5ReadValue;
  /** Offset of the first byte in the file; null where it has none (not contiguous, or not allocated yet). */
  readonly fileOffset: number | null;
  /** Whether its elements lie in another file that is no HDF5 file. */
  readonly isExternal: boolean;
  /** In the order in which a chunk goes through them when it is written. */
  readonly filters: readonly Hdf5Filter[];
}

export type Hdf5LinkKind = "hard" | "soft" | "external" | "other";

export interface Hdf5Link {
  readonly name: string;
  readonly kind: Hdf5LinkKind;
  /** What a soft or external link says; "" for others. */
  readonly target: string;
}

export interface Hdf5Group extends Hdf5Object {
  readonly kind: "group";
  /** `links`: how many it will have, where that is known; it only costs time to say less. */
  createGroup(name: string, options?: { readonly links?: number }): Hdf5Group;
  /** A small dataset that holds this value, in more dimensions where `shape` is given. The caller closes it. */
  createValue(name: string, value: Hdf5Value, shape?: readonly number[]): Hdf5Dataset;
  createDataset(name: string, of: { type: Hdf5Type; shape: readonly number[]; storage: Hdf5Storage }): Hdf5Dataset;
  /** A second name, here, for what stands at `path` seen from the file's root. */
  linkHard(name: string, path: string): void;
  linkSoft(name: string, path: string): void;
  /** A name, here, for what stands at `path` in another file; one without a folder is looked for beside this one. */
  linkExternal(name: string, of: { readonly file: string; readonly path: string }): void;
  /** A dataset that holds no element itself. A source that is not there reads as if it had never been named. */
  createVirtual(name: string, of: Hdf5VirtualStack): Hdf5Dataset;
  /** In the order of their names. At most `max`. */
  links(limit: { readonly max: number }): { readonly links: Hdf5Link[]; readonly total: number };
  /** What stands there, a path too; null for what is neither a group nor a dataset. */
  open(name: string): Hdf5Group | Hdf5Dataset | null;
  /** Of a hard link: the same for two links to one object. */
  addressOf(name: string): string;
}

export interface Hdf5File extends Disposable {
  readonly root: Hdf5Group;
  /** A second call does nothing. @throws Hdf5Error where what was written cannot be stored */
  close(): void;
}

/** HDF5, owned by one thread: its error stack is per thread. */
export interface Hdf5Library extends Disposable {
  /** "1.10.8" */
  readonly version: string;
  /** As it was given to the loader. */
  readonly path: string;
  /** Files, groups, datasets, types and attributes that are open: 0 where nothing leaks. */
  readonly openObjects: number;
  /** Makes or replaces a file. On Windows the name should be ASCII. @throws Hdf5Error */
  createFile(path: string, options?: CreateFileOptions): Hdf5File;
  /** Opens a file for reading. @throws Hdf5Error */
  openFile(path: string): Hdf5File;
  /** Closes what is open and releases the library; a second call does nothing. */
  close(): void;
}
