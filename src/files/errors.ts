/** Distinguishes the faults of a file system: what passes by itself, what a person must mend, what concerns one file. */
import { firstLine, thrownText } from "../text/thrown_text.ts";

/** The system's own code ("ENOSPC", "EXDEV"), or "" where the error carries none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}

export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}

/** Whether it holds of an error or of one of its causes: a library's error carries the system's as its cause. */
function isAny(error: unknown, holds: (error: Error) => boolean): boolean {
  return error instanceof Error && (holds(error) || isAny(error.cause, holds));
}

/**
 * Another program (a virus scanner, a viewer, QXRD) holds the file for the moment, whoever found that out. Deno gives
 * Windows' sharing and lock violations (os error 32, 33) as EBUSY.
 */
export function isHeldOpen(error: unknown): boolean {
  return isAny(error, (one) => ["EBUSY", "ETXTBSY"].includes(codeOf(one)));
}

/**
 * As above, or what Windows calls a missing right though it may be the same: a file being removed that is open
 * elsewhere, a folder with an open file in it that is renamed, a rename onto an open file. Worth some tries, but it may
 * last for ever.
 */
export function mayBeHeldOpen(error: unknown, os: typeof Deno.build.os = Deno.build.os): boolean {
  if (isHeldOpen(error)) return true;
  if (os !== "windows") return false;
  return error instanceof Deno.errors.PermissionDenied || codeOf(error) === "EPERM" || codeOf(error) === "EACCES";
}

/** Windows: the driver of a RAM disk made by ImDisk was asked about something that is no plain file. */
export function isRefusedByDriver(error: unknown, os: typeof Deno.build.os = Deno.build.os): boolean {
  return os === "windows" && error instanceof Error && /\(os error 1\)/.test(error.message);
}

/** The file that the system's error speaks of, by its last name, where Deno's message ends with one; else null. */
export function fileOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const path = /\(os error \d+\): \w+ '([^']+)'/.exec(error.message)?.[1];
  return path?.split(/[/\\]/).at(-1) ?? fileOf(error.cause);
}

/** The volume has no room left, whoever found that out. */
export function isFull(error: unknown): boolean {
  // os error 112 and 39 are ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
  const said = /No space left on device|os error (112|39)\b/;
  return isAny(error, (one) => ["ENOSPC", "EDQUOT"].includes(codeOf(one)) || said.test(one.message));
}

/** The system refused something, whoever asked it: HDF5 says it only in words. What a file holds is never the reason. */
export function isOfSystem(error: unknown): boolean {
  return isAny(error, (one) => codeOf(one) !== "" || /\((os error|errno) \d+\)/.test(one.message));
}

const NAME_CODES: ReadonlySet<string> = new Set([
  "ENAMETOOLONG",
  "ENOTDIR",
  "EEXIST",
  "EISDIR",
  "EINVAL",
  "EILSEQ",
  "ELOOP",
]);

/**
 * The system cannot have such a name there, or something else stands in its place: a person must mend it. Of Windows:
 * ERROR_INVALID_NAME (123), BAD_PATHNAME (161), FILENAME_EXCED_RANGE (206), DIRECTORY (267).
 */
export function isAboutName(error: unknown): boolean {
  return isAny(error, (one) => NAME_CODES.has(codeOf(one)) || /\(os error (123|161|206|267)\)/.test(one.message));
}

export function isOtherVolume(error: unknown): boolean {
  return codeOf(error) === "EXDEV" || (error instanceof Error && /os error 17\b/.test(error.message) &&
    Deno.build.os === "windows");
}

/**
 * The system's own words, without the call and the paths that Deno adds: paths of claims differ at each try, and what
 * differs is reported anew each time.
 */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/(\(os error \d+\)): .*$/, "$1");
}

/** A text of several lines on one, as a log line or a field of the status needs it. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ");
}

/** One line for a person: the error's message without its stack. */
export function messageOf(error: unknown): string {
  return firstLine(thrownText(error));
}
