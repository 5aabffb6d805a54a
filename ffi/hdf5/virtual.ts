/** A virtual dataset: a stack whose slots are the images of other files. */
import { NONE } from "./constants.ts";
import { Dataset } from "./dataset.ts";
import { Dataspace } from "./dataspace.ts";
import { Datatype, numberTypeId } from "./datatype.ts";
import { Hdf5Error } from "./error.ts";
import type { Hdf5VirtualStack } from "./library.ts";
import { cString, type Native } from "./native.ts";
import { PropertyList } from "./property_list.ts";

const FLOAT32 = { class: "float", size: 4, order: "little" } as const;

/** @throws Hdf5Error; also where a source is outside the stack */
export function createVirtual(
  parent: { readonly native: Native; readonly id: bigint },
  name: string,
  of: Hdf5VirtualStack,
): Dataset {
  const { native } = parent;
  const { symbols, shared } = native;
  using type = Datatype.of(native, of.type);
  using space = Dataspace.simple(native, of.shape);
  using creation = PropertyList.plainDataset(native);
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
