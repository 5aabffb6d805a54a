/** What one check of the doctor found. A file of its own: shared by all checks. */

import type { Mark } from "../console/terminal.ts";

export interface Check {
  /** What it belongs to, for the headings: "libraries", "folders". */
  readonly area: string;
  readonly name: string;
  readonly status: Mark;
  /** What was found. */
  readonly finding: string;
  /** What to do; null where nothing has to be done. */
  readonly remedy: string | null;
}

/** A check of one area without the area's name. */
export type Finding = Omit<Check, "area">;

export function ok(name: string, finding: string): Finding {
  return { name, status: "ok", finding, remedy: null };
}

export function warning(name: string, finding: string, remedy: string | null): Finding {
  return { name, status: "warning", finding, remedy };
}

export function problem(name: string, finding: string, remedy: string): Finding {
  return { name, status: "problem", finding, remedy };
}
