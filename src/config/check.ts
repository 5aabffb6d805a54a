/** Turns what a TOML text holds into settings: unknown keys, types, ranges, paths, and folders that must not meet. */
import { posix, win32 } from "node:path";
import * as v from "valibot";
import { closest } from "../text/closest.ts";
import { ConfigurationError, type ConfigurationProblem } from "./error.ts";
import { faultOfPath, folderClashes } from "./folder_rules.ts";
import { type Report, reportContradictions } from "./contradictions.ts";
import { splitRelativeFolder } from "./names/relative_folder.ts";
import { faultOfReservedPath } from "./names/reserved_names.ts";
import { keysOfTables, settingsSchema } from "./schema.ts";
import type { Settings } from "./settings.ts";
import type { TomlLines } from "./toml_lines.ts";

export interface CheckOptions {
  readonly file: string;
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly windows: boolean;
  readonly defaults: Settings;
  readonly lines: TomlLines;
}

type Table = Record<string, unknown>;

/** @throws ConfigurationError with all that is wrong */
export function checkSettings(raw: Table, options: CheckOptions): Settings {
  const problems: ConfigurationProblem[] = [];
  function report(path: readonly string[], message: string): void {
    problems.push({ line: options.lines.lineOf(path), key: path.join("."), message });
  }

  reportUnknownKeys(raw, report);
  const result = v.safeParse(settingsSchema, withDefaults(raw, options.defaults), { abortPipeEarly: true });
  for (const issue of result.issues ?? []) {
    const path = (issue.path ?? []).map((item) => String(item.key));
    report(path, describeIssue(issue, path));
  }
  if (!result.success) throw new ConfigurationError(options.file, inOrder(problems));

  const settings = withAbsolutePaths(result.output, options, report);
  reportReserved(settings, report);
  for (const clash of folderClashes(settings, options)) report(clash.key.split("."), clash.message);
  reportContradictions(settings, report);
  if (problems.length > 0) throw new ConfigurationError(options.file, inOrder(problems));
  return settings;
}

function reportUnknownKeys(raw: Table, report: Report): void {
  const tables = keysOfTables();
  for (const [table, content] of Object.entries(raw)) {
    const known = tables.get(table);
    if (!known) {
      report([table], isTable(content) ? unknownTable(table, tables) : keyOutsideTables(table, tables));
    } else if (isTable(content)) {
      for (const [key, value] of Object.entries(content)) {
        if (known.includes(key) || (table === "plugins" && isTable(value))) continue;
        report([table, key], unknownKey(key, table, tables));
      }
    }
  }
}

function unknownTable(table: string, tables: ReadonlyMap<string, readonly string[]>): string {
  const meant = closest(table, tables.keys());
  return meant
    ? `unknown table; did you mean [${meant}]?`
    : `unknown table; there are ${[...tables.keys()].join(", ")}`;
}

function keyOutsideTables(key: string, tables: ReadonlyMap<string, readonly string[]>): string {
  if (tables.has(key)) return `a table is needed: [${key}]`;
  const home = tablesWith(key, tables);
  return home.length > 0
    ? `it is outside of any table; it belongs under [${home.join("] or [")}]`
    : "unknown key, outside of any table";
}

function unknownKey(key: string, table: string, tables: ReadonlyMap<string, readonly string[]>): string {
  const own = tables.get(table) ?? [];
  const meant = closest(key, own);
  if (meant) return `unknown key; did you mean ${meant}?`;
  const home = tablesWith(key, tables);
  if (home.length > 0) return `it is in the wrong table; it belongs under [${home.join("] or [")}]`;
  return `unknown key; [${table}] has ${own.join(", ")}`;
}

function tablesWith(key: string, tables: ReadonlyMap<string, readonly string[]>): string[] {
  return [...tables].filter(([, keys]) => keys.includes(key)).map(([table]) => table);
}

/** The defaults with what the file says laid over them, table by table. */
function withDefaults(raw: Table, defaults: Settings): Table {
  const merged: Table = {};
  for (const [table, content] of Object.entries(defaults)) {
    const own = raw[table];
    // What is no table is left for the schema to complain about.
    merged[table] = own === undefined ? content : isTable(own) ? { ...content, ...own } : own;
  }
  if (isTable(raw["plugins"])) merged["plugins"] = pluginsOf(raw["plugins"], defaults);
  return merged;
}

