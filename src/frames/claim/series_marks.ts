/**
 * Marks of delivered frames whose series' master has still to be written: one small file each in proc, durable before
 * the frame's claim is removed. They are plain files with a hidden name, so no stage takes them for claims, and there is
 * no folder that one worker would remove while another writes into it.
 */
import { join } from "node:path";
import { removeFile } from "../../files/durable.ts";
import { reasonOf } from "../../files/errors.ts";
import { isText, orAbsent, shape } from "../../files/json_shape.ts";
import { JsonFileError, readJson, writeJson } from "../../files/json_file.ts";
import { listFolder } from "../../files/listing.ts";
import { markName } from "../../files/service_names.ts";
import { placeByName } from "../../nexus/series/series_layout.ts";
import { isSeriesName } from "./record.ts";

const MARK_NAME = /^\.series-([0-9A-Za-z-]+)\.json$/;
/** A mark is some hundred bytes. */
const MARK_BYTES_MAX = 65_536;

export interface SeriesMark {
  /** The claim's. Marks sort by it in the order of their frames. */
  readonly id: string;
  /** The output root that holds the folder: where it is there and the folder is not, somebody has taken that away. */
  readonly root: string;
  /** Absolute. */
  readonly folder: string;
  /** "P-00001.nxs" */
  readonly nexus: string;
  /** What the series is called: "P". */
  readonly series: string;
}

/** Whether a name in proc is a mark's. */
export function isMarkName(name: string): boolean {
  return MARK_NAME.test(name);
}

/** The same mark again changes nothing. */
export function writeMark(proc: string, mark: SeriesMark, options: { fsync: boolean }): void {
  writeJson(join(proc, markName(mark.id)), mark, options);
}

/**
 * All marks, oldest first, and the names of files that have a mark's name and are none (a power cut without fsync).
 * `unreadable` has a line for each that cannot be read, which holds up no other.
 * @throws the system's error where proc cannot be listed
 */
export function readMarks(proc: string): { marks: SeriesMark[]; damaged: string[]; unreadable: string[] } {
  const marks: SeriesMark[] = [];
  const damaged: string[] = [];
  const unreadable: string[] = [];
  for (const name of listFolder(proc).files.filter(isMarkName).sort()) {
    let mark: ReturnType<typeof readMark>;
    try {
      mark = readMark(join(proc, name));
    } catch (error) {
      unreadable.push(`${join(proc, name)}: ${reasonOf(error)}`);
      continue;
    }
    if (mark === null) continue;
    if (mark === "damaged" || markName(mark.id) !== name) damaged.push(name);
    else marks.push(mark);
  }
  return { marks, damaged, unreadable };
}

export function removeMark(proc: string, id: string): void {
  removeFile(join(proc, markName(id)));
}

function readMark(path: string): SeriesMark | "damaged" | null {
  try {
    const mark = readJson(path, { bytesMax: MARK_BYTES_MAX, what: "a mark of a series", isRight: isMark });
    // Marks of 0.1 have no series.
    return mark === null ? null : { ...mark, series: mark.series ?? placeByName(mark.nexus)!.series };
  } catch (error) {
    if (error instanceof JsonFileError) return "damaged";
    throw error;
  }
}

/** As it may stand in a file. */
type StoredMark = Omit<SeriesMark, "series"> & { readonly series?: string };

const isStored = shape<StoredMark>({
  id: isText,
  root: isText,
  folder: isText,
  nexus: isText,
  series: orAbsent(isSeriesName),
});

function isMark(value: unknown): value is StoredMark {
  return isStored(value) && (value.series !== undefined || placeByName(value.nexus) !== null);
}
