/** The images that `pewatch integrate` is asked for: files as they are named, and all below a folder. */
import { join } from "node:path";
import { isMissing, messageOf } from "../../files/errors.ts";
import { listFolder } from "../../files/listing.ts";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";

export class ImageListError extends Error {
  override readonly name = "ImageListError";
}

const IMAGE = /\.tiff?$/i;
/** No scientist nests folders so deep; a loop of mounts does. */
const DEPTH_MAX = 32;

/** Sorted by path, each once. @throws ImageListError naming what is not there */
export function imagesOf(paths: readonly string[]): string[] {
  const images = new Set<string>();
  for (const path of paths) for (const image of imagesAt(path)) images.add(image);
  return [...images].toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

function imagesAt(path: string): string[] {
  try {
    if (Deno.lstatSync(path).isFile) return [path];
  } catch (error) {
    if (isMissing(error)) throw new ImageListError(`there is no ${path}`);
    // A folder on ImDisk does not answer.
  }
  try {
    return imagesBelow(path, 0);
  } catch (error) {
    throw new ImageListError(`cannot read the folder ${path}: ${messageOf(error)}`);
  }
}

/** Hidden names are parts of files, and what is in quarantine is no frame. */
function imagesBelow(folder: string, depth: number): string[] {
  const { files, folders } = listFolder(folder);
  const own = files.filter((name) => IMAGE.test(name) && !name.startsWith(".")).map((name) => join(folder, name));
  if (depth >= DEPTH_MAX) return own;
  const below = folders.filter((name) => !name.startsWith(".") && name !== QUARANTINE_FOLDER);
  return [...own, ...below.flatMap((name) => imagesBelow(join(folder, name), depth + 1))];
}
