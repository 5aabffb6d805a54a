/** A group: links with names to groups and datasets. */
import {
  GROUP_INFO_BYTES,
  GROUP_INFO_LINKS_AT,
  H5_INDEX_NAME,
  H5_ITER_INC,
  H5I_DATASET,
  H5I_GROUP,
  H5L_TYPE_EXTERNAL,
  H5L_TYPE_HARD,
  H5L_TYPE_SOFT,
  LINK_INFO_ADDRESS_AT,
  LINK_INFO_BYTES,
  LINK_INFO_TYPE_AT,
  NONE,
} from "./c/constants.ts";
import { Dataset } from "./dataset.ts";
import { Hdf5Error } from "./error.ts";
import type { HandleKind } from "./handle.ts";
import type { Hdf5Group, Hdf5Link, Hdf5Storage, Hdf5Type, Hdf5Value, Hdf5VirtualStack } from "./library.ts";
import { cString, type Native } from "./c/native.ts";
import { ObjectHandle, readName } from "./object.ts";
import { COMPACT_LINKS_MAX, PropertyList } from "./property_list.ts";
import { Dataspace } from "./dataspace.ts";
import { Datatype, numberTypeId } from "./datatype.ts";

const KIND: HandleKind = { noun: "group", close: (native, id) => native.symbols.H5Gclose(id), countedHere: false };
/** A soft link's path longer than this is a damaged file. */
const LINK_TARGET_MAX = 65_536;

interface LinkInfo {
  readonly type: number;
  /** Of the object for a hard link, else the length of what the link says. */
  readonly addressOrSize: bigint;
}

export class Group extends ObjectHandle implements Hdf5Group {
  readonly kind = "group";

  constructor(native: Native, id: bigint) {
    super(native, id, KIND);
  }

  createGroup(name: string, options: { readonly links?: number } = {}): Group {
    const { native } = this;
    const { symbols, shared } = native;
    const creation = (options.links ?? 0) > COMPACT_LINKS_MAX ? shared.largeGroups : shared.compactGroups;
    const id = symbols.H5Gcreate2(this.id, cString(name), shared.utf8Links, creation, NONE);
    return new Group(native, native.checked(id, `make group ${name}`));
  }

  createValue(name: string, value: Hdf5Value, shape?: readonly number[]): Dataset {
    return Dataset.ofValue(this, { name, value, shape });
  }

  createDataset(name: string, of: { type: Hdf5Type; shape: readonly number[]; storage: Hdf5Storage }): Dataset {
    return Dataset.create(this, name, of);
  }

  linkHard(name: string, path: string): void {
    const { symbols, shared } = this.native;
    const result = symbols.H5Lcreate_hard(this.id, cString(path), this.id, cString(name), shared.utf8Links, NONE);
    this.native.checked(result, `link ${name} to ${path}`);
  }

  linkSoft(name: string, path: string): void {
    const { symbols, shared } = this.native;
    const result = symbols.H5Lcreate_soft(cString(path), this.id, cString(name), shared.utf8Links, NONE);
    this.native.checked(result, `link ${name} to ${path}`);
  }

  linkExternal(name: string, of: { readonly file: string; readonly path: string }): void {
    const { symbols, shared } = this.native;
    const [file, path] = [cString(of.file), cString(of.path)];
    const result = symbols.H5Lcreate_external(file, path, this.id, cString(name), shared.utf8Links, NONE);
    this.native.checked(result, `link ${name} to ${of.path} of ${of.file}`);
  }

  createVirtual(name: string, of: Hdf5VirtualStack): Dataset {
    return createVirtual(this, name, of);
  }

  links(limit: { readonly max: number }): { links: Hdf5Link[]; total: number } {
    const { native } = this;
    const { symbols } = native;
    const attempted = "list a group";
    const info = new DataView(new ArrayBuffer(GROUP_INFO_BYTES));
    native.checked(symbols.H5Gget_info(this.id, info), attempted);
    const total = Number(info.getBigUint64(GROUP_INFO_LINKS_AT, true));
    const here = cString(".");
    const links = Array.from({ length: Math.min(total, limit.max) }, (_, index) => {
      const name = readName(native, attempted, (buffer, size) => {
        const at = BigInt(index);
        return symbols.H5Lget_name_by_idx(this.id, here, H5_INDEX_NAME, H5_ITER_INC, at, buffer, size, NONE);
      });
      return this.#describeLink(name);
    });
    return { links, total };
  }

