/** Puts a series' master into the output: made in proc, copied and verified, then renamed over the one before it. */
import { dirname, join } from "node:path";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import type { Settings } from "../../config/settings.ts";
import { copySpans } from "../../files/copy/copy_spans.ts";
import { publish, removeFile, syncFolder, whileHeldOpen } from "../../files/durable.ts";
import { madeMasterName, outputPartName } from "../../files/service_names.ts";
import { readFrameMembers } from "../../nexus/series/series_frame.ts";
import { layOutSlots } from "../../nexus/series/series_layout.ts";
import { standingOf, writeMaster } from "../../nexus/series/series_master.ts";
import { type MasterFrame, masterParameters } from "../../nexus/series/series_tree.ts";

export interface MasterToPublish {
  readonly path: string;
  readonly series: string;
  /** Of a mark that stays until the master stands: a next try takes the same names and so clears what this one left. */
  readonly id: string;
  /** At least one. */
  readonly frames: readonly MasterFrame[];
  readonly notes: readonly string[];
  /** For the log: what of all frames is not in the master. */
  readonly report: (text: string) => void;
}

/**
 * HDF5 works in proc, under an ASCII name (its trap on Windows) and on the quick volume; the output sees one copy.
 * This is the one file in the output that is ever replaced, and only where it says that it was made here.
 * @returns false where another's file has the name: it stays as it is
 * @throws Hdf5Error, VerificationError or the system's error; the master before it then still stands
 */
export async function publishMaster(
  hdf5: Hdf5Library,
  master: MasterToPublish,
  options: Pick<Settings["frames"], "verify" | "fsync"> & { proc: string },
): Promise<boolean> {
  const folder = dirname(master.path);
  const standing = standingOf(hdf5, master.path);
  if (standing === "foreign") return false;
  const made = join(options.proc, madeMasterName(master.id));
  const part = join(folder, outputPartName(master.id, "series"));
  try {
    const slots = layOutSlots(master.frames);
    const parameters = masterParameters(slots);
    if (parameters.skipped !== null) master.report(parameters.skipped);
    const members = readFrameMembers(hdf5, join(folder, slots[0]!.frame!.file), parameters.groups);
    writeMaster(hdf5, made, {
      series: master.series,
      slots,
      members,
      parameters,
      notes: master.notes,
      now: new Date(),
      hdf5Version: hdf5.version,
    });
    const spans = [{ source: made, offset: 0, length: Deno.lstatSync(made).size }];
    const { verify, fsync } = options;
    copySpans([{ path: part, spans, checksumSlot: null }], { verify, fsync });
    // Who looks at the old master on Windows holds it open for a moment, or for long.
    await whileHeldOpen(() => standing === "none" ? publish(part, master.path) : Deno.renameSync(part, master.path));
    if (fsync) syncFolder(folder);
    return true;
  } finally {
    removeFile(part);
    removeFile(made);
  }
}
