/** The claim record: the small file in each claim that lets a restart continue without any other state. */
import { isAbsolute, join } from "node:path";
import type { GeometryFiles } from "../../geometry/files.ts";
import type { NexusReport } from "../../nexus/frame/facts.ts";
import { JsonFileError, type JsonFileKind, readJson, writeJson } from "../../files/json_file.ts";
import { PART_ENDING, RECORD_NAME } from "../../files/service_names.ts";

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
  readonly notes: readonly string[];
}

export interface ClaimRecord {
  readonly version: typeof RECORD_VERSION;
  /** ASCII; also the claim folder's name. Sorts by time. */
  readonly id: string;
  /** The raw folder that it was taken from, to which it is given back. Older records have none. */
  readonly raw?: string;
  /** Sub-folder of raw, forward slashes, "" for raw itself. */
  readonly folder: string;
  readonly image: string;
  readonly members: readonly Member[];
  readonly dark: boolean;
  /** A dark that is removed instead of delivered. */
  readonly remove: boolean;
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
  /** How often the merge stage has begun with it. */
  readonly attempts: number;
  readonly merge: MergeRecord | null;
  /** The stem that the set is delivered under where its own was taken, or null. */
  readonly deliverAs: string | null;
}

/** A claim whose record cannot be read: it is kept and named, never guessed at. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/** What file systems take, in bytes. */
const NAME_BYTES_MAX = 255;

/**
 * The text beside a frame in quarantine: the image's name with an ending; where that would be too long (while it is
 * written it has another), the claim's.
 */
export function reasonName({ id, image }: Pick<ClaimRecord, "id" | "image">): string {
  const name = `${image}.reason.txt`;
  const fits = new TextEncoder().encode(name + PART_ENDING).length <= NAME_BYTES_MAX;
  return fits ? name : `${id}.reason.txt`;
}

/** The frame's name for people: its path below raw. */
export function frameOf(record: Pick<ClaimRecord, "folder" | "image">): string {
  return record.folder === "" ? record.image : `${record.folder}/${record.image}`;
}

/** @throws RecordError for a record that could not be read again, before anything is written */
export function writeRecord(claim: string, record: ClaimRecord, options: { fsync: boolean }): void {
  checkRecord(record);
  writeJson(join(claim, RECORD_NAME), record, { ...options, indent: 1 });
}

/** @throws RecordError for a record that could not be read again */
function checkRecord(record: ClaimRecord): void {
  if (!isRecord(record)) throw new RecordError(`${frameOf(record)} cannot be described by a ${RECORD_FILE.what}`);
}

const RECORD_FILE: JsonFileKind<ClaimRecord> = {
  bytesMax: RECORD_BYTES_MAX,
  what: `claim record of version ${RECORD_VERSION}`,
  isRight: isRecord,
};

/**
 * The record of a claim, or null where the claim has none.
 * @throws RecordError where there is a file of that name which is no record
 */
export function readRecord(claim: string): ClaimRecord | null {
  const path = join(claim, RECORD_NAME);
  try {
    return readJson(path, RECORD_FILE)?.value ?? null;
  } catch (error) {
    if (error instanceof JsonFileError) throw new RecordError(error.message, { cause: error });
    throw error;
  }
}

function isRecord(value: unknown): value is ClaimRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  const destination = record.destination as Record<string, unknown> | null | undefined;
  return record.version === RECORD_VERSION && typeof record.id === "string" && isPlainName(record.id) &&
    typeof record.folder === "string" && (record.raw === undefined || typeof record.raw === "string") &&
    typeof record.image === "string" && isPlainName(record.image) && isRelativeFolder(record.folder) &&
    typeof destination?.root === "string" && isAbsolute(destination.root) && typeof destination.dir === "string" &&
    isRelativeFolder(destination.dir) &&
    areMembers(record.members, record.image) && areTexts(record.notes) &&
    isTime(record.written_ms) &&
    (record.exposed_ms === undefined || record.exposed_ms === null || isTime(record.exposed_ms)) &&
    isCount(record.attempts) && typeof record.dark === "boolean" &&
    typeof record.remove === "boolean" &&
    (record.quarantine === null || typeof record.quarantine === "string") &&
    (record.undeliverable === undefined || typeof record.undeliverable === "boolean") &&
    (record.origin === undefined || (typeof record.origin === "string" && isRelativeFolder(record.origin))) &&
    (record.deliverAs === null || (typeof record.deliverAs === "string" && isPlainName(record.deliverAs))) &&
    (record.merge === null || isMerge(record.merge));
}

/** Each name once, and the image among them. */
function areMembers(value: unknown, image: string): value is Member[] {
  if (!Array.isArray(value) || !value.every(isMember)) return false;
  const images = value.filter((member) => member.role === "image");
  return images.length === 1 && images[0]!.name === image &&
    new Set(value.map(({ name }) => name)).size === value.length;
}

function isMerge(value: unknown): value is MergeRecord {
  if (typeof value !== "object" || value === null) return false;
  const merge = value as Record<string, unknown>;
  return typeof merge.tagged === "boolean" && isCount(merge.imageSize) && areTexts(merge.notes) &&
    (merge.nexus === null || isNexusReport(merge.nexus)) &&
    (merge.parametersBeside === undefined || typeof merge.parametersBeside === "boolean") &&
    (merge.geometry === undefined || areGeometryFiles(merge.geometry)) &&
    (merge.series === undefined || merge.series === null ||
      isSeriesName(merge.series));
}

/** Their endings become names in the output. */
function areGeometryFiles(value: unknown): value is GeometryFiles {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([ending, text]) => /^(poni|imctrl)$/.test(ending) && typeof text === "string");
}

function isNexusReport(value: unknown): value is NexusReport {
  if (typeof value !== "object" || value === null) return false;
  const { way, splice, checksumSlot, reason } = value as Record<string, unknown>;
  return (way === "splice" ? isSplice(splice) : way === "whole" && splice === null) &&
    (checksumSlot === null || isCount(checksumSlot)) && (reason === null || typeof reason === "string");
}

function isSplice(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { at, tiffOffset, byteCount } = value as Record<string, unknown>;
  return [at, tiffOffset, byteCount].every(isCount);
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

/** What Date takes, so that it can be told. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(new Date(value).getTime());
}

/** Bytes, or a place in a file. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isMember(value: unknown): value is Member {
  if (typeof value !== "object" || value === null) return false;
  const member = value as Record<string, unknown>;
  return typeof member.name === "string" && isPlainName(member.name) && isCount(member.size) &&
    (member.from === undefined || (typeof member.from === "string" && isPlainName(member.from))) &&
    typeof member.modified_ms === "number" &&
    (member.role === "image" || member.role === "sidecar" || member.role === "other");
}

/** A damaged record must never lead a copy or a removal out of the folders. A backslash is a letter but on Windows. */
export function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !SEPARATORS.test(name);
}

/** The beginning of a master's name; empty for frames called `-00001`. */
export function isSeriesName(series: unknown): series is string {
  return typeof series === "string" && !SEPARATORS.test(series);
}

const SEPARATORS = Deno.build.os === "windows" ? /[/\\\0]/ : /[/\0]/;

/** The same of a folder below another, forward slashes. */
export function isRelativeFolder(folder: string): boolean {
  return folder === "" || folder.split("/").every(isPlainName);
}
