/** The claim record: the small file in each claim that lets a restart continue without any other state. */
import { basename, isAbsolute, join } from "node:path";
import type { GeometryFiles } from "../../geometry/files.ts";
import type { NexusReport, Splice } from "../../nexus/frame/facts.ts";
import {
  isCount,
  isFlag,
  isNumber,
  isObject,
  isText,
  isTime,
  listOf,
  oneOf,
  orAbsent,
  orNull,
  shape,
} from "../../files/json_shape.ts";
import { isChunkedPixels } from "../../nexus/chunks/chunk_layout.ts";
import { JsonFileError, type JsonFileKind, readJson, writeJson } from "../../files/json_file.ts";
import type { Flush } from "../../files/whole_file.ts";
import { PART_ENDING, RECORD_NAME } from "../../files/service_names.ts";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";
import { bytesOf, NAME_BYTES_MAX } from "./names.ts";

export const RECORD_VERSION = 1;
/** A record has a handful of members; a larger file is not one. */
const RECORD_BYTES_MAX = 16 * 1024 * 1024;

export type MemberRole = "image" | "sidecar" | "other";

/** One file of a frame, as it lay in raw when it was claimed. */
export interface Member {
  /** In the claim and in the output, as far as the stem stays. */
  readonly name: string;
  /** Its name in raw, where that is another: one that Windows cannot have, though a share shows it. */
  readonly from?: string;
  readonly role: MemberRole;
  readonly size: number;
  /** Milliseconds since 1970 UTC. */
  readonly modified_ms: number;
}

/** What the merge stage made of the frame. */
export interface MergeRecord {
  /** Texts of the files with the geometry that are delivered with it; none where absent. */
  readonly geometry?: GeometryFiles;
  readonly tagged: boolean;
  /** Bytes of the image file after the tags were appended. */
  readonly imageSize: number;
  /** Null where no NeXus file could be made; the reason stands in the notes. */
  readonly nexus: NexusReport | null;
  /** There is no NeXus file that has the frame's parameters whole: they are delivered beside it. */
  readonly parametersBeside?: boolean;
  /** What the frame's series is called; null where it is in none. Records of 0.1 have none. */
  readonly series?: string | null;
  /** How many parameters it has. */
  readonly parameters?: number;
  /** Frame of the reference dark in its NeXus file. */
  readonly referenceDark?: string;
  readonly notes: readonly string[];
}

export interface ClaimRecord {
  readonly version: typeof RECORD_VERSION;
  /** ASCII; also the claim folder's name. Sorts by time. */
  readonly id: string;
  /** The raw folder that it was taken from, to which it is returned. Older records have none. */
  readonly raw?: string;
  /** Sub-folder of raw, forward slashes, "" for raw itself. */
  readonly folder: string;
  readonly image: string;
  readonly members: readonly Member[];
  readonly dark: boolean;
  /** A dark that is removed instead of delivered. */
  readonly remove: boolean;
  /** A dark that goes to the archive folder. */
  readonly archived?: boolean;
  /** Where the set goes: fixed when it is claimed, so that a later change of folders does not split a series. */
  readonly destination: { readonly root: string; readonly dir: string };
  /** Where its files lay below raw, where that is another folder; of a frame that comes from the quarantine. */
  readonly origin?: string;
  /** Why the frame goes to quarantine, or null. */
  readonly quarantine: string | null;
  /** It goes there since the output does not take it; else since its image cannot be read. */
  readonly undeliverable?: boolean;
  /** What a person should know of this frame; each line also stands in its NeXus file. */
  readonly notes: readonly string[];
  /** When the sidecar (without one, the image) was written, milliseconds since 1970 UTC. */
  readonly written_ms: number;
  /**
   * When it was exposed by the sidecar's own clocks, milliseconds since 1970 UTC; null where they do not say. Older
   * records have none.
   */
  readonly exposed_ms?: number | null;
  /** How long, in seconds, all exposures together; null where the sidecar does not say. Older records have none. */
  readonly exposure_s?: number | null;
  /** How often the merge stage had begun with it when this was written; see attempts.ts. */
  readonly attempts: number;
  readonly merge: MergeRecord | null;
  /** The stem that the set is delivered under where its own was taken, or null. */
  readonly deliverAs: string | null;
}

/** A claim whose record cannot be read: it is kept and named, never guessed at. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/**
 * The text beside a frame in quarantine: the image's name with an ending; where that would be too long (while it is
 * written it has another), the claim's.
 */
export function reasonName({ id, image }: Pick<ClaimRecord, "id" | "image">): string {
  const name = `${image}.reason.txt`;
  return bytesOf(name + PART_ENDING) <= NAME_BYTES_MAX ? name : `${id}.reason.txt`;
}

/** The frame's name for people: its path below raw. */
export function frameOf(record: Pick<ClaimRecord, "folder" | "image">): string {
  return record.folder === "" ? record.image : `${record.folder}/${record.image}`;
}

