/**
 * Keeps a second daemon off the folders of the first.
 *
 * The lock is the system's own on an open file, so it ends with the process that holds it, however that ends. Who
 * holds it stands in a second file, since on Windows nobody can read a locked one. Both names begin with a dot, which
 * no frame's does.
 */
import { type JsonFileKind, readJson, writeJson } from "../../files/json_file.ts";
import { isNumber, isText, shape } from "../../files/json_shape.ts";
import { hostname } from "node:os";
import { join, sep } from "node:path";
import { tryToRemove } from "../../files/durable.ts";
import { isMissing, messageOf } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";
import { keepPlain, openPlain } from "../../files/plain_file.ts";
import { isUnsupported, noteLack } from "../../files/volume_services.ts";
import { HOLDER_NAME, LOCK_NAME } from "../../files/service_names.ts";
import { isProcessGone } from "../../frames/claim/owner.ts";

/** Of a computer whose processes cannot be seen: a description that is older than this is of one that ended. */
const HOLDER_FRESH_MS = 120_000;
/** A description is some hundred bytes. */
const HOLDER_BYTES_MAX = 64 * 1024;

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** With offset. */
  readonly since: string;
  readonly program: string;
}

/** Another process works on the folder. */
export class FolderInUseError extends Error {
  override readonly name = "FolderInUseError";
  readonly folder: string;
  /** Null where its description cannot be read. */
  readonly holder: LockHolder | null;

  constructor(folder: string, holder: LockHolder | null) {
    const who = holder === null
      ? "another process"
      : `process ${holder.pid} on ${holder.host} (${holder.program}, since ${holder.since})`;
    super(`Cannot work on ${folder}: ${who} already does; stop it first, or set other folders for this one`);
    this.folder = folder;
    this.holder = holder;
  }
}

interface HeldLock {
  readonly folder: string;
  readonly file: Deno.FsFile;
}

export class FolderLock {
  #held: HeldLock[];

  private constructor(held: HeldLock[]) {
    this.#held = held;
  }

  /**
   * Locks all of the folders, which must exist, or none.
   * @throws {FolderInUseError} and the system's error where a folder cannot be written
   */
  static take(folders: readonly string[], holder: LockHolder = thisProcess()): FolderLock {
    const lock = new FolderLock([]);
    try {
      for (const folder of new Set(folders)) lock.#held.push(lockFolder(folder, holder));
      return lock;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Takes the files away and the locks off. */
  release(): void {
    for (const { folder, file } of this.#held) {
      tryToRemove(join(folder, HOLDER_NAME));
      // Before the lock is off: after it, this could be the file that the next holder has just locked.
      tryToRemove(join(folder, LOCK_NAME));
      file.close();
    }
    this.#held = [];
  }

  /** Takes the locks off and no file away: those that are there now may be another's. */
  abandon(): void {
    for (const { file } of this.#held) file.close();
    this.#held = [];
  }

  /** Whether a folder has this lock's file no more: it was removed, perhaps made anew, or its file was. */
  isLost(): boolean {
    return this.#held.some(({ folder, file }) => !isFileAt(join(folder, LOCK_NAME), file));
  }

  /** Writes anew when: where a volume has no locks, another computer sees by it that this process runs. */
  renew(): void {
    const now = new Date();
    for (const { folder } of this.#held) {
      try {
        Deno.utimeSync(join(folder, HOLDER_NAME), now, now);
      } catch {
        // the folder is away, or keeps no times
      }
    }
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function thisProcess(since = new Date()): LockHolder {
  return { pid: Deno.pid, host: hostname(), since: since.toISOString(), program: Deno.execPath() };
}

function lockFolder(folder: string, holder: LockHolder): HeldLock {
  const path = join(folder, LOCK_NAME);
  const file = openLockFile(path, folder);
  try {
    // The file may have been removed by its holder's end between the opening and the locking: then this lock keeps
    // nobody out.
    if (!tryLock(file, folder) || !isFileAt(path, file)) throw new FolderInUseError(folder, readHolder(folder));
    writeJson(join(folder, HOLDER_NAME), holder, { fsync: false });
    return { folder, file };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Where the volume has no locks, whoever says so in the description holds the folder. */
function tryLock(file: Deno.FsFile, folder: string): boolean {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    noteLack("lock", { path: folder, error });
    return !holderLives(folder);
  }
}

function openLockFile(path: string, folder: string): Deno.FsFile {
  try {
    // What others put there under this name is set aside: it would keep the folder's owner out for good.
    keepPlain(path);
    return makeOrOpen(path);
  } catch (error) {
    throw new Error(`Cannot lock ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

function makeOrOpen(path: string): Deno.FsFile {
  try {
    // Exclusively: this way no link is followed that comes between.
    return Deno.openSync(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  try {
    return openPlain(path, { write: true });
  } catch (error) {
    // Its holder has just ended.
    if (!isMissing(error)) throw error;
    return Deno.openSync(path, { read: true, write: true, createNew: true });
  }
}

/**
 * Whether a process works on a folder, this one or another. Where the volume has no locks, its description says it.
 * Never throws: a folder that cannot be asked counts as free.
 */
export function lockIsHeld(folder: string): boolean {
  try {
    using file = openPlain(nameIn(folder, LOCK_NAME));
    try {
      return !file.tryLockSync(false);
    } catch (error) {
      return isUnsupported(error) && holderLives(folder);
    }
  } catch {
    return false;
  }
}

/** Not by join(): it takes ".." out of a text, though what is above a link's target is another folder. */
function nameIn(folder: string, name: string): string {
  return folder + sep + name;
}

/** Whether who says that it holds the folder can be running: of another computer that is known by its writing only. */
function holderLives(folder: string): boolean {
  const holder = readHolder(folder);
  if (holder === null) return false;
  if (holder.host === hostname()) return !isProcessGone(holder.pid);
  const written_ms = statOf(join(folder, HOLDER_NAME))?.modified_ms ?? 0;
  return Date.now() - written_ms < HOLDER_FRESH_MS;
}

/** Whether the open file is the one that has this name; where the system gives no file numbers, that it has a file. */
function isFileAt(path: string, file: Deno.FsFile): boolean {
  try {
    const named = Deno.lstatSync(path).ino;
    const open = file.statSync().ino;
    return named === null || open === null || named === open;
  } catch {
    return false;
  }
}

const HOLDER: JsonFileKind<LockHolder> = {
  bytesMax: HOLDER_BYTES_MAX,
  what: "a description of a lock's holder",
  isRight: shape<LockHolder>({ pid: isNumber, host: isText, since: isText, program: isText }),
};

/** Who says that it holds the folder; null where nobody does. One that was killed leaves its description behind. */
export function readHolder(folder: string): LockHolder | null {
  try {
    return readJson(nameIn(folder, HOLDER_NAME), HOLDER);
  } catch {
    return null; // it is no description, or nothing that pewatch reads
  }
}
