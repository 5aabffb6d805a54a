/** SerialQueue what a TOML text holds into settings: unknown keys, types, ranges, paths, and folders that must not meet. */
import { posix, win32 } from "node:path";
import * as v from "valibot";
import { closest } from "./closest.ts";
import { ConfigurationError, type ConfigurationProblem } from "./error.ts";
import { clashesOfFolders, type FolderClash, type NamedFolder, relate } from "./folder_rules.ts";
import { HC_KEV_ANGSTROM } from "./ranges.ts";
import { splitRelativeFolder } from "./names/relative_folder.ts";
import { faultOfReservedPath } from "./names/reserved_names.ts";
import { faultOnWindows } from "./names/windows_names.ts";
import { keysOfTables, settingsSchema } from "./schema.ts";
import type { DetectorSettings, Settings } from "./settings.ts";
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

/** Energy and wavelength may differ by rounding; more than this is a slip. */
const WAVELENGTH_TOLERANCE = 0.01;

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
  reportWavelength(settings, report);
  reportFutile(settings, report);
  reportProposal(settings, report);
  reportGeometry(settings.detector, report);
  if (problems.length > 0) throw new ConfigurationError(options.file, inOrder(problems));
  return settings;
}

type Report = (path: readonly string[], message: string) => void;

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
    plugins: { ...plugins, dir: absolute(plugins.dir, ["plugins", "dir"]) },
    log: { ...log, file: log.file === "" ? "" : absolute(log.file, ["log", "file"]) },
  };
}

const SYSTEM = Deno.build.os === "darwin" ? "macOS" : Deno.build.os === "linux" ? "Linux" : "this system";

/** Why a path cannot be used on this kind of system, or null; asks nothing of the disk. */
export function faultOfPath(path: string, options: { readonly windows: boolean }): string | null {
  if (!options.windows) {
    return /^[a-zA-Z]:[\\/]|^\\\\/.test(path) ? `this is a Windows path, but pewatch runs on ${SYSTEM}` : null;
  }
  // "R:raw" means a folder below whatever folder was last used on that drive.
  if (/^[a-zA-Z]:(?![\\/])/.test(path)) return "a slash is needed after the drive, as in 'R:\\raw'";
  // Paths of both forms go past the rules for names; Windows shows no program but this one what is made by them.
  if (/^[\\/]{2}[?.][\\/]/.test(path)) {
    return "a path is needed as Windows shows it, as in 'R:\\raw' or '\\\\server\\share\\raw'";
  }
  const names = path.replace(/^[a-zA-Z]:/, "").split(/[\\/]+/);
  for (const name of names) {
    const fault = name === "" || name === "." || name === ".." ? null : faultOnWindows(name);
    if (fault !== null) return fault;
  }
  return null;
}

/** Frames that go into somebody's quarantine are taken out of it by `pewatch retry`; raw may be one that was copied. */
function reportReserved({ folders }: Settings, report: Report): void {
  for (const key of ["temp", "proc", "output_root"] as const) {
    const fault = faultOfReservedPath(folders[key]);
    if (fault !== null) report(["folders", key], `${JSON.stringify(folders[key])} cannot be used: ${fault}`);
  }
}

/** What is wrong with each key where folders meet; the daemon asks again when a client changes one. */
export function folderClashes(settings: Settings, options: { readonly windows: boolean }): FolderClash[] {
  const flavour = options.windows ? win32 : posix;
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  const ways: NamedFolder[] = [
    { key: "folders.raw", path: raw },
    { key: "folders.temp", path: temp },
    { key: "folders.proc", path: proc },
  ];
  // The root itself may lie around the others, as long as what is delivered does not meet them.
  const output = {
    key: `folders.${output_dir ? "output_dir" : "output_root"}`,
    path: flavour.join(output_root, output_dir),
  };
  const clashes = clashesOfFolders([...ways, output], options);
  const others: NamedFolder[] = [
    { key: "daemon.state_dir", path: settings.daemon.state_dir },
    { key: "plugins.dir", path: settings.plugins.dir },
  ];
  // With "delete" too: what only its name calls a dark goes there.
  if (settings.dark.policy !== "keep" && clashes.length === 0) {
    const archive = { key: "dark.archive_dir", path: flavour.join(output_root, settings.dark.archive_dir) };
    clashes.push(...clashesWith(archive, ways, options));
    const isWanted = settings.dark.policy === "archive";
    if (isWanted && relate(archive.path, output.path, options) === "same") {
      clashes.push({
        key: archive.key,
        message: "frames are delivered to this folder; set another one for darks",
      });
    }
  }
  for (const other of others) {
    // One that lies around a way's folder does no harm; within it, it would be taken for a frame or a claim.
    const within = ways.filter((way) => relate(way.path, other.path, options) !== "inside");
    clashes.push(...clashesWith(other, within, options));
  }
  // Whoever can write where plugins lie has code run.
  const [, plugins] = others;
  if (relate(output.path, plugins!.path, options) !== "inside") {
    clashes.push(...clashesWith(plugins!, [output], options));
  }
  return clashes;
}

