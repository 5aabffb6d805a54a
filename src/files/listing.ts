/**
 * Lists folders and asks for single files. A folder itself is never opened as a file nor stat-ed: RAM disks made by
 * ImDisk refuse that on Windows.
 */
import { dirname, join, toNamespacedPath } from "node:path";
import {
  eachEntry,
  type EntryFilter,
  type PackedEntries,
  readEntries,
  releaseEntries,
} from "../../ffi/system/directory.ts";
import { canBeListed, isLink, nameIsFree } from "../../ffi/system/files.ts";
import { isMissing, isRefusedByDriver } from "./errors.ts";
import { changesBetween, type EntryChanges, filterOfHeads, headOf } from "./large_listing.ts";

export interface FolderListing {
  /** Of a large folder they are decoded each time, and only until the folder is listed again. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Symbolic links, whatever they lead to: nobody but a person makes them. */
  readonly links: readonly string[];
  /** Pipes, sockets and devices. */
  readonly specials: readonly string[];
  /** Whether it is kept: the same object is returned as long as nothing has changed. */
  readonly isLarge: boolean;
  /** Against an earlier listing of the same folder; null where there is none, or where much has changed. */
  readonly changes: ListingChanges | null;
}

export interface ListingChanges extends EntryChanges {
  /** Whether they are those since this listing. */
  isSince(listing: FolderListing): boolean;
  /** The files that are there now and have one of these heads (`headOf`). */
  filesOfHeads(heads: ReadonlySet<string>): readonly string[];
}

/** Listings of folders with so many entries are kept: as long as nothing has changed, the same object is returned. */
const KEPT_ENTRIES_MIN = 1000;
/** Of so many entries together; the folder that was listed longest ago is forgotten first. */
const KEPT_ENTRIES_MAX = 2_000_000;

const kept = new Map<string, LargeListing>();

/**
 * The names of a folder's entries; bytes that are not UTF-8 are U+FFFD in them, and such names open nothing.
 * @throws the system's error where the folder is missing or may not be read
 */
export function listFolder(path: string): FolderListing {
  const entries = readEntries(path);
  const known = kept.get(path);
  kept.delete(path);
  if (entries.count < KEPT_ENTRIES_MIN) {
    const listing = { ...listsOf(path, entries), isLarge: false, changes: null };
    releaseEntries(entries);
    return listing;
  }
  const changes = known === undefined ? null : changesBetween(known.entries, entries);
  if (changes !== null && changes.removed.length + changes.added.length === 0) {
    releaseEntries(entries);
    kept.set(path, known!);
    return known!;
  }
  const listing = new LargeListing(path, entries, changes === null ? null : { ...changes, before: known!.serial });
  known?.release();
  keep(path, listing);
  return listing;
}

function keep(path: string, one: LargeListing): void {
  kept.set(path, one);
  let count = 0;
  for (const { entries } of kept.values()) count += entries.count;
  for (const [oldest, { entries }] of kept) {
    if (count <= KEPT_ENTRIES_MAX || oldest === path) return;
    count -= entries.count;
    kept.delete(oldest);
  }
}

type Lists = { -readonly [Key in "files" | "folders" | "links" | "specials"]: string[] };

class LargeListing implements FolderListing {
  static #last = 0;
  readonly isLarge = true;
  readonly serial = ++LargeListing.#last;
  readonly #path: string;
  #entries: PackedEntries | null;
  readonly folders: readonly string[];
  readonly links: readonly string[];
  readonly specials: readonly string[];
  readonly changes: ListingChanges | null;

  constructor(path: string, entries: PackedEntries, changes: EntryChanges & { before: number } | null) {
    this.#path = path;
    this.#entries = entries;
    const { folders, links, specials } = listsOf(path, entries, (kind) => kind !== "file");
    this.folders = folders;
    this.links = links;
    this.specials = specials;
    this.changes = changes === null ? null : {
      ...changes,
      isSince: (listing) => listing instanceof LargeListing && listing.serial === changes.before,
      filesOfHeads: (heads) => {
        const { files } = listsOf(path, this.entries, filterOfHeads(heads));
        return files.filter((name) => heads.has(headOf(name)));
      },
    };
  }

  get entries(): PackedEntries {
    if (this.#entries === null) throw new Error(`${this.#path} has been listed again: this listing holds nothing now`);
    return this.#entries;
  }

  get files(): readonly string[] {
    return listsOf(this.#path, this.entries).files;
  }

  /** The next listing takes the memory of its entries. */
  release(): void {
    const { entries } = this;
    this.#entries = null;
    releaseEntries(entries);
  }
}

function listsOf(path: string, entries: PackedEntries, isWanted?: EntryFilter): Lists {
  const lists: Lists = { files: [], folders: [], links: [], specials: [] };
  eachEntry(entries, (name, kind) => {
    if (kind === "file") lists.files.push(name);
    else if (kind === "folder") lists.folders.push(name);
    else if (kind === "link") lists.links.push(name);
    else if (kind === "special") lists.specials.push(name);
    else addByAsking(lists, { path, name }); // some file systems do not say what an entry is
  }, isWanted);
  return lists;
}

function addByAsking(lists: Lists, { path, name }: { path: string; name: string }): void {
  try {
    const { isFile, isDirectory, isSymlink } = Deno.lstatSync(join(path, name));
    const list = isFile ? lists.files : isDirectory ? lists.folders : isSymlink ? lists.links : lists.specials;
    list.push(name);
  } catch (error) {
    // One that is not gone but does not answer is reported by whoever uses it, as a file; the others are listed.
    if (!isMissing(error)) lists.files.push(name);
  }
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

export interface FileStat {
  readonly size: number;
  /** Milliseconds since 1970 UTC; 0 where the volume keeps none. */
  readonly modified_ms: number;
}

/** The names of the files of a folder; none where the folder is missing. Otherwise as `listFolder`. */
export function filesIfThere(path: string): readonly string[] {
  try {
    return listFolder(path).files;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Size and time of a plain file, or null where no file has this name. */
export function statOf(path: string): FileStat | null {
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
    return statOf(path) !== null;
  } catch {
    return true;
  }
}

/** Whether any entry has this name in the folder; unlike `statOf` it also sees folders and links. */
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

  constructor(path: string) {
    super(`Cannot use ${path}: it is a link; pewatch follows none below the folders that its configuration names`);
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
      // A pipe in its place would be waited at for ever by whoever opens the folder to flush it.
      if (Deno.build.os !== "windows" && isSomethingElse(path)) {
        const error = new Deno.errors.NotADirectory(`Cannot use ${path}: it is not a folder; move it elsewhere`);
        throw Object.assign(error, { code: "ENOTDIR" });
      }
      made = false;
    }
    onFolder(path, made);
  }
  return path;
}

function isSomethingElse(path: string): boolean {
  try {
    return !folderExists(path);
  } catch {
    return false; // a folder that cannot be listed
  }
}

/**
 * A folder of raw in the form in which Windows takes every name below it as it stands. On other systems, and where it
 * is a share's, the path as it is.
 */
export function rawFolder(raw: string, folder: string): string {
  return join(toNamespacedPath(raw), ...folder.split("/"));
}
