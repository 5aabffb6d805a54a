/** Whether a client's change of a setting can be made: asked of texts first, then of the disk, within a time limit. */
import { isAbsolute, join, resolve, sep } from "node:path";
import { faultOfPath, folderClashes } from "../../config/folder_rules.ts";
import { clashesOfFolders, relate } from "../../config/folder_rules.ts";
import { FolderNameError, splitRelativeFolder } from "../../config/names/relative_folder.ts";
import { faultOfReservedPath } from "../../config/names/reserved_names.ts";
import { MAX_PROC } from "../../config/ranges.ts";
import type { Settings } from "../../config/settings.ts";
import { isLink } from "../../../ffi/system/files.ts";
import { removeFile } from "../../files/durable.ts";
import { isMissing, messageOf, reasonOf } from "../../files/errors.ts";
import { probeName } from "../../files/probe.ts";
import { isClaimId } from "../../frames/claim/claim.ts";
import type { DrainingFolder } from "../../frames/stage.ts";
import {
  CLIENT_SETTINGS,
  type ClientSetting,
  keyOf,
  type SettingChange,
  SettingRefusedError,
  withChange,
} from "./client_settings.ts";
import type { TimeLimit } from "../../time/time_limit.ts";
import { faultOfRoot } from "./allowed_roots.ts";
import { LOCK_NAME } from "../../files/service_names.ts";
import { misplacedPlugins } from "./plugins_apart.ts";

/** A change is made or refused within this time: clients of Tango wait 3 s by default. */
export const CHECK_MS_MAX = 2000;

export interface ChangeCheck {
  readonly settings: Settings;
  /** The configuration's, which say what clients may choose. */
  readonly configured: Settings;
  /** Folders that are not empty yet. */
  readonly left: readonly Pick<DrainingFolder, "kind" | "path">[];
  readonly limit: TimeLimit;
  /** On the monotonic clock. */
  readonly deadline_ms: number;
}

type FolderSetting = {
  [Key in ClientSetting]: (typeof CLIENT_SETTINGS)[Key]["kind"] extends "folder" ? Key : never;
}[ClientSetting];

const WINDOWS = Deno.build.os === "windows";
/** The longest that any system takes, and with it what is compared and reported stays small. */
const PATH_LENGTH_MAX = 4096;
/** Of a value that is refused so much is repeated. */
const SHOWN_LENGTH_MAX = 200;
/** A folder with more entries is asked no further. */
const ENTRIES_MAX = 10_000;

/** The sentence of a refusal; of a long value only the beginning. */
export function refusal(change: SettingChange, reason: string): SettingRefusedError {
  const text = JSON.stringify(change.value);
  const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
  return new SettingRefusedError(`Cannot set ${keyOf(change.key)} to ${shown}: ${reason}`);
}

/**
 * The change in the form in which it is kept. The folder of the output is made.
 * @throws {SettingRefusedError}
 */
export async function checkChange(change: SettingChange, check: ChangeCheck): Promise<SettingChange> {
  const checked = checkText(change);
  const settings = withChange(check.settings, checked);
  if (settings.folders === check.settings.folders) return checked;
  refuseClashes(checked, settings, check);
  await onDisk(checked, check, async () => {
    if (checked.key === "max_proc") return;
    if (isFolder(checked)) {
      const fault = faultOfRoot(checked.value, check.configured);
      if (fault !== null) throw refusal(checked, fault);
    }
    if (checked.key === "output_root" || checked.key === "output_dir") await checkOutput(checked, settings);
    else await checkWay(checked);
    const misplaced = await misplacedPlugins(settings);
    if (misplaced !== null) throw refusal(checked, `plugins.dir: ${misplaced}`);
  });
  return checked;
}

/** @throws {SettingRefusedError} for what no disk need be asked */
export function checkText(change: SettingChange): SettingChange {
  if (change.key === "max_proc") {
    const { value } = change;
    if (Number.isInteger(value) && value >= MAX_PROC.low && value <= MAX_PROC.high) return change;
    throw refusal(change, `a whole number from ${MAX_PROC.low} to ${MAX_PROC.high} is needed`);
  }
  const { key, value } = change;
  if (value.length > PATH_LENGTH_MAX) throw refusal(change, `it has ${value.length} characters, too many for a path`);
  if (value.includes("\0")) throw refusal(change, "a path cannot contain a NUL character");
  if (key === "output_dir") return { key, value: relativeFolder(change, value) };
  const fault = value === ""
    ? "it is empty"
    : faultOfPath(value, { windows: WINDOWS }) ?? (key === "raw" ? null : faultOfReservedPath(value));
  if (fault !== null) throw refusal(change, fault);
  if (!isAbsolute(value)) throw refusal(change, "an absolute path is needed");
  return { key, value: resolve(value) };
}

