/**
 * Puts a file that HDF5 makes into the output: made in a work folder under an ASCII name (its trap on Windows), copied
 * once and verified, then given its name. Whatever stood there before stands until then.
 */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { removeFile, syncFolder, whileHeldOpen } from "../durable.ts";
import { madeMasterName, outputPartName } from "../service_names.ts";
import { copyWhole } from "./copy_spans.ts";

export interface MadeFile {
  readonly workFolder: string;
  readonly folder: string;
  /** Of the names of both hidden files: a next try of the same writer clears what this one left. */
  readonly writer: string;
  readonly make: (path: string) => void;
  readonly giveName: (part: string) => void;
}

/** @throws VerificationError or the system's error, and what `make` and `giveName` throw; no hidden file stays */
export async function publishMade(
  { workFolder, folder, writer, make, giveName }: MadeFile,
  { verify, fsync }: Pick<Settings["frames"], "verify" | "fsync">,
): Promise<void> {
  const made = join(workFolder, madeMasterName(writer));
  const part = join(folder, outputPartName(writer, "series"));
  try {
    make(made);
    copyWhole(made, part, { verify, fsync });
    // Who looks at the file of before on Windows holds it open for a moment, or for long.
    await whileHeldOpen(() => giveName(part));
    if (fsync) syncFolder(folder);
  } finally {
    removeFile(part);
    removeFile(made);
  }
}
