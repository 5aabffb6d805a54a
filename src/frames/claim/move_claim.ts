/** Moves a claim to another stage's folder, which may be on another volume. */
import { join } from "node:path";
import { removeFile, removeFolder, syncFolder, whileHeldOpen } from "../../files/durable.ts";
import { isOtherVolume, reasonOf } from "../../files/errors.ts";
import { folderExists, listFolder, makeFoldersBelow, statOf } from "../../files/listing.ts";
import { readRecord } from "./record.ts";
import { allOf } from "./draining_folders.ts";
import { copyFile } from "./move_file.ts";
import type { FrameFolders } from "../stage.ts";
import {
  ATTEMPTS_NAME,
  DONE_NAME,
  MOVING_NAME,
  MOVING_PREFIX,
  PART_ENDING,
  RECORD_NAME,
} from "../../files/service_names.ts";
import { discardClaim, listUnfinished } from "./claim.ts";

/**
 * Moves a whole claim to another stage's folder: one rename, or, where the volumes differ, a verified copy before the
 * source is removed.
 */
export async function moveClaim(id: string, options: { from: string; to: string }): Promise<void> {
  const [source, target] = [join(options.from, id), join(options.to, id)];
  try {
    await whileHeldOpen(() => Deno.renameSync(source, target));
  } catch (error) {
    if (!isOtherVolume(error)) throw error;
    await moveClaimAcross(source, { to: options.to, id });
  }
}

/** Until the source's record says that it is done, the source is the claim; from then on the copy is. */
async function moveClaimAcross(source: string, target: { to: string; id: string }): Promise<void> {
  withoutMoves.delete(target.to);
  const moving = makeFoldersBelow(target.to, MOVING_PREFIX + target.id);
  try {
    const left = [RECORD_NAME, RECORD_NAME + PART_ENDING, MOVING_NAME, ATTEMPTS_NAME];
    const others = listFolder(source).files.filter((name) => !left.includes(name));
    // The record goes last: a copy that has it is whole.
    for (const name of [...others, RECORD_NAME]) copyFile(join(source, name), join(moving, name));
    syncFolder(target.to);
    await whileHeldOpen(() => Deno.renameSync(join(source, RECORD_NAME), join(source, DONE_NAME)));
  } catch (error) {
    // On a volume that is full its space is needed, and the next try may go to another folder.
    tryToRemove(moving);
    throw error;
  }
  syncFolder(source);
  await whileHeldOpen(() => Deno.renameSync(moving, join(target.to, target.id)));
  await discardClaim(source);
}

/**
 * Folders in which no move is unfinished: none was when they were last looked at, and this worker, the only one that
 * makes moves there, has begun none since. Hundreds of claims may wait in them, which need not be listed at each firing.
 */
const withoutMoves = new Set<string>();

/**
 * Goes on with moves between two volumes that a stop interrupted, of the one stage that makes them: what its source has
 * released takes its place, other copies are removed and made anew.
 * @returns a line for each that stays, which holds up no other
 * @throws the system's error where the folder that claims are moved to now cannot be read
 */
export function finishMovesAcross(
  folders: FrameFolders,
  move: { from: "temp" | "proc"; to: "temp" | "proc" },
): readonly string[] {
  const unfinished = allOf(folders, move.to).flatMap((folder) => {
    if (withoutMoves.has(folder) && isReadable(folder)) return [];
    try {
      const names = listUnfinished(folder, MOVING_PREFIX);
      if (names.length === 0) withoutMoves.add(folder);
      return names.map((name) => ({ folder, name }));
    } catch (error) {
      if (folder === folders[move.to]) throw error;
      return []; // reported where its claims are looked for
    }
  });
  if (unfinished.length === 0) return [];
  const sources = allOf(folders, move.from);
  // One that is away may still have the claim: then nothing can be said of its copy.
  if (!sources.every(isReadable)) return [];
  return unfinished.flatMap(({ folder, name }) => {
    const moving = join(folder, name);
    const id = name.slice(MOVING_PREFIX.length);
    try {
      const stillInSource = sources.some((source) => statOf(join(source, id, RECORD_NAME)) !== null);
      if (stillInSource || readRecord(moving) === null) removeCopy(moving);
      else Deno.renameSync(moving, join(folder, id));
      return [];
    } catch (error) {
      return [`${moving} can be neither used nor removed: ${reasonOf(error)}`];
    }
  });
}

function isReadable(folder: string): boolean {
  try {
    return folderExists(folder);
  } catch {
    return false;
  }
}

function removeCopy(folder: string): void {
  for (const name of listFolder(folder).files) removeFile(join(folder, name));
  removeFolder(folder);
}

function tryToRemove(folder: string): void {
  try {
    removeCopy(folder);
  } catch {
    // the next firing removes it: its source still has the claim
  }
}
