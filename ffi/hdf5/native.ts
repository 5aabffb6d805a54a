/** The opened library as its wrappers see it: symbols, predefined ids, checked results, what they share. */
import { H5E_DEFAULT } from "./constants.ts";
import { Hdf5Error } from "./error.ts";
import { readErrorStack } from "./error_stack.ts";
import type { Globals } from "./globals.ts";
import type { Symbols } from "./symbols.ts";

/** Ids that are made once and live as long as the library. */
export interface SharedIds {
  readonly scalarSpace: bigint;
  readonly variableText: bigint;
  /** Names of links and attributes are UTF-8. */
  readonly utf8Links: bigint;
  readonly utf8Attributes: bigint;
  /** Groups that keep hundreds of links in their header, where a dense heap would cost more. */
  readonly compactGroups: bigint;
  /** Datasets whose value stands in their header: no place of its own, no write of its own. */
  readonly compactValues: bigint;
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