function clashesWith(folder: NamedFolder, ways: readonly NamedFolder[], options: { windows: boolean }): FolderClash[] {
  return ways.flatMap((way) => clashesOfFolders([way, folder], options));
}

/** What is asked for and cannot be given as the other keys stand. */
function reportFutile({ nexus, tiff, dark }: Settings, report: Report): void {
  if (nexus.series && nexus.image !== "embed") {
    report(
      ["nexus", "series"],
      `a series master needs the images in the NeXus files, and image = "${nexus.image}" leaves them out; ` +
        'set image = "embed", or series = false',
    );
  }
  if (nexus.profile === "nxmx" && nexus.image === "none") {
    report(
      ["nexus", "profile"],
      'NXmx needs the image, but image = "none" leaves it out; set image = "embed" or "external", or profile = "base"',
    );
  }
  if (tiff.image_description && !tiff.tags) {
    report(
      ["tiff", "image_description"],
      "image_description is one of the tags, and tags = false writes no tags; set tags = true, or image_description = false",
    );
  }
  if (dark.reference && nexus.image === "none") {
    report(
      ["dark", "reference"],
      'the reference dark is stored with the image, but [nexus] image = "none" leaves images out; ' +
        'set image = "embed" or "external", or reference = false',
    );
  }
}

/** Two statements of one fact that contradict each other would end up in every file. */
function reportWavelength(settings: Settings, report: Report): void {
  const { energy_kev, wavelength_angstrom } = settings.beamline;
  if (energy_kev === undefined || wavelength_angstrom === undefined) return;
  const expected = HC_KEV_ANGSTROM / energy_kev;
  if (Math.abs(wavelength_angstrom / expected - 1) <= WAVELENGTH_TOLERANCE) return;
  report(
    ["beamline", "wavelength_angstrom"],
    `${wavelength_angstrom} does not fit energy_kev = ${energy_kev}, which is ${
      expected.toPrecision(6)
    } angstrom; one of the two is enough`,
  );
}

/** Of two names for one place in the file only one can be written, and half of a statement says nothing. */
function reportProposal({ beamline }: Settings, report: Report): void {
  const { experiment_identifier, proposal, polarization, polarization_angle_deg } = beamline;
  if (proposal !== undefined && experiment_identifier !== undefined && proposal !== experiment_identifier) {
    report(
      ["beamline", "proposal"],
      "it is written as experiment_identifier, which is set too; remove one of the two",
    );
  }
  if (polarization_angle_deg !== undefined && polarization === undefined) {
    report(["beamline", "polarization_angle_deg"], "polarization is needed too: how far the beam is polarised");
  }
}

/** Half a tilt is none, and of two geometries one would be ignored. */
function reportGeometry(detector: DetectorSettings, report: Report): void {
  const { poni, tilt_deg, tilt_plane_rotation_deg } = detector;
  if (poni !== undefined) {
    for (const key of GEOMETRY_KEYS) {
      if (detector[key] !== undefined) {
        report(["detector", key], "poni already holds the whole geometry; remove one of the two");
      }
    }
  } else if (tilt_deg !== undefined && tilt_deg !== 0 && tilt_plane_rotation_deg === undefined) {
    report(["detector", "tilt_deg"], "tilt_plane_rotation_deg is needed too: it says in which direction the tilt is");
  } else if (tilt_plane_rotation_deg !== undefined && tilt_deg === undefined) {
    report(["detector", "tilt_plane_rotation_deg"], "tilt_deg is needed too: it says how large the tilt is");
  }
}

const GEOMETRY_KEYS = [
  "x_pixel_size_um",
  "y_pixel_size_um",
  "distance_mm",
  "beam_center_x_px",
  "beam_center_y_px",
  "tilt_deg",
  "tilt_plane_rotation_deg",
] as const satisfies readonly (keyof DetectorSettings)[];

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function inOrder(problems: readonly ConfigurationProblem[]): ConfigurationProblem[] {
  return [...problems].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity));
}