/** `[plugins.NAME]` tables go to `tables`; a key of [plugins] itself stays, even where it is wrongly a table. */
function pluginsOf(raw: Table, defaults: Settings): Table {
  const known = keysOfTables().get("plugins") ?? [];
  const plugins: Table = { ...defaults.plugins };
  const tables: Table = {};
  for (const [key, value] of Object.entries(raw)) {
    if (known.includes(key)) plugins[key] = value;
    // A copy, since the parser's own tables have no prototype: workers get theirs by a structured clone as well.
    else if (isTable(value)) tables[key] = structuredClone(value);
  }
  plugins["tables"] = tables;
  return plugins;
}

function describeIssue(issue: v.BaseIssue<unknown>, path: readonly string[]): string {
  if (path.length === 1) return `a table is needed: [${path[0]}]`;
  if (issue.input === undefined) return issue.message;
  const given = typeof issue.input === "string" ? JSON.stringify(issue.input) : shown(issue.input);
  return `${given} cannot be used: ${issue.message}`;
}

function shown(value: unknown): string {
  if (value instanceof Date) return "a date";
  if (Array.isArray(value)) return "a list";
  return isTable(value) ? "a table" : String(value);
}

function withAbsolutePaths(settings: Settings, options: CheckOptions, report: Report): Settings {
  const flavour = options.windows ? win32 : posix;
  function absolute(path: string, key: readonly string[]): string {
    const fault = faultOfPath(path, options);
    if (fault) report(key, `${JSON.stringify(path)} cannot be used: ${fault}`);
    return flavour.resolve(options.folder, path);
  }
  const { daemon, folders, detector, dark, plugins, log } = settings;
  return {
    ...settings,
    daemon: { ...daemon, state_dir: absolute(daemon.state_dir, ["daemon", "state_dir"]) },
    folders: {
      raw: absolute(folders.raw, ["folders", "raw"]),
      temp: absolute(folders.temp, ["folders", "temp"]),
      proc: absolute(folders.proc, ["folders", "proc"]),
      output_root: absolute(folders.output_root, ["folders", "output_root"]),
      output_dir: splitRelativeFolder(folders.output_dir).join(flavour.sep),
      allowed: folders.allowed.map((path) => absolute(path, ["folders", "allowed"])),
    },
    detector: detector.poni === undefined
      ? detector
      : { ...detector, poni: absolute(detector.poni, ["detector", "poni"]) },
    dark: { ...dark, archive_dir: splitRelativeFolder(dark.archive_dir).join(flavour.sep) },
    plugins: { ...plugins, dir: absolute(plugins.dir, ["plugins", "dir"]), tables: tablesWithPaths(plugins, absolute) },
    log: { ...log, file: log.file === "" ? "" : absolute(log.file, ["log", "file"]) },
  };
}

const TLS_FILES = ["tls.ca", "tls.cert", "tls.key"];
/** What is a file in the tables of shipped plugins, with dots between keys, and texts in its place that are none. */
const FILE_KEYS: Readonly<Record<string, readonly string[]>> = {
  integrate: ["poni", "mask", "dark", "flat"],
  nats: ["credentials", ...TLS_FILES],
  kafka: TLS_FILES,
  wrdn: TLS_FILES,
};
const NO_FILES = ["", "none", "last"];

/** A plugin knows nothing of the configuration's folder. */
function tablesWithPaths(
  { tables }: Settings["plugins"],
  absolute: (path: string, key: readonly string[]) => string,
): Settings["plugins"]["tables"] {
  const withFiles = (table: Table, keys: readonly string[], place: readonly string[]): Table => {
    const changed = { ...table };
    for (const key of keys) {
      const [first, ...rest] = key.split(".") as [string, ...string[]];
      const value = Object.hasOwn(changed, first) ? changed[first] : undefined;
      const at = [...place, first];
      if (rest.length > 0 && isTable(value)) changed[first] = withFiles(value, [rest.join(".")], at);
      if (rest.length === 0 && typeof value === "string" && !NO_FILES.includes(value)) {
        changed[first] = absolute(value, at);
      }
    }
    return changed;
  };
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [name, withFiles(table, FILE_KEYS[name] ?? [], ["plugins", name])]),
  );
}

/** Frames that go into somebody's quarantine are taken out of it by `pewatch retry`; raw may be one that was copied. */
function reportReserved({ folders }: Settings, report: Report): void {
  for (const key of ["temp", "proc", "output_root"] as const) {
    const fault = faultOfReservedPath(folders[key]);
    if (fault !== null) report(["folders", key], `${JSON.stringify(folders[key])} cannot be used: ${fault}`);
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function inOrder(problems: readonly ConfigurationProblem[]): ConfigurationProblem[] {
  return [...problems].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity));
}
