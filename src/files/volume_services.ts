/**
 * Optional services of file systems: what most volumes do and some do not (shares, FUSE, FAT, RAM disks). Where one is
 * missing, frames do without it; it is reported once for each folder, with what to do.
 */
import { isWithin } from "../config/folder_rules.ts";
import { codeOf, messageOf } from "./errors.ts";

export type VolumeService = "file flush" | "folder flush" | "lock" | "rename over";

export interface Lack {
  readonly service: VolumeService;
  /** Where it was missed. */
  readonly path: string;
  /** The system's words. */
  readonly reason: string;
}

/** What it means that a service is missing, and what to do. */
const MEANINGS: Readonly<Record<VolumeService, string>> = {
  "file flush": "files cannot be flushed there, so a power cut may lose what was just written; " +
    "deliver to another volume, or set [frames] fsync = false to leave the flushing to the system",
  "folder flush": "names of files cannot be flushed there, so a power cut may lose files that were just named; " +
    "where that matters, use another volume, or mount this one so that it flushes folders",
  lock: "files cannot be locked there, so a second pewatch on the same folder is only known by its text file; " +
    "see that no other pewatch is given this folder, or mount it with locks",
  "rename over": "a file cannot take the name of another there, so the old one is removed first: a kill between both " +
    "loses it; use another volume",
};

/** Codes by which systems say that they cannot do a thing at all, in contrast to one that failed. */
const UNSUPPORTED = new Set([
  "EINVAL",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "ENOTTY",
  "ENOLCK",
  "EBADF",
  "EROFS",
  "EISDIR",
]);
const UNSUPPORTED_OF_LINUX = [9, 21, 22, 25, 30, 37, 38, 95];
/** ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_INVALID_PARAMETER */
const UNSUPPORTED_OF_WINDOWS = [1, 50, 87];

/** Whether the system refused a service that this volume does not have. */
export function isUnsupported(error: unknown, os: typeof Deno.build.os = Deno.build.os): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Deno.errors.NotSupported || UNSUPPORTED.has(codeOf(error))) return true;
  const number = Number(/\(os error (\d+)\)/.exec(error.message)?.[1]);
  return (os === "windows" ? UNSUPPORTED_OF_WINDOWS : UNSUPPORTED_OF_LINUX).includes(number);
}

/** Noted by this thread and not taken yet; by service and folder. */
const noted = new Map<string, Lack>();
/** One for each folder of output would grow with a measurement. */
const NOTED_MAX = 100;

/** Notes that a volume lacks a service; whoever has a log reports it. */
export function noteLack(service: VolumeService, at: { path: string; error: unknown }): void {
  if (noted.size >= NOTED_MAX) return;
  noted.set(`${service} ${at.path}`, { service, path: at.path, reason: messageOf(at.error) });
}

/** What was noted since the last call. */
export function takeLacks(): readonly Lack[] {
  const lacks = [...noted.values()];
  noted.clear();
  return lacks;
}

/** Notes what another thread has noted. */
export function noteAll(lacks: readonly Lack[]): void {
  for (const lack of lacks) if (noted.size < NOTED_MAX) noted.set(`${lack.service} ${lack.path}`, lack);
}

/**
 * One sentence for each service and folder that lacks it.
 * @param folders those that a configuration names: a lack is that of the folder in which it was missed
 */
export function lackTexts(lacks: readonly Lack[], folders: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { service, path, reason } of lacks) {
    const folder = folders.find((one) => isWithin(path, one)) ?? path;
    texts.set(`${service} ${folder}`, `${folder}: ${MEANINGS[service]} (${reason})`);
  }
  return texts;
}