  open(name: string): Group | Dataset | null {
    const { native } = this;
    const { symbols } = native;
    const id = native.checked(symbols.H5Oopen(this.id, cString(name), NONE), `open ${name}`);
    const type = symbols.H5Iget_type(id);
    if (type === H5I_GROUP) return new Group(native, id);
    if (type === H5I_DATASET) return new Dataset(native, id);
    symbols.H5Oclose(id);
    return null;
  }

  addressOf(name: string): string {
    return this.#linkInfo(name).addressOrSize.toString();
  }

  #linkInfo(name: string): LinkInfo {
    const { symbols } = this.native;
    // 1.12 gave H5Lget_info another structure and kept the old one under this name.
    const getInfo = symbols.H5Lget_info1 ?? symbols.H5Lget_info;
    if (getInfo === null) throw new Hdf5Error("Cannot read a link: the library has no H5Lget_info");
    const info = new DataView(new ArrayBuffer(LINK_INFO_BYTES));
    this.native.checked(getInfo(this.id, cString(name), info, NONE), `read link ${name}`);
    return {
      type: info.getInt32(LINK_INFO_TYPE_AT, true),
      addressOrSize: info.getBigUint64(LINK_INFO_ADDRESS_AT, true),
    };
  }

  #describeLink(name: string): Hdf5Link {
    const { type, addressOrSize } = this.#linkInfo(name);
    if (type === H5L_TYPE_HARD) return { name, kind: "hard", target: "" };
    if (type !== H5L_TYPE_SOFT && type !== H5L_TYPE_EXTERNAL) return { name, kind: "other", target: "" };
    const bytes = new Uint8Array(Math.min(Number(addressOrSize), LINK_TARGET_MAX));
    const result = this.native.symbols.H5Lget_val(this.id, cString(name), bytes, BigInt(bytes.length), NONE);
    this.native.checked(result, `read link ${name}`);
    if (type === H5L_TYPE_SOFT) return { name, kind: "soft", target: decode(bytes).split("\0", 1)[0] ?? "" };
    // One byte of version and flags, then the file and the path in it, each with its NUL.
    const [file = "", path = ""] = decode(bytes.subarray(1)).split("\0");
    return { name, kind: "external", target: `${file}:${path}` };
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A virtual dataset: a stack whose slots are the images of other files. */
const FLOAT32 = { class: "float", size: 4, order: "little" } as const;

/** @throws Hdf5Error; also where a source is outside the stack */
function createVirtual(
  parent: { readonly native: Native; readonly id: bigint },
  name: string,
  of: Hdf5VirtualStack,
): Dataset {
  const { native } = parent;
  const { symbols, shared } = native;
  using type = Datatype.of(native, of.type);
  using space = Dataspace.simple(native, of.shape);
  using creation = PropertyList.withoutTimes(native, "H5P_CLS_DATASET_CREATE_ID_g");
  if (of.type.class === "float") fillWithNaN(native, creation.id);
  addSources(native, { creation: creation.id, space }, of);
  const id = symbols.H5Dcreate2(parent.id, cString(name), type.id, space.id, shared.utf8Links, creation.id, NONE);
  return new Dataset(native, native.checked(id, `make virtual dataset ${name}`));
}

function addSources(native: Native, to: { creation: bigint; space: Dataspace }, of: Hdf5VirtualStack): void {
  const [slots, height, width] = of.shape;
  // HDF5 copies the spaces in each call: one pair serves for all.
  using source = Dataspace.simple(native, [1, height, width]);
  const path = pattern(of.sourcePath);
  for (const { file, slot } of of.sources) {
    if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
      throw new Hdf5Error(`Cannot put ${file} into slot ${slot}: the stack has ${slots}`);
    }
    to.space.select([slot, 0, 0], [1, height, width]);
    const result = native.symbols.H5Pset_virtual(to.creation, to.space.id, pattern(file), path, source.id);
    native.checked(result, `put ${file} into slot ${slot}`);
  }
}

/** HDF5 takes a source's name for a pattern, in which "%b" counts blocks. */
function pattern(name: string): Uint8Array<ArrayBuffer> {
  return cString(name.replaceAll("%", "%%"));
}

/** HDF5 converts it to the dataset's own size and byte order. */
function fillWithNaN(native: Native, creation: bigint): void {
  const value = new Uint8Array(Float32Array.of(NaN).buffer);
  const result = native.symbols.H5Pset_fill_value(creation, numberTypeId(native, FLOAT32), value);
  native.checked(result, "fill a dataset with NaN");
}
