/** A dataspace: the shape of a dataset, and the part of it that a call means. */
import { H5S_NULL, H5S_SELECT_SET } from "./c/constants.ts";
import { Handle, type HandleKind } from "./handle.ts";
import { hsizes, type Native } from "./c/native.ts";

const KIND: HandleKind = {
  noun: "dataspace",
  close: (native, id) => native.symbols.H5Sclose(id),
  countedHere: true,
};

export class Dataspace extends Handle {
  constructor(native: Native, id: bigint) {
    super(native, id, KIND);
  }

  /** Slowest dimension first. */
  static simple(native: Native, shape: readonly number[]): Dataspace {
    const id = native.symbols.H5Screate_simple(shape.length, hsizes(shape), null);
    return new Dataspace(native, native.checked(id, `make a dataspace of ${shape.join(" x ")}`));
  }

  /** Null for a null space, which holds no element at all. */
  get shape(): number[] | null {
    const { symbols } = this.native;
    const attempted = "read the shape of a dataspace";
    if (this.native.checked(symbols.H5Sget_simple_extent_type(this.id), attempted) === H5S_NULL) return null;
    const rank = this.native.checked(symbols.H5Sget_simple_extent_ndims(this.id), attempted);
    const sizes = new BigUint64Array(Math.max(1, rank));
    this.native.checked(symbols.H5Sget_simple_extent_dims(this.id, sizes, null), attempted);
    return Array.from(sizes.subarray(0, rank), Number);
  }

  select(start: readonly number[], count: readonly number[]): void {
    const result = this.native.symbols.H5Sselect_hyperslab(
      this.id,
      H5S_SELECT_SET,
      hsizes(start),
      null,
      hsizes(count),
      null,
    );
    this.native.checked(result, `select ${count.join(" x ")} elements from ${start.join(", ")} on`);
  }
}

/** The number of elements; 1 for a scalar, 0 for a null space. */
export function elementCount(shape: readonly number[] | null): number {
  return shape === null ? 0 : shape.reduce((product, size) => product * size, 1);
}
