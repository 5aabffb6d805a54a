/** What is to be said of a plugin's exports: what keeps it from being taken, and what its author did not mean. */
import { closest } from "../../config/closest.ts";
import { faultOfName } from "../../plugins/plugin_name_rule.ts";
import { readRhythm } from "../../plugins/host/scheduler.ts";
import type { PluginExport } from "./check_worker.ts";

export interface ExportsVerdict {
  /** NAME, else null. */
  readonly name: string | null;
  readonly ticktack: number;
  readonly offset: number;
  /** With any of these it is not taken. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const FUNCTIONS = ["work", "setup", "teardown"] as const;
const KNOWN = [...FUNCTIONS, "TICKTACK", "TICKTACK_OFFSET", "NAME", "CONFIG"];

export function judgeExports(exports: readonly PluginExport[]): ExportsVerdict {
  const byName = new Map(exports.map((one) => [one.name, one]));
  const value = (name: string) => byName.get(name)?.value ?? (byName.has(name) ? byName.get(name)?.type : undefined);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const name of FUNCTIONS) {
    const found = byName.get(name);
    if (found === undefined && name !== "work") continue;
    if (found?.type === "function") continue;
    const what = found === undefined ? `it exports no function ${name}` : `${name} is no function but a ${found.type}`;
    problems.push(what + hint(name, exports));
  }
  if (!byName.has("TICKTACK")) warnings.push(`it exports no TICKTACK: taken as 1${hint("TICKTACK", exports)}`);
  const { ticktack, offset, messages } = readRhythm(value("TICKTACK") ?? 1, value("TICKTACK_OFFSET"));
  warnings.push(...messages);
  const name = byName.get("NAME");
  const named = name?.type === "string" && name.value !== "";
  if (name !== undefined && !named) warnings.push("NAME is no text: the file's name is taken");
  const fault = named ? faultOfName(String(name.value)) : null;
  if (fault !== null) problems.push(`its name ${fault}`);
  for (const one of ["setup", "teardown", "TICKTACK_OFFSET", "CONFIG"]) {
    const misspelt = byName.has(one) ? null : misspellingOf(one, exports);
    if (misspelt !== null) warnings.push(`it exports ${misspelt}; ${one} would be known`);
  }
  return { name: named && fault === null ? String(name.value) : null, ticktack, offset, problems, warnings };
}

function hint(name: string, exports: readonly PluginExport[]): string {
  const misspelt = misspellingOf(name, exports);
  return misspelt === null ? "" : `, but ${misspelt}`;
}

/** An export that is none of the known ones and was most likely meant to be this one. */
function misspellingOf(name: string, exports: readonly PluginExport[]): string | null {
  const others = exports.map((one) => one.name).filter((one) => !KNOWN.includes(one) && closest(one, KNOWN) === name);
  return others[0] ?? null;
}
