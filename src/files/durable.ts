/** Small durable steps: flush a folder, rename and remove in spite of programs that hold a file open. */
import { dirname } from "node:path";
import { deleteFile, removeEmptyFolder, renameToFreeName } from "../../ffi/system/files.ts";
import { isMissing, isRefusedByDriver, mayBeHeldOpen } from "./errors.ts";
import { nameIsTaken } from "./listing.ts";
import { isUnsupported, noteLack } from "./volume_services.ts";

/** A virus scanner releases a file within some hundred milliseconds; what lasts longer waits for the next firing. */
const HELD_OPEN_TRIES = 5;
const HELD_OPEN_PAUSE_MS = 40;

/** Tries again, a bounded number of times, while another program holds the file open. */
export async function whileHeldOpen<T>(step: () => T): Promise<T> {
  for (let left = HELD_OPEN_TRIES;; left--) {
    try {
      return step();
    } catch (error) {
      if (left <= 1 || !mayBeHeldOpen(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, HELD_OPEN_PAUSE_MS));
    }
  }
}

/** The same where nothing can be awaited: the thread sleeps, a fifth of a second at most. */
export function whileHeldOpenSync<T>(step: () => T): T {
  for (let left = HELD_OPEN_TRIES;; left--) {
    try {
      return step();
    } catch (error) {
      if (left <= 1 || !mayBeHeldOpen(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_OPEN_PAUSE_MS);
    }
  }
}

/**
 * Flushes names that were made or changed in a folder. Windows keeps them in NTFS's journal and has no such call; a
 * volume that refuses it (older CIFS, some FUSE) does without, which is noted.
 * @throws the system's error where the folder is gone or the disk fails
 */
export function syncFolder(path: string): void {
  if (Deno.build.os === "windows") return;
  try {
    using folder = Deno.openSync(path, { read: true });
    folder.syncSync();
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    noteLack("folder flush", { path, error });
  }
}

/** Flushes a file's bytes; where the volume cannot, that is noted. */
export function syncFile(file: Pick<Deno.FsFile, "syncSync">, path: string): void {
  try {
    file.syncSync();
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    noteLack("file flush", { path: dirname(path), error });
  }
}

/** `syncFolder` for the thread that ticks. */
export async function syncFolderBehind(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    using folder = await Deno.open(path, { read: true });
    await folder.sync();
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    noteLack("folder flush", { path, error });
  }
}

/** `syncFile` for the thread that ticks. */
export async function syncFileBehind(file: Deno.FsFile, path: string): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    noteLack("file flush", { path: dirname(path), error });
  }
}

export function writeAll(file: Pick<Deno.FsFile, "writeSync">, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += file.writeSync(bytes.subarray(done));
}

/** Reads on until the memory is full or the file ends; returns the number of bytes. */
export function fill(file: Pick<Deno.FsFile, "readSync">, bytes: Uint8Array): number {
  let done = 0;
  while (done < bytes.length) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return done;
}

/**
 * Removes a file; one that is gone already is as good. A read-only file is made writable first, one that is held open
 * tried some times.
 * @returns whether it was there
 */
export function removeFile(path: string): boolean {
  return whileHeldOpenSync(() => {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (isMissing(error)) return false;
      // Deno asks for the kind of what it removes, and as it asks ImDisk may not answer.
      if (isRefusedByDriver(error) && deleteFile(path)) return true;
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
      makeWritable(path);
      Deno.removeSync(path);
    }
    return true;
  });
}

/** For what is hidden or half made, and may stay: the next who comes by removes it, or writes over it. */
export function tryToRemove(path: string): void {
  try {
    removeFile(path);
  } catch {
    // as above
  }
}

/** Takes the mark "read-only" from a file; as far as this account may. */
export function makeWritable(path: string): void {
  Deno.chmodSync(path, 0o644);
}

/**
 * Removes an empty folder.
 * @throws the system's error, or one of code EBUSY: a file that is open elsewhere is still in it, or it is open itself
 */
export function removeFolder(path: string): void {
  if (Deno.build.os !== "windows") return Deno.removeSync(path);
  whileHeldOpenSync(() => {
    if (removeEmptyFolder(path)) return;
    throw Object.assign(new Deno.errors.Busy(`Cannot remove the folder ${path}: it is open or not empty`), {
      code: "EBUSY",
    });
  });
}

/**
 * Gives a finished file its name, and never takes the name from another file. A hard link refuses a name that is taken,
 * and shows a watcher a file that is created; on Windows, where programs hear of both alike, and on volumes without
 * links it is a rename that refuses one. Where there is neither (some shares), the name is looked up first.
 * @returns whether the part is known to be gone: its folder may be away at that moment, or it is held open
 * @throws Deno.errors.AlreadyExists where the name is taken
 */
export function publish(part: string, path: string): boolean {
  if (Deno.build.os === "windows" && renameToFreeName(part, path)) return true;
  try {
    Deno.linkSync(part, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || isMissing(error)) throw error;
    if (renameToFreeName(part, path)) return true;
    if (nameIsTaken(path)) throw new Deno.errors.AlreadyExists(`the name is taken: ${path}`);
    Deno.renameSync(part, path);
    return true;
  }
  try {
    return removeFile(part);
  } catch (error) {
    // The name stands. A second try would find it taken; parts are cleared away by who made them.
    if (!mayBeHeldOpen(error)) throw error;
    return false;
  }
}
