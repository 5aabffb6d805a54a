/** Finds, reads and checks a configuration; every fault of it is reported at once, each with its line and its key. */
import { dirname, join, posix, resolve, win32 } from "node:path";
import { parse, TomlError } from "smol-toml";
import { thrownText } from "../text/thrown_text.ts";
import { ConfigurationError, type ConfigurationProblem } from "./error.ts";
import { checkSettings } from "./check.ts";
import { decodeToml } from "./decode.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { tomlHint, TomlLines } from "./toml_lines.ts";

export const CONFIGURATION_NAME = "pewatch.toml";
/** Where everything lies that no configuration puts elsewhere, beside the configuration or in the working folder. */
export const DATA_FOLDER = "pewatch-data";

export interface Environment {
  /** The working folder. */
  readonly cwd: string;
  /** The folder of the executable where the program is compiled, else null. */
  readonly executableFolder: string | null;
  /** Whether paths are those of Windows. */
  readonly windows: boolean;
}

/** What is wrong with settings that a room above this one understands; null where nothing is. */
export type SettingsCheck = (settings: Settings) => SettingsFault | readonly SettingsFault[] | null;

export interface SettingsFault {
  /** With the index in an array: "nexus.map.0.path". */
  readonly key: string;
  readonly message: string;
}

export interface LoadOptions extends Partial<Environment> {
  /** What `--config` names. */
  readonly config?: string | undefined;
  /** Asked about settings that are right in themselves. */
  readonly checks?: readonly SettingsCheck[];
}

export interface LoadedConfiguration {
  readonly settings: Settings;
  /** The file that was read; null where there is none and the defaults hold. */
  readonly file: string | null;
  /** The keys that the file names, each with its table: "dark.policy". */
  readonly given: ReadonlySet<string>;
  /** Where a configuration was looked for, in that order. */
  readonly lookedFor: readonly string[];
}

/**
 * Whether an output root that is missing is made at the start. The default's is of this program; any other may be a share
 * that is mounted later.
 */
export function makesOutput({ settings, given }: LoadedConfiguration): boolean {
  return !given.has("folders.output_root") || settings.folders.output_root.split(/[\\/]/).includes(DATA_FOLDER);
}

/** Where this process runs. */
export function environment(): Environment {
  return {
    cwd: Deno.cwd(),
    executableFolder: Deno.build.standalone ? dirname(Deno.execPath()) : null,
    windows: Deno.build.os === "windows",
  };
}

/**
 * Looks for a configuration at `config`, else beside the executable, else in the working folder; without one the
 * defaults hold.
 * @throws ConfigurationError where `config` is not there, or where what is found is wrong
 */
export function loadSettings(options: LoadOptions = {}): LoadedConfiguration {
  const here = { ...environment(), ...options };
  const folders = here.executableFolder === null ? [here.cwd] : [here.executableFolder, here.cwd];
  // Once where both are the same, as after a double click.
  const lookedFor = options.config !== undefined
    ? [resolve(here.cwd, options.config)]
    : [...new Set(folders.map((folder) => join(folder, CONFIGURATION_NAME)))];
  for (const file of lookedFor) {
    const bytes = readConfiguration(file, { needed: options.config !== undefined });
    if (!bytes) continue;
    const text = decodeToml(bytes, file);
    const settings = parseSettings(text, file, here);
    askChecks(settings, { checks: options.checks ?? [], file, text });
    return { settings, file, given: keysGiven(text, file), lookedFor };
  }
  return { settings: startingSettings(here.cwd, here), file: null, given: new Set(), lookedFor };
}

/**
 * Reads the text of a configuration. Relative paths are relative to the folder of `file`.
 * @throws ConfigurationError
 */
export function parseSettings(text: string, file: string, here: Environment): Settings {
  const flavour = here.windows ? win32 : posix;
  const folder = flavour.dirname(flavour.resolve(here.cwd, file));
  return checkSettings(parseToml(text, file), {
    file,
    folder,
    windows: here.windows,
    defaults: startingSettings(folder, here),
    lines: new TomlLines(text),
  });
}

/** @throws ConfigurationError with what the checks say, each at the line of its key */
function askChecks(
  settings: Settings,
  of: { readonly checks: readonly SettingsCheck[]; readonly file: string; readonly text: string },
): void {
  const problems = of.checks.flatMap((check) => check(settings) ?? []);
  if (problems.length === 0) return;
  const lines = new TomlLines(of.text);
  throw new ConfigurationError(
    of.file,
    problems.map(({ key, message }) => ({ key, message, line: lines.lineOf(key.split(".")) })),
  );
}

/** The defaults below `folder`; a compiled program keeps its own things (state, plugins, log) beside itself. */
function startingSettings(folder: string, here: Environment): Settings {
  const flavour = here.windows ? win32 : posix;
  const settings = defaultSettings(flavour.join(folder, DATA_FOLDER), flavour.join);
  if (here.executableFolder === null) return settings;
  const own = defaultSettings(here.executableFolder, flavour.join);
  return {
    ...settings,
    daemon: { ...settings.daemon, state_dir: own.daemon.state_dir },
    plugins: { ...settings.plugins, dir: own.plugins.dir },
    log: { ...settings.log, file: own.log.file },
  };
}

function keysGiven(text: string, file: string): ReadonlySet<string> {
  const tables = Object.entries(parseToml(text, file));
  return new Set(tables.flatMap(([table, content]) => Object.keys(content ?? {}).map((key) => `${table}.${key}`)));
}

/** Its bytes, or null where there is none and none is needed. */
function readConfiguration(file: string, options: { needed: boolean }): Uint8Array | null {
  try {
    return Deno.readFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !options.needed) return null;
    const reason = error instanceof Deno.errors.NotFound
      ? "the file does not exist; pewatch init writes one"
      : `it cannot be read: ${thrownText(error)}`;
    throw new ConfigurationError(file, [{ line: null, key: null, message: reason }]);
  }
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text, { unsafeKeyBehaviour: "throw" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ConfigurationError(file, [syntaxProblem(text, error)]);
  }
}

function syntaxProblem(text: string, error: TomlError): ConfigurationProblem {
  const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
  const line = text.split("\n")[error.line - 1] ?? "";
  const hint = tomlHint(line.replace(/\r$/, ""));
  const message = hint === null ? `this is not valid TOML: ${reason}` : `cannot read this value; ${hint} (${reason})`;
  return { line: error.line, column: error.column, key: null, message };
}
