/**
 * Every name under which the program itself opens a file or makes a folder, in one list. All but the names in its own
 * folders begin with ".pewatch" or a dot, which no frame's file does.
 *
 * tests/faults/planted_test.ts puts links, pipes, devices, folders and files of others under each of them: a name that
 * is not in this list is not tested. `ID` stands for a claim's id, `UUID` for a random one.
 */

import { QUARANTINE_FOLDER } from "../config/names/reserved_names.ts";

/** Kinds of folders that service files lie in. */
export type ServiceFolder =
  | "raw"
  | "temp"
  | "proc"
  /** The output root, and each folder below it that a set is delivered to. */
  | "output"
  /** temp/ID or proc/ID. */
  | "claim"
  | "state"
  /** state_dir/requests/HASH */
  | "requests"
  /** state_dir/plugins */
  | "transpiled"
  | "logs";

export interface ServiceName {
  readonly name: string;
  readonly kind: "file" | "folder";
  readonly folders: readonly ServiceFolder[];
}

export const LOCK_NAME = ".pewatch.lock";
/** Who holds the lock: on Windows nobody can read a locked file. */
export const HOLDER_NAME = ".pewatch.holder.json";
/** Behind the name of a file that is not whole yet. */
export const PART_ENDING = ".part";
export const PROBE_PREFIX = ".pewatch-probe-";

export const CLAIMING_PREFIX = ".claiming-";
export const DISCARD_PREFIX = ".discard-";
/** A delivered claim that waits until consumers have confirmed it. */
export const KEPT_PREFIX = ".kept-";
export const CONFIRMED_NAME = "confirmed.json";
export const MOVING_PREFIX = ".moving-";
/** Holds a companion that came after its frame, and a record of where it lay. */
export const LATE_PREFIX = ".late-";
export const LATE_RECORD_NAME = "late.json";
export const RECORD_NAME = "claim.json";
/** The record's name from the moment on when its frame is delivered and only the claim's removal is left to do. */
export const DONE_NAME = "done.json";
/** How often the merge has begun with a claim, while it does. */
export const ATTEMPTS_NAME = `${RECORD_NAME}.attempts`;
/** The NeXus file inside a claim; ASCII, since HDF5 on Windows cannot make other names. */
export const NEXUS_NAME = "frame.nxs.head";
/** Begins as the record, with which a claim that came to nothing is cleared away. */
export const CLAIM_PARAMETERS_NAME = `${RECORD_NAME}.parameters`;
/** A copy that is not whole yet. Its name begins with a dot as no frame's file does: "P.tif.part" may be one. */
export const MOVING_NAME = `.pewatch-moving${PART_ENDING}`;

/** In the output root from the first delivery on (output_marker.ts). */
export const OUTPUT_MARKER = ".pewatch-output.json";

export const SETTINGS_FILE = "settings.json";
export const PARAMETERS_FILE = "parameters.jsonl";
export const TANGO_PROPERTIES_FILE = "tango_properties.json";
export const REQUESTS_FOLDER = "requests";
export const TRANSPILED_FOLDER = "plugins";
export const REFERENCE_FOLDER = "reference_dark";
export const LEDGER_FOLDER = "ledger";

/** Of `pewatch process`, in the folder of the frames and in the output. */
export const WORK_NAME = ".pewatch-work";
export const COPIES_NAME = ".pewatch-copies";

/** A mark in proc: the master of a frame's series has still to be written. */
export function markName(id: string): string {
  return `.series-${id}.json`;
}

/** A master before its copy to the output. */
export function madeMasterName(id: string): string {
  return `.series-${id}.h5`;
}

/** A file of a set that is being written to the output; `what` is different for each file of the set. */
export function outputPartName(id: string, what: string | number): string {
  return `.pewatch-${id}-${what}${PART_ENDING}`;
}

/** Such a name of a claim: the claim's id, and in it the digits that say whose it is (part_sweep.ts). */
export const PART_OF_CLAIM = new RegExp(
  `^\\.pewatch-(\\d{8}T\\d{9}-\\d{6}-([0-9a-f]{4})[0-9a-f]{4})-(?:\\d+|late|geometry|series)\\${PART_ENDING}$`,
);

