/** Tells the faults of a file system apart: what passes by itself, what a person must mend, what concerns one file. */

/** The system's own code ("ENOSPC", "EXDEV"), or "" where the error carries none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}

export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}

/** Windows: another program (a virus scanner, a viewer, QXRD) holds the file for the moment. */
export function isHeldOpen(error: unknown): boolean {
  return codeOf(error) === "EBUSY" || codeOf(error) === "ETXTBSY" ||
    (Deno.build.os === "windows" && error instanceof Deno.errors.PermissionDenied);
}

/** The volume has no room left, whoever found that out: a library's error carries the system's as its cause. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  // os error 112 and 39 are ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
  const said = /No space left on device|os error (112|39)\b/.test(error.message);
  return code === "ENOSPC" || code === "EDQUOT" || said || isFull(error.cause);
}

export function isOtherVolume(error: unknown): boolean {
  return codeOf(error) === "EXDEV" || (error instanceof Error && /os error 17\b/.test(error.message) &&
    Deno.build.os === "windows");
}

/**
 * The system's own words, without the call and the paths that Deno adds: paths of claims differ at each try, and what
 * differs is told anew each time.
 */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/(\(os error \d+\)): .*$/, "$1");
}

/** One line for a person: the error's message without its stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}