function isFolder(change: SettingChange): change is SettingChange & { readonly key: FolderSetting } {
  return CLIENT_SETTINGS[change.key].kind === "folder";
}

function relativeFolder(change: SettingChange, value: string): string {
  try {
    return splitRelativeFolder(value).join(sep);
  } catch (error) {
    if (!(error instanceof FolderNameError)) throw error;
    throw refusal(change, error.fault);
  }
}

function refuseClashes(change: SettingChange, settings: Settings, { left }: ChangeCheck): void {
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  const folders = { raw, temp, proc, output: join(output_root, output_dir) };
  const own = change.key === "output_root" || change.key === "output_dir" ? "output" : change.key;
  if (own === "max_proc") return;
  const path = folders[own];
  const others = Object.entries(folders).filter(([key]) => key !== own)
    .map(([key, path]) => ({ key: key === "output" ? "folders.output_root" : `folders.${key}`, path }));
  for (const other of others) {
    const clash = clashesOfFolders([other, { key: keyOf(change.key), path }], { windows: WINDOWS })[0];
    if (clash !== undefined) throw refusal(change, clash.message);
  }
  for (const folder of left) {
    const relation = relate(path, folder.path, { windows: WINDOWS });
    if (relation === null || (relation === "same" && folder.kind === own)) continue;
    throw refusal(
      change,
      `frames are still in progress in ${folder.path}, which was the ${folder.kind} folder before; try again later`,
    );
  }
  // The state, the plugins, and the archive of darks.
  const rest = folderClashes(settings, { windows: WINDOWS })[0];
  if (rest !== undefined) throw refusal(change, `${rest.key}: ${rest.message}`);
}

async function onDisk(change: SettingChange, check: ChangeCheck, work: () => Promise<void>): Promise<void> {
  try {
    await check.limit.run(work, check.deadline_ms - performance.now());
  } catch (error) {
    throw error instanceof SettingRefusedError ? error : refusal(change, reasonOf(error));
  }
}

async function checkWay(change: SettingChange & { readonly key: FolderSetting }): Promise<void> {
  await checkFolder(change, change.value);
  if (change.key === "temp" || change.key === "proc") await refuseForeignFolders(change);
  await probe(change, change.value);
}

async function checkOutput(change: SettingChange, { folders }: Settings): Promise<void> {
  const { output_root, output_dir } = folders;
  await checkFolder(change, output_root);
  const output = join(output_root, output_dir);
  await makeBelow(change, output_root, output_dir);
  if (output_dir !== "") await checkFolder(change, output);
  // The same folder may have another name: a link, another drive's letter.
  if (await isThere(join(output, LOCK_NAME))) throw refusal(change, "a pewatch takes frames out of this folder");
  await probe(change, output);
}

async function checkFolder(change: SettingChange, path: string): Promise<void> {
  try {
    for await (const _entry of Deno.readDir(path)) break;
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) throw refusal(change, `${path} is a file, a directory is needed`);
    if (isMissing(error)) {
      throw refusal(change, change.value === path ? "directory does not exist" : `directory ${path} does not exist`);
    }
    throw error;
  }
}

/** Each folder in temp or proc is taken for a frame in progress. */
async function refuseForeignFolders(change: SettingChange & { readonly key: FolderSetting }): Promise<void> {
  let entries = 0;
  for await (const { name, isDirectory } of Deno.readDir(change.value)) {
    if (isDirectory && !name.startsWith(".") && !isClaimId(name)) {
      throw refusal(change, `it contains the folder ${name}; choose one without folders of others`);
    }
    if (++entries >= ENTRIES_MAX) return;
  }
}

/** One by one: a root that is away must not be made anew. */
async function makeBelow(change: SettingChange, root: string, relative: string): Promise<void> {
  let path = root;
  for (const name of relative.split(sep)) {
    if (name === "") continue;
    path = join(path, name);
    try {
      await Deno.mkdir(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) {
        throw refusal(change, `the folder ${path} cannot be made: ${reasonOf(error)}`);
      }
      if (isLink(path)) throw refusal(change, `${path} is a link, and links are not followed below the output root`);
    }
  }
}

async function probe(change: SettingChange, folder: string): Promise<void> {
  const path = join(folder, probeName());
  try {
    await Deno.writeTextFile(path, "probe", { createNew: true });
    removeFile(path); // not by Deno.remove: ImDisk may not answer what that asks
  } catch (error) {
    throw refusal(change, `a test file cannot be written and removed there: ${messageOf(error)}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
