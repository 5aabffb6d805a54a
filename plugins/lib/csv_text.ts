/** Lines of CSV files as RFC 4180 has them, but with one line of the file for each record, whatever its texts hold. */

import { guardFormula } from "pewatch";

export type CsvValue = string | number | boolean | null | undefined;

export interface CsvStyle {
  readonly separator: "," | ";" | "\t";
  readonly lineEnd: "\r\n" | "\n";
  /** Whether texts that a spreadsheet would take for a formula get an apostrophe before them. */
  readonly guardFormulas: boolean;
}

/** A text longer than this is no cell of a table; Excel itself takes 32,767 characters. */
const TEXT_LENGTH_MAX = 32_000;

/** One record with its line end. */
export function csvLine(values: readonly CsvValue[], style: CsvStyle): string {
  return values.map((value) => csvField(value, style)).join(style.separator) + style.lineEnd;
}

/** null and undefined are an empty field; numbers are written so that they read back as the same number. */
function csvField(value: CsvValue, style: CsvStyle): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean") return String(value);
  const text = style.guardFormulas ? guardFormula(oneLine(value)) : oneLine(value);
  const quoted = /["\r\n]/.test(text) || text.includes(style.separator) || text !== text.trim();
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line break inside a field is allowed by RFC 4180, but then a torn last line cannot be distinguished from a whole one. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.slice(0, TEXT_LENGTH_MAX).replaceAll(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ");
}
