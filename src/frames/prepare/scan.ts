/** Finds what lies in the raw folder: frames with what carries their name, in all sub-folders. */
import { join } from "node:path";
import { rawFolder } from "../claim/awkward_names.ts";
import { listFolder } from "../../files/listing.ts";
import { isMissing } from "../../files/errors.ts";
import { groupFrames } from "../../qxrd/frame_name.ts";

/** Deeper than any person sorts measurements; a loop of mounts ends here. */
const FOLDER_DEPTH_MAX = 32;

/** One frame as it lies in raw. */
export interface Candidate {
  /** The raw folder. */
  readonly raw: string;
  /** Sub-folder of raw, forward slashes. */
  readonly folder: string;
  /** The folder's path, as `rawFolder` gives it. */
  readonly path: string;
  readonly image: string;
  readonly sidecar: string | null;
  readonly others: readonly string[];
}

export interface Scan {
  readonly candidates: readonly Candidate[];
  /** Files that belong to no image, relative to raw. */
  readonly strays: readonly string[];
}

/**
 * Lists raw and all folders below it; hidden folders (a leading dot) are not QXRD's.
 * @throws the system's error where raw itself cannot be listed
 */
export function scanRaw(raw: string): Scan {
  const candidates: Candidate[] = [];
  const strays: string[] = [];
  const waiting: { path: string; folder: string; depth: number }[] = [{
    path: rawFolder(raw, ""),
    folder: "",
    depth: 0,
  }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, folder, depth } = next;
    let listing;
    try {
      listing = listFolder(path);
    } catch (error) {
      if (depth > 0 && isMissing(error)) continue; // removed since its parent was listed
      throw error;
    }
    const visible = listing.files.filter((name) => !name.startsWith("."));
    const groups = groupFrames(visible, { caseInsensitive: Deno.build.os === "windows" });
    for (const frame of groups.frames) candidates.push({ raw, folder, path, ...frame });
    for (const stray of groups.strays) strays.push(folder === "" ? stray : `${folder}/${stray}`);
    if (depth >= FOLDER_DEPTH_MAX) continue;
    for (const name of listing.folders) {
      if (name.startsWith(".")) continue;
      waiting.push({ path: join(path, name), folder: folder === "" ? name : `${folder}/${name}`, depth: depth + 1 });
    }
  }
  return { candidates, strays };
}
