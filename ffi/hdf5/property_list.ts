/** A property list: the options of making a file, a group or a dataset. */
import {
  H5D_ALLOC_TIME_EARLY,
  type H5D_COMPACT,
  H5D_CONTIGUOUS,
  H5D_FILL_TIME_NEVER,
  H5F_CLOSE_STRONG,
  H5F_LIBVER_V110,
  H5F_LIBVER_V18,
  H5T_CSET_UTF8,
  H5Z_FLAG_OPTIONAL,
} from "./c/constants.ts";
import { Handle, type HandleKind } from "./handle.ts";
import type { Hdf5Filter, Hdf5Storage } from "./library.ts";
import { cString, type GlobalName, hsizes, type Native } from "./c/native.ts";

const KIND: HandleKind = {
  noun: "property list",
  close: (native, id) => native.symbols.H5Pclose(id),
  countedHere: true,
};

/**
 * Links that a group keeps in its header before it makes a heap for them, which takes kilobytes. The change in between
 * takes seconds, so a group that will have more has the heap from the start.
 */
export const COMPACT_LINKS_MAX = 256;
/** Room to convert some hundred elements at once. */
const TRANSFER_BUFFER_BYTES = 4096;
/** More are not read. */
const FILTER_VALUES_MAX = 32;
const FALSE = 0;
const TRUE = 1;

export class PropertyList extends Handle {
  private constructor(native: Native, id: bigint) {
    super(native, id, KIND);
  }

  static #ofClass(native: Native, name: GlobalName): PropertyList {
    const id = native.checked(native.symbols.H5Pcreate(native.globals[name]), "make a property list");
    return new PropertyList(native, id);
  }

  /** How a file is opened or made. */
  static fileAccess(native: Native): PropertyList {
    const list = PropertyList.#ofClass(native, "H5P_CLS_FILE_ACCESS_ID_g");
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_libver_bounds(id, H5F_LIBVER_V18, H5F_LIBVER_V110), "bound the file's version");
      list.#check(symbols.H5Pset_fclose_degree(id, H5F_CLOSE_STRONG), "set how a file is closed");
      // Files on network shares often cannot be locked; since 1.10.7 that can be let pass.
      if (symbols.H5Pset_file_locking) list.#check(symbols.H5Pset_file_locking(id, TRUE, TRUE), "set file locking");
      // Else the first small dataset takes a block of 2 kB, most of which stays empty.
      list.#check(symbols.H5Pset_small_data_block_size(id, 0n), "set the block of small data");
    });
  }

  static datasetCreation(native: Native, storage: Hdf5Storage): PropertyList {
    const list = PropertyList.withoutTimes(native, "H5P_CLS_DATASET_CREATE_ID_g");
    return list.#set((id, symbols) => {
      if (storage.kind === "chunked") {
        const { chunk, filters = [] } = storage;
        list.#check(symbols.H5Pset_chunk(id, chunk.length, hsizes(chunk)), "set a layout in chunks");
        for (const filter of filters) {
          const values = Uint32Array.from(filter.values);
          const result = symbols.H5Pset_filter(id, filter.id, H5Z_FLAG_OPTIONAL, BigInt(values.length), values);
          list.#check(result, `set filter ${filter.id}`);
        }
        return;
      }
      list.#check(symbols.H5Pset_layout(id, H5D_CONTIGUOUS), "set a contiguous layout");
      list.#check(symbols.H5Pset_fill_time(id, H5D_FILL_TIME_NEVER), "leave a dataset unfilled");
      if (storage.kind === "external") {
        const { file, offset, byteCount } = storage;
        const result = symbols.H5Pset_external(id, cString(file), BigInt(offset), BigInt(byteCount));
        list.#check(result, `refer to ${byteCount} bytes at ${offset} of ${file}`);
      } else if (storage.early) {
        list.#check(symbols.H5Pset_alloc_time(id, H5D_ALLOC_TIME_EARLY), "allocate a dataset at once");
      }
    });
  }

  /** How a dataset was made. */
  static ofDataset(native: Native, datasetId: bigint): PropertyList {
    const id = native.checked(native.symbols.H5Dget_create_plist(datasetId), "read how a dataset was made");
    return new PropertyList(native, id);
  }

  get externalFiles(): number {
    return this.native.checked(this.native.symbols.H5Pget_external_count(this.id), "count a dataset's external files");
  }

  get filters(): Hdf5Filter[] {
    const { symbols } = this.native;
    const count = this.native.checked(symbols.H5Pget_nfilters(this.id), "count a dataset's filters");
    return Array.from({ length: count }, (_, index) => {
      const values = new Uint32Array(FILTER_VALUES_MAX);
      const length = BigUint64Array.of(BigInt(values.length));
      const id = symbols.H5Pget_filter2(this.id, index, null, length, values, 0n, null, null);
      const stored = Math.min(Number(length[0]), values.length);
      return { id: this.native.checked(id, "read a dataset's filter"), values: [...values.subarray(0, stored)] };
    });
  }

  /** What is made by it does not note when, as HDF5 does in seconds. */
  static withoutTimes(
    native: Native,
    of: "H5P_CLS_FILE_CREATE_ID_g" | "H5P_CLS_GROUP_CREATE_ID_g" | "H5P_CLS_DATASET_CREATE_ID_g",
  ): PropertyList {
    const list = PropertyList.#ofClass(native, of);
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_obj_track_times(id, FALSE), "leave times out of an object");
    });
  }

  static utf8Names(native: Native, of: "H5P_CLS_LINK_CREATE_ID_g" | "H5P_CLS_ATTRIBUTE_CREATE_ID_g"): PropertyList {
    const list = PropertyList.#ofClass(native, of);
    return list.#set((id, symbols) => list.#check(symbols.H5Pset_char_encoding(id, H5T_CSET_UTF8), "set UTF-8 names"));
  }

  static compactGroups(native: Native): PropertyList {
    const list = PropertyList.withoutTimes(native, "H5P_CLS_GROUP_CREATE_ID_g");
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_link_phase_change(id, COMPACT_LINKS_MAX, COMPACT_LINKS_MAX), "set compact groups");
    });
  }

  /** Of a dataset that holds one value: in its header, or, where that is too large, in a place of its own. */
  static values(native: Native, layout: typeof H5D_COMPACT | typeof H5D_CONTIGUOUS): PropertyList {
    const list = PropertyList.withoutTimes(native, "H5P_CLS_DATASET_CREATE_ID_g");
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_layout(id, layout), "set the layout of values");
      // Since 1.10.5: a header is as large as it has to be. Else it takes 256 bytes, for attributes that may never come.
      if (symbols.H5Pset_dset_no_attrs_hint) {
        list.#check(symbols.H5Pset_dset_no_attrs_hint(id, TRUE), "keep headers small");
      }
    });
  }

  static smallTransfers(native: Native): PropertyList {
    const list = PropertyList.#ofClass(native, "H5P_CLS_DATASET_XFER_ID_g");
    return list.#set((id, symbols) => {
      const result = symbols.H5Pset_buffer(id, BigInt(TRANSFER_BUFFER_BYTES), null, null);
      list.#check(result, `set a transfer buffer of ${TRANSFER_BUFFER_BYTES} bytes`);
    });
  }

  /** Runs what sets the list up; a list that cannot be set up is closed. */
  #set(setUp: (id: bigint, symbols: Native["symbols"]) => void): this {
    try {
      setUp(this.id, this.native.symbols);
      return this;
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  #check(result: number, attempted: string): void {
    this.native.checked(result, attempted);
  }
}
