/** Checks folders by using them: a probe is written, read, renamed, linked, removed. No folder is ever stat-ed. */
import { dirname, join } from "node:path";
import { removeFolder, tryToRemove } from "../../files/durable.ts";
import { isMissing, isOtherVolume, isRefusedByDriver, messageOf } from "../../files/errors.ts";
import { folderExists } from "../../files/listing.ts";
import { probeName } from "../../files/probe.ts";
import { type Finding, ok, problem, warning } from "./check.ts";
import { FolderInUseError, FolderLock } from "../../daemon/settings/folder_lock.ts";
import type { Settings } from "../../config/settings.ts";
import { readSettingsFile, settingsPath } from "../../daemon/settings/settings_file.ts";
import { doubtOf } from "../../files/output_marker.ts";

export interface CheckedFolder {
  /** The key that names it, "folders.raw". */
  readonly key: string;
  readonly path: string;
  /** `pewatch run` waits for it where it is missing, since a client has set it. */
  readonly isWaitedFor?: boolean;
}

/** Whether a folder can be written, read and cleared; one that is missing, whether it can be made. */
export function checkFolder(folder: CheckedFolder): Finding {
  const content = `probe of pewatch ${crypto.randomUUID()}`;
  const probe = join(folder.path, probeName());
  let step = "written";
  try {
    Deno.writeTextFileSync(probe, content, { createNew: true });
    step = "read";
    const found = Deno.readTextFileSync(probe);
    step = "inspected";
    Deno.lstatSync(probe);
    step = "removed";
    Deno.removeSync(probe);
    if (found === content) return ok(folder.key, folder.path);
    return problem(
      folder.key,
      `${folder.path}: a test file read back differs from what was written`,
      "Check the disk or the share",
    );
  } catch (error) {
    tryToRemove(probe);
    if (step === "written" && isMissing(error)) return checkMissing(folder, error);
    return problem(
      folder.key,
      `${folder.path}: a file cannot be ${step}: ${messageOf(error)}`,
      remedyFor(folder, error),
    );
  }
}

/** What to do where a folder's files cannot be used. */
export function remedyFor(folder: CheckedFolder, error: unknown, os: typeof Deno.build.os = Deno.build.os): string {
  if (isRefusedByDriver(error, os)) {
    return "On a RAM disk made by ImDisk, pewatch must be built with Deno 2.8.2 or newer " +
      `(this one: ${Deno.version.deno}, see pewatch --version); use such a build, or another RAM disk`;
  }
  return `Give the account that runs pewatch the right to write there, or set another folder for ${folder.key}`;
}

/** `pewatch run` makes its folders, so one that can be made is no problem. `error` is why no file could be made in it. */
function checkMissing(folder: CheckedFolder, error: unknown): Finding {
  const remedy = `Make the folder, or correct ${folder.key}`;
  let above = folder.path;
  try {
    while (!folderExists(above)) {
      if (isFile(above)) return problem(folder.key, `${folder.path}: the file ${above} is in its way`, remedy);
      if (dirname(above) === above) return problem(folder.key, `${folder.path}: its volume does not exist`, remedy);
      above = dirname(above);
    }
    if (above === folder.path) throw error;
    const probe = join(above, probeName());
    Deno.mkdirSync(probe);
    removeFolder(probe);
    if (folder.isWaitedFor === true) {
      return warning(folder.key, `${folder.path}: does not exist; frames wait until it does`, "Make the folder");
    }
    return ok(folder.key, `${folder.path}: does not exist yet; pewatch run makes it`);
  } catch (reason) {
    return problem(folder.key, `${folder.path}: nothing can be made in ${above}: ${messageOf(reason)}`, remedy);
  }
}

