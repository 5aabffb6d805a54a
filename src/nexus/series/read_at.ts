/** Opens what stands at a path of a file, where something does, and reads what is one value. */
import type { Hdf5Dataset, Hdf5Group, Hdf5Object, Hdf5ReadValue } from "../../../ffi/hdf5/library.ts";
import type { LayoutPath } from "../../config/names/nexus_layout.ts";

/** Null where nothing is there: what is not known of a frame is not in its file. */
export function openAt(root: Hdf5Group, path: string): Hdf5Group | Hdf5Dataset | null {
  try {
    return root.open(path);
  } catch {
    return null;
  }
}

/** Null where there is none, or a group. The caller closes it. */
export function openDataset(root: Hdf5Group, path: string): Hdf5Dataset | null {
  const opened = openAt(root, path);
  if (opened?.kind === "dataset") return opened;
  opened?.[Symbol.dispose]();
  return null;
}

/** Null where there is none, or a dataset. The caller closes it. */
export function openGroup(root: Hdf5Group, path: string): Hdf5Group | null {
  const opened = openAt(root, path);
  if (opened?.kind === "group") return opened;
  opened?.[Symbol.dispose]();
  return null;
}

/** Null where there is none, or of more elements. */
export function attributeOf(object: Hdf5Object, name: string, elementsMax = 1): Hdf5ReadValue {
  return object.attributeNames().includes(name) ? object.readAttribute(name, { elementsMax }) : null;
}

/** Of a field below the entry that is one value, also where it is a list of one. */
export function valueAt(root: Hdf5Group, path: LayoutPath): string | number | bigint | null {
  using dataset = openDataset(root, `entry/${path}`);
  const value = dataset?.read({ elementsMax: 1 }) ?? null;
  return typeof value === "object" ? value?.[0] ?? null : value;
}

export function numberAt(root: Hdf5Group, path: LayoutPath): number | null {
  const value = valueAt(root, path);
  return typeof value === "number" ? value : null;
}
