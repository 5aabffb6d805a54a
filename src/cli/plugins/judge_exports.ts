/** Judges a plugin's exports: what keeps it from being loaded, and what its author probably did not mean. */
import { closest } from "../../text/closest.ts";
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
    if (found === undefined) problems.push(missingText(name, exports) ?? `it exports no function ${name}`);
    else problems.push(`${name} is not a function but a ${found.type}`);
  }
  const { ticktack, offset, messages } = readRhythm(value("TICKTACK"), value("TICKTACK_OFFSET"));
  const misspelt = byName.has("TICKTACK") ? null : missingText("TICKTACK", exports);
  if (misspelt === null) warnings.push(...messages);
  else warnings.push(`${misspelt} Taken as 1`, ...messages.slice(1));
  const name = byName.get("NAME");
  const named = name?.type === "string" && name.value !== "";
  if (name !== undefined && !named) warnings.push("NAME is not a text; the file's name is used");
  const fault = named ? faultOfName(String(name.value)) : null;
  if (fault !== null) problems.push(`its name ${fault}`);
  for (const one of ["setup", "teardown", "TICKTACK_OFFSET", "CONFIG"]) {
    const text = byName.has(one) ? null : missingText(one, exports);
    if (text !== null) warnings.push(text);
  }
  return { name: named && fault === null ? String(name.value) : null, ticktack, offset, problems, warnings };
}

function missingText(name: string, exports: readonly PluginExport[]): string | null {
  const misspelt = misspellingOf(name, exports);
  return misspelt === null ? null : `exports ${misspelt}; did you mean ${name}?`;
}

/** An unknown export that was most likely meant to be this one. */
function misspellingOf(name: string, exports: readonly PluginExport[]): string | null {
  const others = exports.map((one) => one.name).filter((one) => !KNOWN.includes(one) && closest(one, KNOWN) === name);
  return others[0] ?? null;
}
