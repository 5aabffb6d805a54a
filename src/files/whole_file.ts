/** Writes a file whole or not at all: beside it under another name, flushed, then renamed over it. */
import { dirname } from "node:path";
import {
  removeFile,
  syncFile,
  syncFileBehind,
  syncFolder,
  syncFolderBehind,
  whileHeldOpen,
  whileHeldOpenSync,
  writeAll,
} from "./durable.ts";
import { isOtherVolume } from "./errors.ts";
import { createOwn, setAside } from "./plain_file.ts";
import { PART_ENDING } from "./service_names.ts";
import { noteLack } from "./volume_services.ts";

/**
 * Whether a file is flushed. "content": its bytes are, before it has its name, and the name is not: after a power cut
 * the file of before may stand there, whole.
 */
export type Flush = boolean | "content";

/**
 * What had the name is replaced, as a name: a link's target and another name's content stay as they are. A folder of
 * that name is set aside.
 * @throws the system's error; the file of before then stands
 */
export function writeWhole(path: string, bytes: Uint8Array, options: { fsync: Flush }): void {
  const part = path + PART_ENDING;
  const file = createOwn(part);
  try {
    writeAll(file, bytes);
    if (options.fsync !== false) syncFile(file, path);
  } finally {
    file.close();
  }
  // Onto a file that another program has open Windows renames nothing.
  whileHeldOpenSync(() => renameOver(part, path));
  if (options.fsync === true) syncFolder(dirname(path));
}

/**
 * The same for the thread that ticks: what is written and flushed, it does not wait for.
 * @param chunks written one after the other
 */
export async function writeWholeBehind(
  path: string,
  chunks: Iterable<Uint8Array>,
  options: { fsync: boolean },
): Promise<void> {
  const part = path + PART_ENDING;
  {
    using file = createOwn(part);
    for (const bytes of chunks) for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
    if (options.fsync) await syncFileBehind(file, path);
  }
  await whileHeldOpen(() => renameOver(part, path));
  if (options.fsync) await syncFolderBehind(dirname(path));
}

/** Only a folder is not replaced by a rename; and some volumes (FUSE) never replace a name. */
function renameOver(part: string, path: string): void {
  try {
    Deno.renameSync(part, path);
  } catch (error) {
    if (isOtherVolume(error)) throw error;
    if (isFolder(path)) setAside(path);
    else if (error instanceof Deno.errors.AlreadyExists) {
      noteLack("rename over", { path: dirname(path), error });
      removeFile(path);
    } else throw error;
    Deno.renameSync(part, path);
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch {
    return false;
  }
}
