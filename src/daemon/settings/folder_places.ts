/**
 * Folders inside each other, by their content instead of their text: a link, another drive's letter or a second mount
 * may lead from one into another. A frame that is delivered into a raw folder would be taken for a new one, for ever.
 */
import { dirname, join } from "node:path";
import { outputFolder, type Settings } from "../../config/settings.ts";
import { tryToRemove } from "../../files/durable.ts";
import { folderExists, listFolder, nameIsTaken } from "../../files/listing.ts";
import { probeName } from "../../files/probe.ts";
import { type LockHolder, lockIsHeld, readHolder } from "./folder_lock.ts";

export interface PlacedFolder {
  /** The key that names it, "folders.raw". */
  readonly key: string;
  readonly path: string;
}

export interface PlaceFault extends PlacedFolder {
  /** A sentence without the key. */
  readonly message: string;
}

/** No system has deeper folders. */
const LEVELS_MAX = 256;
/** A look into more folders than this would hold up the start. */
const FOLDERS_MAX = 5000;

/** What a configuration's folders are to each other, on the disk. What is not there cannot be asked. */
export function placeFaults(settings: Settings): PlaceFault[] {
  const { raw, temp, proc } = settings.folders;
  const way: PlacedFolder[] = [
    { key: "folders.raw", path: raw },
    { key: "folders.temp", path: temp },
    { key: "folders.proc", path: proc },
  ];
  const output = outputPlace(settings);
  const inside = insideFaults(way, [...way, output, { key: "daemon.state_dir", path: settings.daemon.state_dir }]);
  return [...inside, ...heldFaults(output)];
}

function outputPlace(settings: Settings): PlacedFolder {
  const { output_root, output_dir } = settings.folders;
  const path = outputFolder(settings);
  if (output_dir === "" || !isThere(path)) return { key: "folders.output_root", path: output_root };
  return { key: "folders.output_dir", path };
}

/** Which of `folders` are found inside one of `around`, by a file that is made in the one and looked for in the other. */
export function insideFaults(around: readonly PlacedFolder[], folders: readonly PlacedFolder[]): PlaceFault[] {
  const faults: PlaceFault[] = [];
  const probes = new Map<PlacedFolder, string>();
  try {
    for (const folder of folders) {
      const probe = probeName();
      if (makeProbe(join(folder.path, probe))) probes.set(folder, probe);
    }
    for (const outer of around) {
      const others = [...probes].filter(([{ path }]) => path !== outer.path);
      for (const path of foldersBelow(outer.path)) {
        for (const [folder, probe] of others) {
          if (!holds(path, probe)) continue;
          const message = path === outer.path
            ? `${folder.path} is ${outer.key} (${outer.path}) under another name; use two different folders`
            : `${folder.path} leads to ${path}, inside ${outer.key} (${outer.path}); choose a folder outside of it`;
          faults.push({ ...folder, message });
        }
      }
    }
    return faults;
  } finally {
    for (const [{ path }, probe] of probes) tryToRemove(join(path, probe));
  }
}

/** Whether a pewatch takes frames out of this folder or of one above it, whatever way leads there. */
export function heldFaults(folder: PlacedFolder): PlaceFault[] {
  for (const path of foldersAbove(folder.path)) {
    if (!lockIsHeld(path)) continue;
    const message = `${folder.path} lies in ${path}, where ${holderText(readHolder(path))} takes frames: ` +
      "delivered frames would be taken again; choose a folder outside of it";
    return [{ ...folder, message }];
  }
  return [];
}

function holderText(holder: LockHolder | null): string {
  if (holder === null) return "another process";
  return holder.pid === Deno.pid ? "this pewatch" : `process ${holder.pid} on ${holder.host} (${holder.program})`;
}

/** The folder and those above it: by the path's text, and as the disk has it, where a link's target has others. */
function* foldersAbove(folder: string): Generator<string> {
  for (let path = folder, levels = 0; levels < LEVELS_MAX; levels++) {
    yield path;
    const above = dirname(path);
    if (above === path) break;
    path = above;
  }
  if (Deno.build.os === "windows") return; // takes ".." out of the text
  let below = "";
  for (let path = folder, levels = 0; levels < LEVELS_MAX; levels++) {
    const identity = identityOf(path);
    if (identity === null || identity === below) return;
    below = identity;
    yield path;
    path = `${path}/..`;
  }
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}

/** The folder and all below it that a scan would look into: no link is followed. */
function* foldersBelow(root: string): Generator<string> {
  const waiting = [root];
  for (let count = 0; count < FOLDERS_MAX; count++) {
    const path = waiting.pop();
    if (path === undefined) return;
    yield path;
    let folders: readonly string[];
    try {
      folders = listFolder(path).folders;
    } catch {
      continue; // a scan cannot look into it either
    }
    for (const name of folders) if (!name.startsWith(".")) waiting.push(join(path, name));
  }
}

/** Not where a folder cannot be looked into (no right, too long a path): a scan cannot either. */
function holds(folder: string, name: string): boolean {
  try {
    return nameIsTaken(join(folder, name));
  } catch {
    return false;
  }
}

function makeProbe(path: string): boolean {
  try {
    Deno.writeTextFileSync(path, "probe", { createNew: true });
    return true;
  } catch {
    return false; // it is not there, or takes no files: others say so
  }
}

function isThere(path: string): boolean {
  try {
    return folderExists(path);
  } catch {
    return false;
  }
}
