/**
 * Opens files under fixed names in folders that others write to. Whatever has such a name, a link is never followed, a
 * pipe or a device never waited for, and no file that has another name elsewhere is written to.
 *
 * An entry that is no plain file is named in a ForeignEntryError; `setAside` gives it another name, so that the program
 * can go on and nothing is lost.
 */
import { join } from "node:path";
import { canBeListed, holdEntry, isLink, nameIsFree } from "../../ffi/system/files.ts";
import { fill, removeFile } from "./durable.ts";
import { isMissing, isRefusedByDriver } from "./errors.ts";
import { makeFolder } from "./listing.ts";

/** Something other than a plain file has a name that pewatch uses. */
export class ForeignEntryError extends Error {
  override readonly name = "ForeignEntryError";

  /** @param what "a symbolic link" */
  constructor(path: string, what: string) {
    super(`Cannot use ${path}: it is ${what}, a plain file of pewatch's own is needed; remove it`);
  }
}

export interface PlainOpenOptions {
  readonly write?: boolean;
  readonly append?: boolean;
}

/**
 * Opens a plain file that is there, to read and as far as `options` say to write.
 * @throws ForeignEntryError where the name belongs to anything else; to write, also where the file has a second name
 *   (hard links); else the system's error
 */
export function openPlain(path: string, options: PlainOpenOptions = {}): Deno.FsFile {
  const writes = options.write === true || options.append === true;
  const how = { read: true, ...options };
  using held = holdEntry(path);
  if (held !== null) {
    const info = statOrNull(held.path);
    if (info !== null) {
      check(path, info, writes);
      try {
        return Deno.openSync(held.path, how);
      } catch {
        // The next way's error names the file.
      }
    }
  }
  const named = Deno.lstatSync(path);
  check(path, named, writes);
  const file = Deno.openSync(path, how);
  try {
    const open = file.statSync();
    check(path, open, writes);
    // Between the look and the opening the name may have been given to a link.
    if (named.ino !== null && open.ino !== null && (named.ino !== open.ino || named.dev !== open.dev)) {
      throw new ForeignEntryError(path, "another file by now");
    }
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Null without a /proc file system. */
function statOrNull(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}

function check(path: string, info: Deno.FileInfo, writes: boolean): void {
  if (!info.isFile) throw new ForeignEntryError(path, kindOf(info));
  if (writes && info.nlink !== null && info.nlink > 1) throw new ForeignEntryError(path, "a file with a second name");
}

function kindOf(info: Deno.FileInfo): string {
  if (info.isSymlink) return "a symbolic link";
  if (info.isDirectory) return "a folder";
  return info.isFifo ? "a named pipe" : info.isSocket ? "a socket" : "a device";
}

/**
 * All bytes of a plain file, or null where nothing has the name.
 * @param bytesMax a larger file is not what is looked for, and not read
 * @throws ForeignEntryError, RangeError, or the system's error
 */
export function readPlain(path: string, bytesMax: number): Uint8Array<ArrayBuffer> | null {
  try {
    using file = openPlain(path);
    const { size } = file.statSync();
    if (size > bytesMax) throw new RangeError(`Cannot read ${path}: ${size} bytes are too many`);
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, fill(file, bytes));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * All bytes of a plain file that has to be there.
 * @throws Deno.errors.NotFound, and what `readPlain` throws
 */
export function readExisting(path: string, bytesMax: number): Uint8Array<ArrayBuffer> {
  const bytes = readPlain(path, bytesMax);
  if (bytes === null) throw new Deno.errors.NotFound(`Cannot find ${path}`);
  return bytes;
}

/**
 * Makes a new file under a name of the program's own, to write and to read back. What a run that was cut off left there
 * is removed; what is no plain file is set aside.
 * @throws the system's error
 */
export function createOwn(path: string): Deno.FsFile {
  // Windows makes the target of a link that leads nowhere.
  if (Deno.build.os === "windows") freeName(path);
  try {
    return Deno.openSync(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  freeName(path);
  return Deno.openSync(path, { read: true, write: true, createNew: true });
}

/** Removes the plain file of this name (another name of it keeps its content), sets anything else aside. */
export function freeName(path: string): void {
  if (nameIsFree(path)) return;
  const info = lstatOrNull(path);
  if (info === null) return;
  if (info.isFile) removeFile(path);
  else setAside(path);
}

/** Sets aside what has the name, unless it is a plain file that may be written. */
export function keepPlain(path: string): void {
  const info = lstatOrNull(path);
  if (info !== null && (!info.isFile || (info.nlink ?? 1) > 1)) setAside(path);
}

/** Where a wrong path of a configuration must not cost the system an entry. */
const SYSTEM_ENTRY = /^\/(dev\/(?!shm\/)|proc\/|sys\/)/;

/**
 * Gives an entry that is in the way another name beside it, and reports it.
 * @returns the name
 * @throws ForeignEntryError for what is the system's own; the system's error
 */
export function setAside(path: string): string {
  if (SYSTEM_ENTRY.test(path)) throw new ForeignEntryError(path, "the system's own");
  const aside = `${path}.foreign-${crypto.randomUUID().slice(0, 8)}`;
  Deno.renameSync(path, aside);
  foreignEntries.report(`${path} was not written by pewatch, which needs this name: it was renamed to ${aside}`);
  return aside;
}

/**
 * Makes folders of the program's own below `root` (which is made too), as far as they are missing. What is no folder is
 * set aside, a link to one too.
 * @param relative forward slashes
 * @returns the folder's path
 */
export function makeOwnFolder(root: string, relative: string): string {
  makeFolder(root);
  let path = root;
  for (const segment of relative.split("/")) {
    path = join(path, segment);
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      // Listed first: a folder on ImDisk answers nothing else.
      if (!isLink(path) && (canBeListed(path) || (lstatOrNull(path)?.isDirectory ?? true))) continue;
      setAside(path);
      Deno.mkdirSync(path);
    }
  }
  return path;
}

/** Where such entries are reported: each thread of the program puts its log here. */
export const foreignEntries: { report: (text: string) => void } = { report: (text) => console.warn(text) };

export function reportForeignTo(log: { warn(text: string): void }): void {
  foreignEntries.report = (text) => log.warn(text);
}

function lstatOrNull(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (isMissing(error) || isRefusedByDriver(error)) return null;
    throw error;
  }
}
