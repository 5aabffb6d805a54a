/**
 * What inspecting a file gives: data for programs, lines for persons. A file of its own: shared by the inspections of
 * all kinds of files.
 */

export interface InspectionReport {
  readonly kind: string;
  /** What `--json` writes, besides the file's name and kind. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What a person reads. */
  readonly lines: readonly string[];
  /** Whether the file contradicts what is known of it: a checksum that does not fit. */
  readonly fault: boolean;
}

/** Longer values are cut for persons; `--json` has them whole. */
const VALUE_LENGTH_MAX = 100;

/** On one line, and not longer than a person reads. `text` has no control characters any more. */
export function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= VALUE_LENGTH_MAX) return text;
  return `${characters.slice(0, VALUE_LENGTH_MAX).join("")}… (${characters.length} characters)`;
}

/** Names in one column, values in the next. */
export function aligned(rows: readonly (readonly [name: string, value: string])[], indent = "  "): string[] {
  const width = Math.min(40, Math.max(0, ...rows.map(([name]) => name.length)));
  return rows.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`.trimEnd());
}
