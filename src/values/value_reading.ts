/**
 * What is read of a value of another system, and its texts as a file can hold them. A file of its own: it is the same
 * of each system.
 */
import type { ParameterAttributes, ParameterValue } from "../parameters/parameter.ts";

export interface ValueReading {
  /** Null where there is none: `note` says why. */
  readonly value: ParameterValue | null;
  readonly note?: string;
  readonly unit?: string;
  /** Quality or severity, label, and what else the system says of it. */
  readonly attributes: ParameterAttributes;
  /** The source's own, or, where that cannot be right, when it was read. */
  readonly time: Date;
}

/** Without what is no text of HDF5's. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}

export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return cleanText(text).replace(/[\x00-\x1f\x7f]/g, " ").trim();
}
