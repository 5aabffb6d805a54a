/**
 * Reads `config.ini` of the first implementation (github.com/lorcat/PerkinElmerWatchDaemon), as Python 2's ConfigParser
 * does. No library for ini files is used: the one on npm takes "\\server\share" for "\server\share".
 */
import { posix, win32 } from "node:path";
import { FolderNameError, splitRelativeFolder } from "../../config/names/relative_folder.ts";
import { MAX_PROC } from "../../config/ranges.ts";

/** One setting that goes into the new configuration. */
export interface TakenOver {
  readonly table: "daemon" | "folders";
  readonly key: string;
  readonly value: string | number;
  /** For the person: where it comes from. */
  readonly origin: string;
}

export interface FirstConfiguration {
  readonly taken: readonly TakenOver[];
  /** What could not be taken over, each with its reason. */
  readonly left: readonly string[];
}

/** A file that is no configuration of the first implementation. */
export class FirstConfigurationError extends SyntaxError {
  override readonly name = "FirstConfigurationError";
}

const SECTION = "Configuration";
/** Numbers that pewatch has too, with what pewatch takes. */
const NUMBERS = [
  { old: "maxproc", key: "max_proc", low: MAX_PROC.low, high: MAX_PROC.high, whole: true },
  { old: "ticktack", key: "ticktack", low: 0.01, high: 3600, whole: false },
  { old: "multiplier", key: "multiplier", low: 1, high: 1000, whole: true },
] as const;
/** Its default folders, below the program's own folder, where its config.ini lies too. */
const FOLDERS = [
  { old: "raw_dir", key: "raw", missing: ["data", "raw"] },
  { old: "temp_dir", key: "temp", missing: ["data", "temp"] },
  { old: "proc_dir", key: "proc", missing: ["data", "proc"] },
  { old: "output_root", key: "output_root", missing: ["data", "output"] },
] as const;

/**
 * What of it pewatch takes over; paths of Windows are kept as they are, on any system.
 * @param file its absolute path: relative folders and the defaults of absent ones are below its folder
 * @throws FirstConfigurationError
 */
export function readFirstConfiguration(bytes: Uint8Array, file: string): FirstConfiguration {
  const options = parseIni(decode(bytes)).get(SECTION);
  if (!options) {
    throw new FirstConfigurationError(`Cannot take over ${file}: there is no section [${SECTION}]`);
  }
  const taken: TakenOver[] = [];
  const left: string[] = [];
  for (const number of NUMBERS) takeNumber(options, number, { taken, left });
  for (const { old, key, missing } of FOLDERS) {
    const value = options.get(old);
    taken.push(
      value
        ? { table: "folders", key, value: absolute(value, file), origin: old }
        : { table: "folders", key, value: absolute(missing.join("/"), file), origin: `the default of ${old}` },
    );
  }
  takeOutputDir(options, { taken, left });
  const known = ["output_dir", ...NUMBERS.map(({ old }) => old), ...FOLDERS.map(({ old }) => old)];
  for (const option of options.keys()) {
    if (!known.includes(option)) left.push(`${option}: pewatch has no such setting`);
  }
  return { taken, left };
}

interface Sorted {
  readonly taken: TakenOver[];
  readonly left: string[];
}

function takeNumber(
  options: ReadonlyMap<string, string>,
  { old, key, low, high, whole }: (typeof NUMBERS)[number],
  { taken, left }: Sorted,
): void {
  const text = options.get(old);
  if (text === undefined) return;
  const value = text === "" ? NaN : Number(text);
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) {
    taken.push({ table: "daemon", key, value, origin: old });
  } else left.push(`${old} = ${text}: a ${whole ? "whole number" : "number"} from ${low} to ${high} is needed`);
}

function takeOutputDir(options: ReadonlyMap<string, string>, { taken, left }: Sorted): void {
  const text = options.get("output_dir");
  if (text === undefined) return;
  try {
    splitRelativeFolder(text);
    taken.push({ table: "folders", key: "output_dir", value: text, origin: "output_dir" });
  } catch (error) {
    if (!(error instanceof FolderNameError)) throw error;
    left.push(`output_dir: ${error.message}`);
  }
}

function absolute(path: string, file: string): string {
  if (win32.isAbsolute(path) || posix.isAbsolute(path)) return path;
  // The file's own folder shows which of the two systems' paths these are.
  const flavour = /^[a-zA-Z]:|^\\\\/.test(file) ? win32 : posix;
  return flavour.join(flavour.dirname(file), path);
}

/** Python 2 wrote bytes as they came: UTF-8, or on a German Windows its code page. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * Sections and their options, names of options in lower case. Comments begin with # or ; (within a line with " ;"),
 * "=" and ":" part name and value, and an indented line continues the one above.
 */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let options: Map<string, string> | undefined;
  let last: string | undefined;
  for (const line of text.split(/\r?\n|\r/)) {
    if (line.trim() === "" || /^[#;]/.test(line)) continue;
    const section = /^\[([^\]]+)\]/.exec(line)?.[1];
    const option = /^([^:=\s][^:=]*?)\s*[:=]\s*(.*)$/.exec(line);
    if (section !== undefined) {
      options = sections.get(section) ?? new Map();
      sections.set(section, options);
      last = undefined;
    } else if (/^\s/.test(line) && options && last !== undefined) {
      options.set(last, `${options.get(last)}\n${line.trim()}`);
    } else if (option && options) {
      last = option[1]!.trim().toLowerCase();
      options.set(last, option[2]!.replace(/\s;.*$/, "").trim().replace(/^""$/, ""));
    }
  }
  return sections;
}
