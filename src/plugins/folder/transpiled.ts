/** Writes a plugin's files without their types, to be imported, in a folder named by the hash of all of them. */
import { createHash } from "node:crypto";
import { basename, dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { isMissing } from "../../files/errors.ts";
import { whileHeldOpen } from "../../files/durable.ts";
import { writeWhole } from "../../files/whole_file.ts";
import type { FilePlaces, PluginPlaces } from "../source.ts";
import { makeFolder, makeFoldersBelow, statOf } from "../../files/listing.ts";
import { type Graph, GraphError, type GraphFile } from "./graph.ts";
import { nameKey } from "./names.ts";

/** Raised when the same files would give another transpiled copy: old ones are then not used as new ones. */
const TRANSPILED_FORMAT = 1;
/** 64 bits: a chance of one in 10^15 that two of ten thousand plugins fall together. */
const HASH_DIGITS = 16;

export interface TranspiledCopy {
  readonly hash: string;
  readonly url: string;
  readonly places: PluginPlaces;
}

interface TranspiledFile {
  /** Relative to the transpiled copy, in the system's spelling. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly file: GraphFile;
}

/**
 * Writes the transpiled copy, or takes the one that is there already.
 * @throws {GraphError} where two files would have one name in the transpiled copy; the system's errors
 */
export async function writeTranspiled(graph: Graph, folder: string, transpiledRoot: string): Promise<TranspiledCopy> {
  const hash = hashOf(graph, folder);
  const path = join(transpiledRoot, hash);
  const files = transpiledFiles(graph, folder);
  makeFolder(transpiledRoot);
  if (files.some((file) => !isThere(path, file))) await write(files, path, transpiledRoot);
  const url = pathToFileURL(path + sep).href;
  const urlOf = (name: string) => pathToFileURL(join(path, name)).href;
  const places: Record<string, FilePlaces> = {};
  for (const { name, file } of files) {
    if (file.module === null) continue;
    const { linesBefore, map } = file.module;
    places[urlOf(name).slice(url.length)] = { file: relative(folder, file.path), linesBefore, map };
  }
  return { hash, url: urlOf(files[0]?.name ?? ""), places: { copyUrl: url, copyPath: path, folder, files: places } };
}

/** Includes the folder's own path, which import.meta shows. */
function hashOf(graph: Graph, folder: string): string {
  const hash = createHash("sha256").update(`${TRANSPILED_FORMAT}\0${folder}\0`);
  for (const { path, bytes } of graph.files) hash.update(`${relative(folder, path)}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex").slice(0, HASH_DIGITS);
}

function transpiledFiles(graph: Graph, folder: string): TranspiledFile[] {
  const taken = new Map<string, string>();
  return graph.files.map((file) => {
    // As the specifiers: "ts" becomes "js".
    const name = relative(folder, file.path).replace(/\.(m?)t(s)$/i, ".$1j$2");
    const other = taken.get(nameKey(name));
    if (other !== undefined && file.module !== null) {
      const both = [other, file.path].sort().join(" and ");
      throw new GraphError("bad", `${both}: a plugin imports one of the two, not both`);
    }
    taken.set(nameKey(name), file.path);
    const bytes = file.module === null ? file.bytes : new TextEncoder().encode(file.module.code);
    return { name, bytes, file };
  });
}

function isThere(path: string, file: TranspiledFile): boolean {
  return statOf(join(path, file.name))?.size === file.bytes.length;
}

async function write(files: readonly TranspiledFile[], path: string, transpiledRoot: string): Promise<void> {
  const part = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  Deno.mkdirSync(part);
  writeFiles(files, part);
  try {
    await whileHeldOpen(() => Deno.renameSync(part, path));
  } catch {
    // A folder of that name exists, with some files missing: a program that tidies temporary folders removed them.
    makeFoldersBelow(transpiledRoot, basename(path));
    writeFiles(files, path);
    Deno.removeSync(part, { recursive: true });
  }
}

function writeFiles(files: readonly TranspiledFile[], path: string): void {
  for (const { name, bytes } of files) {
    makeFoldersBelow(path, dirname(name) === "." ? "" : dirname(name).replaceAll(sep, "/"));
    writeWhole(join(path, name), bytes, { fsync: false });
  }
}

/**
 * Removes the transpiled copies that are not in use, and the remains of interrupted writing.
 * @returns how many were removed; one that is held open stays for the next time
 */
export async function pruneTranspiled(transpiledRoot: string, hashesInUse: ReadonlySet<string>): Promise<number> {
  const unused: string[] = [];
  try {
    for await (const entry of Deno.readDir(transpiledRoot)) {
      const hash = new RegExp(`^([0-9a-f]{${HASH_DIGITS}})(\\.[0-9a-f]{8}\\.part)?$`).exec(entry.name);
      if (!entry.isDirectory || hash === null) continue; // not written here
      if (hash[2] !== undefined || !hashesInUse.has(hash[1] ?? "")) unused.push(join(transpiledRoot, entry.name));
    }
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
  let removed = 0;
  for (const path of unused) {
    try {
      await Deno.remove(path, { recursive: true });
      removed++;
    } catch {
      // held open
    }
  }
  return removed;
}
