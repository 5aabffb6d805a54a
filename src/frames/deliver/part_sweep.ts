/**
 * Removes parts that stayed in the output although nobody works on them: of a claim that went with a RAM disk, or of a
 * delivery whose folder was away at the moment when its part was to be removed. And probes of a program that was killed.
 */
import { join } from "node:path";
import { removeFile } from "../../files/durable.ts";
import { folderExists, listFolder } from "../../files/listing.ts";
import { isProbeName } from "../../files/probe.ts";
import { PART_OF_CLAIM } from "../../files/service_names.ts";
import { isBelow, outputRoots } from "../claim/belief.ts";
import { ownerOf } from "../claim/owner.ts";
import { allOf } from "../claim/draining_folders.ts";
import type { FrameFolders } from "../stage.ts";

/** A folder that was away may come back late, or file by file: it is looked at again four times as late each time. */
const FIRST_PAUSE_MS = 1000;
const PAUSE_FACTOR = 4;
/** The last look comes some five hours after the first. */
const LOOKS_MAX = 8;
/** A folder that is not there is waited for. */
const AWAY_PAUSE_MS_MAX = 60_000;
const AWAY_MS_MAX = 24 * 3_600_000;
/** Forgetting leaves a hidden file until the next start. */
const REMEMBERED_MAX = 1000;
/** Of one firing: on a share each look takes its time. */
const LOOKS_IN_FIRING = 4;

interface Due {
  readonly next_ms: number;
  /** Before the look after the next one. */
  readonly pause_ms: number;
  readonly looksLeft: number;
  readonly until_ms: number;
}

/** One of each worker that writes parts. */
export class PartSweep {
  readonly #seen = new Set<string>();
  readonly #due = new Map<string, Due>();

  /** Something is written to a folder: what an earlier process left there is removed once. */
  writesTo(folder: string): void {
    if (this.#seen.has(folder)) return;
    if (this.#seen.size >= REMEMBERED_MAX) this.#seen.clear();
    this.#seen.add(folder);
    if (!this.#due.has(folder)) this.#put(folder, 1);
  }

  /** A part may have stayed in a folder: it was not there when it was to be removed. */
  mayHaveLeft(folder: string): void {
    this.#put(folder, LOOKS_MAX);
  }

  /** One firing, with nothing more urgent to do; never throws. */
  work(folders: FrameFolders): void {
    let left = LOOKS_IN_FIRING;
    for (const [folder, { next_ms, pause_ms, looksLeft, until_ms }] of this.#due) {
      if (left === 0) return;
      const now_ms = performance.now();
      if (now_ms < next_ms) continue;
      left--;
      const found = trySweep(folder, folders);
      const next = {
        next_ms: now_ms + pause_ms,
        pause_ms: pause_ms * PAUSE_FACTOR,
        looksLeft: looksLeft - 1,
        until_ms,
      };
      if (found === 0 && next.looksLeft > 0) this.#due.set(folder, next);
      else if (found === null && now_ms < until_ms) {
        this.#due.set(folder, { ...next, pause_ms: Math.min(next.pause_ms, AWAY_PAUSE_MS_MAX), looksLeft });
      } else this.#due.delete(folder);
    }
  }

  #put(folder: string, looksLeft: number): void {
    this.#due.delete(folder);
    if (this.#due.size >= REMEMBERED_MAX) this.#due.delete(this.#due.keys().next().value!);
    const now_ms = performance.now();
    this.#due.set(folder, {
      next_ms: now_ms,
      pause_ms: FIRST_PAUSE_MS,
      looksLeft,
      until_ms: now_ms + AWAY_MS_MAX,
    });
  }
}

/** How many files were removed; null where the folder is away. What is hidden and harmless is reported by nobody. */
function trySweep(folder: string, folders: FrameFolders): number | null {
  try {
    return folderExists(folder) ? sweep(folder, folders) : null;
  } catch {
    return null;
  }
}

function sweep(folder: string, folders: FrameFolders): number {
  if (!isBelow(folder, outputRoots(folders))) return 0;
  const owners = allOf(folders, "temp").map(ownerOf);
  const { files } = listFolder(folder);
  const parts = files.flatMap((name) => {
    const [, id, owner] = PART_OF_CLAIM.exec(name) ?? [];
    return id !== undefined && owners.includes(owner!) ? [{ name, id }] : [];
  });
  // After the parts: a claim that is gone now was finished, and so were its parts.
  const inProgress = parts.length === 0 ? [] : namesInProgress(folders);
  const dead = parts.filter(({ id }) => !inProgress.some((name) => name.includes(id))).map(({ name }) => name);
  return [...dead, ...files.filter(isProbeName)].filter((name) => removeFile(join(folder, name))).length;
}

/** Claims, late files and marks of series; a claim that moves between the two folders is met in one of four looks. */
function namesInProgress(folders: FrameFolders): readonly string[] {
  return (["temp", "proc", "temp", "proc"] as const).flatMap((kind) =>
    allOf(folders, kind).flatMap((path) => {
      const { files, folders } = listFolder(path);
      return [...files, ...folders];
    })
  );
}
