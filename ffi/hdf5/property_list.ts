/** A property list: the options of making a file, a group or a dataset. */
import {
  H5D_ALLOC_TIME_EARLY,
  H5D_COMPACT,
  H5D_CONTIGUOUS,
  H5D_FILL_TIME_NEVER,
  H5F_CLOSE_STRONG,
  H5F_LIBVER_V110,
  H5F_LIBVER_V18,
  H5T_CSET_UTF8,
} from "./constants.ts";
import type { GlobalName } from "./globals.ts";
import { Handle, type HandleKind } from "./handle.ts";
import type { CreateFileOptions, Hdf5Storage } from "./library.ts";
import { cString, type Native } from "./native.ts";

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
const FALSE = 0;
const TRUE = 1;

export class PropertyList extends Handle {
  private constructor(native: Native, id: bigint) {
    super(native, id, KIND);
  }

  static #ofClass(native: Native, name: GlobalName): PropertyList {
    return new PropertyList(
      native,
      native.checked(native.symbols.H5Pcreate(native.globals[name]), "make a property list"),
    );
  }

  /** How a file is opened or made; without options as it is opened. */
  static fileAccess(native: Native, options?: CreateFileOptions): PropertyList {
    const list = PropertyList.#ofClass(native, "H5P_CLS_FILE_ACCESS_ID_g");
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_libver_bounds(id, H5F_LIBVER_V18, H5F_LIBVER_V110), "bound the file's version");
      list.#check(symbols.H5Pset_fclose_degree(id, H5F_CLOSE_STRONG), "set how a file is closed");
      // Files on network shares often cannot be locked; since 1.10.7 that can be let pass.
      if (symbols.H5Pset_file_locking) list.#check(symbols.H5Pset_file_locking(id, TRUE, TRUE), "set file locking");
      const bytes = options?.metadataBlockBytes;
      if (bytes !== undefined) {
        list.#check(symbols.H5Pset_meta_block_size(id, BigInt(bytes)), `set metadata blocks of ${bytes} bytes`);
      }
    });
  }

  static datasetCreation(native: Native, storage: Hdf5Storage): PropertyList {
    const list = PropertyList.#ofClass(native, "H5P_CLS_DATASET_CREATE_ID_g");
    return list.#set((id, symbols) => {
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

  /** A dataset's own options, as the library has them. */
  static plainDataset(native: Native): PropertyList {
    return PropertyList.#ofClass(native, "H5P_CLS_DATASET_CREATE_ID_g");
  }

  static utf8Names(native: Native, of: "H5P_CLS_LINK_CREATE_ID_g" | "H5P_CLS_ATTRIBUTE_CREATE_ID_g"): PropertyList {
    const list = PropertyList.#ofClass(native, of);
    return list.#set((id, symbols) => list.#check(symbols.H5Pset_char_encoding(id, H5T_CSET_UTF8), "set UTF-8 names"));
  }

  static compactGroups(native: Native): PropertyList {
    const list = PropertyList.#ofClass(native, "H5P_CLS_GROUP_CREATE_ID_g");
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_link_phase_change(id, COMPACT_LINKS_MAX, COMPACT_LINKS_MAX), "set compact groups");
    });
  }

  static compactValues(native: Native): PropertyList {
    const list = PropertyList.#ofClass(native, "H5P_CLS_DATASET_CREATE_ID_g");
    return list.#set((id, symbols) => {
      list.#check(symbols.H5Pset_layout(id, H5D_COMPACT), "set a compact layout");
      list.#check(symbols.H5Pset_obj_track_times(id, FALSE), "leave times out of an object");
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
