/** Begins with a dot and ends on no image's ending, so a running daemon takes no notice of it. */
export const PROBE_PREFIX = ".pewatch-probe-";

/** The name of a file or folder that is made and removed to see whether a folder can be used; nobody else has it. */
export function probeName(): string {
  return `${PROBE_PREFIX}${crypto.randomUUID()}`;
}
