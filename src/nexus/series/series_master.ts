/** A series' master file as a file: whether one that is there may be replaced, and writing a new one. */
import { Hdf5Error } from "../../../ffi/hdf5/error.ts";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import { isMissing } from "../../files/errors.ts";
import { ForeignEntryError, openPlain } from "../../files/plain_file.ts";
import { PROGRAM } from "../../config/program.ts";
import { buildMasterTree, FRAMES_GROUP, type MasterContents, SERIES_ATTRIBUTE } from "./series_tree.ts";
import { writeTree } from "../tree/write_tree.ts";

export type Standing = "none" | "ours" | "foreign";

/**
 * What has a master's name: nothing, a master that was made here, or something else, which is never touched.
 * @throws the system's error where the file cannot be read at all
 */
export function standingOf(hdf5: Hdf5Library, path: string): Standing {
  try {
    // A file that the system itself cannot open says nothing of whose it is; HDF5 would wait for a pipe.
    openPlain(path).close();
  } catch (error) {
    if (error instanceof ForeignEntryError) return "foreign";
    if (isMissing(error)) return "none";
    throw error;
  }
  try {
    using file = hdf5.openFile(path);
    if (file.root.readAttribute("creator", { elementsMax: 1 }) !== PROGRAM) return "foreign";
    using frames = file.root.open(`entry/${FRAMES_GROUP}`);
    if (frames?.kind !== "group") return "foreign";
    return frames.attributeNames().includes(SERIES_ATTRIBUTE) ? "ours" : "foreign";
  } catch (error) {
    // No HDF5, or without what is looked for.
    if (error instanceof Hdf5Error) return "foreign";
    throw error;
  }
}

/** Writes a master at `path`, an ASCII name. @throws Hdf5Error */
export function writeMaster(hdf5: Hdf5Library, path: string, contents: MasterContents): void {
  writeTree(hdf5, path, buildMasterTree(contents));
}
