/**
 * Lists folders and asks for single files. A folder itself is never opened as a file nor stat-ed: RAM disks made by
 * ImDisk refuse that on Windows.
 */
import { dirname, join, toNamespacedPath } from "node:path";
import { type RawEntries, readEntries } from "../../ffi/system/directory.ts";
import { canBeListed, isLink, nameIsFree } from "../../ffi/system/files.ts";
import { isMissing, isRefusedByDriver } from "./errors.ts";

export interface FolderListing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Symbolic links, whatever they lead to: nobody but a person makes them. */
  readonly links: readonly string[];
  /** Pipes, sockets and devices. */
  readonly specials: readonly string[];
}

/** Listings of folders with so many entries are kept: as long as nothing has changed, the same object is returned. */
const KEPT_ENTRIES_MIN = 1000;
/** Of so many entries together; the folder that was listed longest ago is forgotten first. */
const KEPT_ENTRIES_MAX = 2_000_000;

interface Kept {
  readonly fingerprint: string;
  readonly count: number;
  readonly listing: FolderListing;
}

const kept = new Map<string, Kept>();

/**
 * The names of a folder's entries; bytes that are not UTF-8 are U+FFFD in them, and such names open nothing.
 * @throws the system's error where the folder is missing or may not be read
 */
export function listFolder(path: string): FolderListing {
  const entries = readEntries(path);
  if (entries === null) return listByDeno(path);
  const { fingerprint, count } = entries;
  const known = kept.get(path);
  kept.delete(path);
  const listing = known?.fingerprint === fingerprint ? known.listing : listingOf(path, entries);
  if (count >= KEPT_ENTRIES_MIN) keep(path, { fingerprint, count, listing });
  return listing;
}

function keep(path: string, one: Kept): void {
  kept.set(path, one);
  let entries = 0;
  for (const { count } of kept.values()) entries += count;
  for (const [oldest, { count }] of kept) {
    if (entries <= KEPT_ENTRIES_MAX || oldest === path) return;
    entries -= count;
    kept.delete(oldest);
  }
}

type Lists = { -readonly [Key in keyof FolderListing]: string[] };

function listingOf(path: string, entries: RawEntries): FolderListing {
  const lists: Lists = { files: [], folders: [], links: [], specials: [] };
  entries.each((name, kind) => {
    if (kind === "file") lists.files.push(name);
    else if (kind === "folder") lists.folders.push(name);
    else if (kind === "link") lists.links.push(name);
    else if (kind === "special") lists.specials.push(name);
    else addByAsking(lists, { path, name }); // some file systems do not say what an entry is
  });
  return lists;
}

function addByAsking(lists: Lists, { path, name }: { path: string; name: string }): void {
  try {
    const { isFile, isDirectory, isSymlink } = Deno.lstatSync(join(path, name));
    const list = isFile ? lists.files : isDirectory ? lists.folders : isSymlink ? lists.links : lists.specials;
    list.push(name);
  } catch (error) {
    if (!isMissing(error)) throw error; // removed meanwhile
  }
}

function listByDeno(path: string): FolderListing {
  const lists: Lists = { files: [], folders: [], links: [], specials: [] };
  for (const entry of Deno.readDirSync(path)) {
    if (entry.isFile) lists.files.push(entry.name);
    else if (entry.isDirectory) lists.folders.push(entry.name);
    else (entry.isSymlink ? lists.links : lists.specials).push(entry.name);
  }
  return lists;
}

/** Whether a folder is there and can be listed. How much is in it makes no difference. */
export function folderExists(path: string): boolean {
  try {
    if (canBeListed(path)) return true;
    for (const _ of Deno.readDirSync(path)) break;
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

export interface FileFacts {
  readonly size: number;
  /** Milliseconds since 1970 UTC; 0 where the volume keeps none. */
  readonly modified_ms: number;
}

/** Size and time of a plain file, or null where there is none of this name. */
export function factsOf(path: string): FileFacts | null {
  try {
    const info = Deno.lstatSync(path);
    return info.isFile ? { size: info.size, modified_ms: info.mtime?.getTime() ?? 0 } : null;
  } catch (error) {
    // A folder of that name, on ImDisk.
    if (isMissing(error) || isRefusedByDriver(error)) return null;
    throw error;
  }
}

/** Whether a plain file has this name. Never throws: what cannot be asked may be there. */
export function fileExists(path: string): boolean {
  try {
    return factsOf(path) !== null;
  } catch {
    return true;
  }
}

/** Whether any entry has this name in the folder; unlike `factsOf` it also sees folders and links. */
export function nameIsTaken(path: string): boolean {
  if (nameIsFree(path)) return false;
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    if (isRefusedByDriver(error)) return true;
    throw error;
  }
}

/**
 * Makes a folder and those above it where they are missing. Not by `recursive`: that asks what is there already.
 * @throws the system's error; a file in the folder's place is found only when the folder is used
 */
export function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    const above = dirname(path);
    if (!isMissing(error) || above === path) throw error;
    makeFolder(above);
    Deno.mkdirSync(path);
  }
}

/** A link stands where a folder is needed: what it leads to may lie anywhere. */
export class LinkInPathError extends Error {
  override readonly name = "LinkInPathError";
  readonly path: string;

  constructor(path: string) {
    super(`Cannot use ${path}: it is a link; pewatch follows none below the folders that its configuration names`);
    this.path = path;
  }
}

/**
 * Looks at each folder between `root` and `root/relative` (forward slashes), which is looked at too; `root` itself may
 * be a link.
 * @throws LinkInPathError
 */
export function refuseLinks(root: string, relative: string): void {
  let path = root;
  for (const segment of relative.split("/")) {
    if (segment === "") continue;
    path = join(path, segment);
    if (isLink(path)) throw new LinkInPathError(path);
  }
}

/**
 * Makes the folders below `root` that `relative` (forward slashes) names, one by one, so that a root which has
 * vanished (a share that is away) is never made anew in its place on the wrong disk. No link is followed.
 * @param onFolder called with each, and whether it was made
 * @returns the folder's path
 * @throws LinkInPathError, or the system's error
 */
export function makeFoldersBelow(
  root: string,
  relative: string,
  onFolder: (path: string, made: boolean) => void = () => {},
): string {
  let path = root;
  for (const segment of relative.split("/")) {
    if (segment === "") continue;
    path = join(path, segment);
    let made = true;
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (isLink(path)) throw new LinkInPathError(path);
      made = false;
    }
    onFolder(path, made);
  }
  return path;
}

/**
 * A folder of raw in the form in which Windows takes every name below it as it stands. On other systems, and where it
 * is a share's, the path as it is.
 */
export function rawFolder(raw: string, folder: string): string {
  return join(toNamespacedPath(raw), ...folder.split("/"));
}
