/**
 * Opens what stands at a path of a file, where something does. A file of its own: shared by all readers of frames'
 * files.
 */
import type { Hdf5Dataset, Hdf5Group } from "../../../ffi/hdf5/library.ts";

/** Null where nothing is there: what is not known of a frame is not in its file. */
export function openAt(root: Hdf5Group, path: string): ReturnType<Hdf5Group["open"]> | null {
  try {
    return root.open(path);
  } catch {
    return null;
  }
}

/** Null where there is none, or a group. The caller closes it. */
export function openDataset(root: Hdf5Group, path: string): Hdf5Dataset | null {
  const opened = openAt(root, path);
  if (opened?.kind === "dataset") return opened.dataset;
  if (opened?.kind === "group") opened.group[Symbol.dispose]();
  return null;
}
