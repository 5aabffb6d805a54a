/** The opened library as its wrappers see it: symbols, predefined ids, checked results, what they share. */
import { ERROR_DESCRIPTION_AT, H5E_DEFAULT, H5E_WALK_DOWNWARD } from "./constants.ts";
import { Hdf5Error } from "../error.ts";
import type { Symbols } from "./symbols.ts";

/** Ids that are made once and live as long as the library. */
export interface SharedIds {
  readonly scalarSpace: bigint;
  readonly variableText: bigint;
  /** Names of links and attributes are UTF-8. */
  readonly utf8Links: bigint;
  readonly utf8Attributes: bigint;
  /** None of the objects that these make notes the time: two files of one tree are the same bytes. */
  readonly files: bigint;
  /** Groups that keep hundreds of links in their header, where a dense heap would cost more. */
  readonly compactGroups: bigint;
  readonly largeGroups: bigint;
  /** Datasets whose value stands in their header: no place of its own, no write of its own. */
  readonly compactValues: bigint;
  readonly largeValues: bigint;
  /** Reading and writing with a small buffer: HDF5 clears its usual one, a megabyte, for each text. */
  readonly smallTransfers: bigint;
}

const ENCODER = new TextEncoder();

export class Native {
  /** Dataspaces and property lists that are open: H5Fget_obj_count does not count them. */
  openOthers = 0;
  #shared: SharedIds | null = null;

  constructor(readonly symbols: Symbols, readonly globals: Globals) {}

  get shared(): SharedIds {
    if (this.#shared === null) throw new Hdf5Error("Cannot use HDF5: it is closed");
    return this.#shared;
  }

  share(ids: SharedIds | null): void {
    this.#shared = ids;
  }

  /** Gives a result that is not negative; else throws what was attempted with the top and bottom of the error stack. */
  checked<T extends number | bigint>(result: T, attempted: string): T {
    if (result >= 0) return result;
    return this.fail(attempted);
  }

  fail(attempted: string): never {
    const stack = readErrorStack(this.symbols);
    this.symbols.H5Eclear2(H5E_DEFAULT);
    const top = stack[0] ?? "HDF5 does not say why";
    const bottom = stack.at(-1);
    const why = bottom === undefined || bottom === top ? top : `${top} (${bottom})`;
    throw new Hdf5Error(`Cannot ${attempted}: ${why}`);
  }
}

/** A C string. A name with a NUL would silently be cut there. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new Hdf5Error(`Cannot pass ${JSON.stringify(text)} to HDF5: it holds a NUL`);
  return ENCODER.encode(`${text}\0`);
}

/** Sizes and offsets as HDF5 wants them. */
export function hsizes(values: readonly number[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(values, BigInt);
}

/** The descriptions from the function that was called down to where it went wrong; empty where HDF5 has none. */
function readErrorStack(symbols: Symbols): string[] {
  const descriptions: string[] = [];
  // herr_t walk(unsigned n, const H5E_error2_t *err_desc, void *client_data)
  const visit = new Deno.UnsafeCallback({ parameters: ["u32", "pointer", "pointer"], result: "i32" }, (_n, error) => {
    if (error === null) return 0;
    const text = new Deno.UnsafePointerView(error).getPointer(ERROR_DESCRIPTION_AT);
    if (text !== null) descriptions.push(inShort(Deno.UnsafePointerView.getCString(text)));
    return 0;
  });
  try {
    symbols.H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, visit.pointer, null);
  } finally {
    visit.close();
  }
  return descriptions;
}

/**
 * One line. Where the system refused something, HDF5 adds the time, addresses and sizes, which differ at each try: of
 * that only the system's reason is kept.
 */
function inShort(description: string): string {
  const refusal = /^([^:]*): .*errno = (\d+), error message = '([^']*)'/s.exec(description);
  return refusal === null ? description.replaceAll("\n", " ") : `${refusal[1]}: ${refusal[3]} (errno ${refusal[2]})`;
}

/** The ids that HDF5 keeps in variables: predefined datatypes and classes of property lists. */
const NAMES = [
  "H5T_C_S1_g",
  "H5T_STD_I8LE_g",
  "H5T_STD_I16LE_g",
  "H5T_STD_I32LE_g",
  "H5T_STD_I64LE_g",
  "H5T_STD_I8BE_g",
  "H5T_STD_I16BE_g",
  "H5T_STD_I32BE_g",
  "H5T_STD_I64BE_g",
  "H5T_STD_U8LE_g",
  "H5T_STD_U16LE_g",
  "H5T_STD_U32LE_g",
  "H5T_STD_U64LE_g",
  "H5T_STD_U8BE_g",
  "H5T_STD_U16BE_g",
  "H5T_STD_U32BE_g",
  "H5T_STD_U64BE_g",
  "H5T_IEEE_F32LE_g",
  "H5T_IEEE_F64LE_g",
  "H5T_IEEE_F32BE_g",
  "H5T_IEEE_F64BE_g",
  "H5P_CLS_FILE_CREATE_ID_g",
  "H5P_CLS_FILE_ACCESS_ID_g",
  "H5P_CLS_GROUP_CREATE_ID_g",
  "H5P_CLS_DATASET_CREATE_ID_g",
  "H5P_CLS_DATASET_XFER_ID_g",
  "H5P_CLS_ATTRIBUTE_CREATE_ID_g",
  "H5P_CLS_LINK_CREATE_ID_g",
] as const;

export type GlobalName = typeof NAMES[number];
type Globals = Readonly<Record<GlobalName, bigint>>;

/** Each `hid_t NAME;` of H5Tpublic.h and H5Ppublic.h as Deno's interface wants it. */
export const GLOBALS = Object.fromEntries(NAMES.map((name) => [name, { type: "i64" }])) as Record<
  GlobalName,
  { type: "i64" }
>;
