/** The forms in which what the ledger says of files is given to other programs. */
import { guardFormula } from "../log/formula_text.ts";
import type { LedgerFile } from "./line.ts";
import type { PlacedLine } from "./audit.ts";

/** One file of a line. `path` is relative to the output root, forward slashes. */
export interface PlacedFile extends LedgerFile {
  readonly path: string;
  readonly line: PlacedLine;
}

/** Each path once: of a set that was delivered again, the last line counts. */
export function filesBelow(lines: readonly PlacedLine[], root: string): PlacedFile[] {
  const files = new Map<string, PlacedFile>();
  for (const line of lines) {
    if (line.root !== root) continue;
    for (const file of line.files) {
      const path = line.folder === "" ? file.name : `${line.folder}/${file.name}`;
      files.set(path, { ...file, path, line });
    }
  }
  return [...files.values()];
}

/**
 * A line as GNU coreutils' `sha256sum -c` reads it: names with a line break or a backslash are escaped, and the line then
 * begins with a backslash.
 */
export function sha256Line(sha256: string, path: string): string {
  if (!/[\\\n\r]/.test(path)) return `${sha256}  ${path}`;
  const escaped = path.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `\\${sha256}  ${escaped}`;
}

/**
 * In a manifest of BagIt (RFC 8493, 2.1.3) line breaks are percent-encoded. Percent signs should be, too, but the Library
 * of Congress' own bagit (1.9) does not decode them and would find such a bag incomplete.
 */
export function bagPath(path: string): string {
  return path.replaceAll("\n", "%0A").replaceAll("\r", "%0D");
}

const COLUMNS = ["sequence", "time", "type", "frame", "path", "role", "size", "sha256", "dark", "again", "latency_s"];

/** RFC 4180, a line for each file, for persons and spreadsheets: names that begin like a formula get an apostrophe. */
export function* csvLines(files: readonly PlacedFile[]): Generator<string> {
  yield COLUMNS.join(",");
  for (const { path, role, size, sha256, line } of files) {
    const { sequence, time, type, frame } = line;
    const ofSet = "latency_s" in line ? [line.dark, line.again, line.latency_s] : ["", "", ""];
    yield [sequence, time, type, frame, path, role, size, sha256 ?? "", ...ofSet].map(cell).join(",");
  }
}

function cell(value: string | number | boolean): string {
  const text = typeof value === "string" ? guardFormula(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