export function isMissingFolder(path: string): boolean {
  try {
    return !folderExists(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether frames can be renamed from one folder into the next; both must have passed `checkFolder`. */
export function checkOneVolume(from: CheckedFolder, to: CheckedFolder): Finding {
  const name = `${from.key} to ${to.key}`;
  const probe = join(from.path, probeName());
  const moved = join(to.path, probeName());
  try {
    Deno.writeTextFileSync(probe, "probe", { createNew: true });
    Deno.renameSync(probe, moved);
    return ok(name, "on one volume: frames are renamed");
  } catch (error) {
    if (isOtherVolume(error)) {
      return warning(
        name,
        "on two volumes: each frame is copied instead of renamed",
        `Set ${to.key} to a folder on the volume of ${from.key} (${from.path})`,
      );
    }
    return problem(name, `a file cannot be renamed: ${messageOf(error)}`, "Check the rights of both folders");
  } finally {
    tryToRemove(probe);
    tryToRemove(moved);
  }
}

/** Whether the output has hard links, by which a delivered file gets its name without ever replacing another. */
export function checkHardLinks(folder: CheckedFolder): Finding {
  const probe = join(folder.path, probeName());
  const linked = join(folder.path, probeName());
  try {
    Deno.writeTextFileSync(probe, "probe", { createNew: true });
    Deno.linkSync(probe, linked);
    return ok("hard links", `${folder.path} has them`);
  } catch (error) {
    return warning(
      "hard links",
      `${folder.path} has none (${
        messageOf(error)
      }), as on FAT, exFAT and some shares: files get their names by renames ` +
        "that replace nothing",
      "Nothing, unless it is a share of Linux: let no other program write frames of the same names there",
    );
  } finally {
    tryToRemove(probe);
    tryToRemove(linked);
  }
}

/** A moment that FAT cannot keep: its times are in steps of two seconds. */
const ODD_TIME_S = 1_700_000_001;
/** Finer than FAT's steps, coarser than those of any other file system. */
const TIME_STEP_MAX_S = 0.5;

/** Recognises a FAT volume by the times of its files; null where there is nothing to say. */
export function checkTimes(folder: CheckedFolder): Finding | null {
  const probe = join(folder.path, probeName());
  try {
    Deno.writeTextFileSync(probe, "probe", { createNew: true });
    Deno.utimeSync(probe, ODD_TIME_S, ODD_TIME_S);
    const kept_s = (Deno.lstatSync(probe).mtime?.getTime() ?? 0) / 1000;
    return findingOfTimes(folder, kept_s - ODD_TIME_S);
  } catch {
    return null; // whether files can be written is another check's
  } finally {
    tryToRemove(probe);
  }
}

/** @param off_s by how much the time that was kept is not the one that was set */
export function findingOfTimes(folder: CheckedFolder, off_s: number): Finding | null {
  if (Math.abs(off_s) < TIME_STEP_MAX_S) return null;
  return warning(
    folder.key,
    `${folder.path} keeps times in steps of two seconds: it is a FAT volume, where no file may be larger than 4 GB ` +
      "and a crash of the system may lose what was written",
    "Format it as NTFS, which a RAM disk can be too; frames of a single image work as it is",
  );
}

/**
 * Takes the lock that a daemon takes, and gives it back at once; the folders must be there.
 * A daemon that runs is no fault, so what it holds is only reported.
 */
export function checkLock(folders: readonly string[]): Finding {
  try {
    FolderLock.take(folders).release();
    return ok("lock", "no other process works on these folders");
  } catch (error) {
    if (!(error instanceof FolderInUseError)) {
      return warning("lock", `it cannot be tested: ${messageOf(error)}`, "See what doctor says about the folders");
    }
    const { holder, folder } = error;
    if (holder === null) return ok("lock", `another process works on ${folder}`);
    return ok(
      "lock",
      `process ${holder.pid} on ${holder.host} works on ${folder}, since ${holder.since} (${holder.program})`,
    );
  }
}

/**
 * Null where nothing speaks against it.
 * @param how.makesOutput whether `pewatch run` makes a root that is missing
 */
export function checkOutputRoot(settings: Settings, how: { readonly makesOutput: boolean }): Finding | null {
  const { output_root } = settings.folders;
  const key = "folders.output_root";
  try {
    if (!folderExists(output_root)) {
      if (how.makesOutput) return null;
      const remedy = `Mount the share or make the folder, then type: pewatch init --output "${output_root}"; ` +
        "until then frames wait in the raw folder";
      return problem(key, `${output_root}: it does not exist`, remedy);
    }
    const doubt = doubtOf(output_root, markedRoots(settings));
    return doubt === null ? null : problem(key, doubt, "Mount the share; until then frames wait");
  } catch (error) {
    return problem(
      key,
      `${output_root}: it cannot be read: ${messageOf(error)}`,
      `Give the account that runs pewatch the right to read ${output_root}`,
    );
  }
}

/** Whether the file can be read is another check's. */
function markedRoots({ daemon }: Settings): readonly string[] {
  try {
    return readSettingsFile(settingsPath(daemon.state_dir)).roots.marked ?? [];
  } catch {
    return [];
  }
}