/** Whether it was claimed from the quarantine, to be tried once more. */
export function isFromQuarantine({ raw }: Pick<ClaimRecord, "raw">): boolean {
  return raw !== undefined && basename(raw) === QUARANTINE_FOLDER;
}

/** @throws RecordError for a record that could not be read again, before anything is written */
export function writeRecord(claim: string, record: ClaimRecord, options: { fsync: Flush }): void {
  if (!isRecord(record)) throw new RecordError(`${frameOf(record)} cannot be described by ${RECORD_FILE.what}`);
  writeJson(join(claim, RECORD_NAME), record, { ...options, indent: 1 });
}

const RECORD_FILE: JsonFileKind<ClaimRecord> = {
  bytesMax: RECORD_BYTES_MAX,
  what: `a claim record of version ${RECORD_VERSION}`,
  isRight: isRecord,
};

/**
 * The record of a claim, or null where the claim has none.
 * @throws RecordError where there is a file of that name which is no record
 */
export function readRecord(claim: string): ClaimRecord | null {
  try {
    return readJson(join(claim, RECORD_NAME), RECORD_FILE);
  } catch (error) {
    if (error instanceof JsonFileError) throw new RecordError(error.message, { cause: error });
    throw error;
  }
}

const isMember = shape<Member>({
  name: isPlainName,
  from: orAbsent(isPlainName),
  role: oneOf("image", "sidecar", "other"),
  size: isCount,
  modified_ms: isNumber,
});

const isSplice = shape<Splice>({ at: isCount, tiffOffset: isCount, byteCount: isCount });

const isMerge = shape<MergeRecord>({
  geometry: orAbsent(areGeometryFiles),
  tagged: isFlag,
  imageSize: isCount,
  nexus: orNull(isNexusReport),
  parametersBeside: orAbsent(isFlag),
  series: orAbsent(orNull(isSeriesName)),
  parameters: orAbsent(isCount),
  referenceDark: orAbsent(isText),
  notes: listOf(isText),
});

const hasMembers = shape<ClaimRecord>({
  version: oneOf(RECORD_VERSION),
  id: isPlainName,
  raw: orAbsent(isText),
  folder: isRelativeFolder,
  image: isPlainName,
  members: listOf(isMember),
  dark: isFlag,
  remove: isFlag,
  archived: orAbsent(isFlag),
  destination: shape<ClaimRecord["destination"]>({
    root: (root) => isText(root) && isAbsolute(root),
    dir: isRelativeFolder,
  }),
  origin: orAbsent(isRelativeFolder),
  quarantine: orNull(isText),
  undeliverable: orAbsent(isFlag),
  notes: listOf(isText),
  written_ms: isTime,
  exposed_ms: orAbsent(orNull(isTime)),
  exposure_s: orAbsent(orNull(isTime)),
  attempts: isCount,
  merge: orNull(isMerge),
  deliverAs: orNull(isPlainName),
});

function isRecord(value: unknown): value is ClaimRecord {
  return hasMembers(value) && areOfOneImage(value.members, value.image);
}

/** Each name once, and the image among them. */
function areOfOneImage(members: readonly Member[], image: string): boolean {
  const images = members.filter(({ role }) => role === "image");
  return images.length === 1 && images[0]!.name === image &&
    new Set(members.map(({ name }) => name)).size === members.length;
}

/** Their endings become names in the output. */
function areGeometryFiles(value: unknown): value is GeometryFiles {
  return isObject(value) &&
    Object.entries(value).every(([ending, text]) => /^(poni|imctrl)$/.test(ending) && isText(text));
}

function isNexusReport(value: unknown): value is NexusReport {
  if (typeof value !== "object" || value === null) return false;
  const { way, splice, chunks, checksumSlot, crc32 } = value as Record<string, unknown>;
  return (crc32 === undefined || isCount(crc32)) &&
    (way === "splice" ? isSplice(splice) : (way === "whole" || way === "chunks") && splice === null) &&
    (way === "chunks" ? isChunkedPixels(chunks) : chunks === undefined) &&
    (checksumSlot === null || isCount(checksumSlot));
}

/** A damaged record must never lead a copy or a removal out of the folders. A backslash is a letter but on Windows. */
export function isPlainName(name: unknown): name is string {
  return isText(name) && name !== "" && name !== "." && name !== ".." && !SEPARATORS.test(name);
}

/** The beginning of a master's name; empty for frames called `-00001`. */
export function isSeriesName(series: unknown): series is string {
  return isText(series) && !SEPARATORS.test(series);
}

const SEPARATORS = Deno.build.os === "windows" ? /[/\\\0]/ : /[/\0]/;

/** The same of a folder below another, forward slashes. */
export function isRelativeFolder(folder: unknown): folder is string {
  return isText(folder) && (folder === "" || folder.split("/").every(isPlainName));
}
