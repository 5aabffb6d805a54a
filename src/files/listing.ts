/**
 * Lists folders and asks for single files. A folder itself is never opened as a file nor stat-ed: RAM disks made by
 * ImDisk refuse that on Windows.
 */
import { dirname, join } from "node:path";
import { canBeListed, isLink, nameIsFree } from "../../ffi/system/files.ts";
import { isMissing, isRefusedByDriver } from "./errors.ts";

export interface FolderListing {
  readonly files: string[];
  readonly folders: string[];
  /** Symbolic links, whatever they lead to: nobody but a person makes them. */
  readonly links: string[];
  /** Pipes, sockets and devices. */
  readonly specials: string[];
}

/** @throws the system's error where the folder is missing or may not be read */
export function listFolder(path: string): FolderListing {
  const files: string[] = [];
  const folders: string[] = [];
  const links: string[] = [];
  const specials: string[] = [];
  for (const entry of Deno.readDirSync(path)) {
    if (entry.isFile) files.push(entry.name);
    else if (entry.isDirectory) folders.push(entry.name);
    else (entry.isSymlink ? links : specials).push(entry.name);
  }
  return { files, folders, links, specials };
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