/** Who writes the parts of patterns begins so (patterns/part_names.ts). */
export const PATTERN_WRITER = "integrate";

/** A part of `pewatch integrate`: whose computer's it is, and which process's. */
export const PART_OF_PATTERN_COMMAND = new RegExp(
  `^\\.pewatch-${PATTERN_WRITER}-([0-9a-f]{4})-(\\d+)-[0-9a-f]{4}-\\d+-(?:pattern|series)\\${PART_ENDING}$`,
);

const WORKED_ON: readonly ServiceFolder[] = ["raw", "temp", "proc", "requests", "transpiled"];

/** What is opened under a name that others can know. */
export const SERVICE_NAMES: readonly ServiceName[] = [
  { name: LOCK_NAME, kind: "file", folders: WORKED_ON },
  ...withParts(HOLDER_NAME, WORKED_ON),
  { name: `${PROBE_PREFIX}UUID`, kind: "file", folders: ["raw", "temp", "proc", "output", "state", "logs"] },
  { name: `${CLAIMING_PREFIX}ID`, kind: "folder", folders: ["temp"] },
  { name: `${DISCARD_PREFIX}ID`, kind: "folder", folders: ["temp"] },
  { name: `${MOVING_PREFIX}ID`, kind: "folder", folders: ["temp", "proc"] },
  { name: `${KEPT_PREFIX}ID`, kind: "folder", folders: ["proc"] },
  ...withParts(CONFIRMED_NAME, ["claim"]),
  { name: `${LATE_PREFIX}ID`, kind: "folder", folders: ["temp"] },
  ...withParts(LATE_RECORD_NAME, ["claim"]),
  { name: outputPartName("ID", "late"), kind: "file", folders: ["output"] },
  { name: "ID", kind: "folder", folders: ["temp", "proc"] },
  ...withParts(RECORD_NAME, ["claim"]),
  ...withParts(CLAIM_PARAMETERS_NAME, ["claim"]),
  { name: ATTEMPTS_NAME, kind: "file", folders: ["claim"] },
  ...withParts(NEXUS_NAME, ["claim"]),
  { name: DONE_NAME, kind: "file", folders: ["claim"] },
  { name: MOVING_NAME, kind: "file", folders: ["claim", "raw"] },
  ...withParts(markName("ID"), ["proc"]),
  { name: madeMasterName("ID"), kind: "file", folders: ["proc"] },
  { name: outputPartName("ID", 0), kind: "file", folders: ["output"] },
  { name: outputPartName("ID", "geometry"), kind: "file", folders: ["output"] },
  { name: outputPartName("ID", "series"), kind: "file", folders: ["output"] },
  { name: outputPartName(`${PATTERN_WRITER}-ID`, "pattern"), kind: "file", folders: ["output"] },
  { name: outputPartName(`${PATTERN_WRITER}-ID`, "series"), kind: "file", folders: ["output"] },
  { name: madeMasterName(`${PATTERN_WRITER}-ID`), kind: "file", folders: ["proc"] },
  { name: OUTPUT_MARKER, kind: "file", folders: ["output"] },
  { name: QUARANTINE_FOLDER, kind: "folder", folders: ["output"] },
  ...withParts(SETTINGS_FILE, ["state"]),
  ...withParts(PARAMETERS_FILE, ["state"]),
  ...withParts(TANGO_PROPERTIES_FILE, ["state"]),
  { name: REQUESTS_FOLDER, kind: "folder", folders: ["state"] },
  { name: TRANSPILED_FOLDER, kind: "folder", folders: ["state"] },
  { name: REFERENCE_FOLDER, kind: "folder", folders: ["state"] },
  { name: LEDGER_FOLDER, kind: "folder", folders: ["state"] },
  ...withParts("UUID.request.json", ["requests"]),
  ...withParts("UUID.answer.json", ["requests"]),
  { name: WORK_NAME, kind: "folder", folders: ["raw"] },
  { name: COPIES_NAME, kind: "folder", folders: ["output"] },
];

/** A file that is written whole: under the name with the ending first. */
function withParts(name: string, folders: readonly ServiceFolder[]): ServiceName[] {
  return [name, name + PART_ENDING].map((one) => ({ name: one, kind: "file", folders }));
}
