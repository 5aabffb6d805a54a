/** Puts a series' master into the output: made in proc, copied and verified, then renamed over the one before it. */
import { dirname, join } from "node:path";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import type { Settings } from "../../config/settings.ts";
import { publishMade } from "../../files/copy/publish_made.ts";
import { publish } from "../../files/durable.ts";
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
 * HDF5 works in proc, on the quick volume; the output sees one copy. This is the one file in the output that is ever
 * replaced, and only where it says that it was made here.
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
  const make = (path: string) => {
    const slots = layOutSlots(master.frames);
    const parameters = masterParameters(slots);
    if (parameters.skipped !== null) master.report(parameters.skipped);
    const members = readFrameMembers(hdf5, join(folder, slots[0]!.frame!.file), parameters.groups);
    writeMaster(hdf5, path, {
      series: master.series,
      slots,
      members,
      parameters,
      notes: master.notes,
      now: new Date(),
      hdf5Version: hdf5.version,
    });
  };
  const giveName = (part: string) =>
    standing === "none" ? publish(part, master.path) : Deno.renameSync(part, master.path);
  await publishMade({ workFolder: options.proc, folder, writer: master.id, make, giveName }, options);
  return true;
}
