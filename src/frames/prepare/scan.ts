/** Finds what lies in the raw folder: frames with what carries their name, in all sub-folders, and all that is no frame. */
import { join } from "node:path";
import { rawFolder } from "../claim/awkward_names.ts";
import { factsOf, type FolderListing, listFolder } from "../../files/listing.ts";
import { isMissing, reasonOf } from "../../files/errors.ts";
import { companionOf, groupFrames, isIgnoredName, isImageName } from "../../qxrd/frame_name.ts";
import type { UnclaimedKind } from "../events.ts";

/** Deeper than any person sorts measurements; a loop of mounts ends here. */
const FOLDER_DEPTH_MAX = 32;
/** What the program itself makes: locks, probes, work folders. */
const OWN_PREFIX = ".pewatch";
/** Deno puts it in the place of bytes that are no UTF-8; nothing can be opened by such a name. */
const REPLACEMENT = "\ufffd";

/** A folder of raw. */
export interface RawPlace {
  /** The raw folder. */
  readonly raw: string;
  /** Sub-folder of raw, forward slashes. */
  readonly folder: string;
  /** The folder's path, as `rawFolder` gives it. */
  readonly path: string;
}

/** One frame as it lies in raw. */
export interface Candidate extends RawPlace {
  readonly image: string;
  readonly sidecar: string | null;
  readonly others: readonly string[];
}

/** A sidecar, an overflow list or a pattern whose image is not there. */
export interface Companion extends RawPlace {
  readonly name: string;
}

/** Something in raw that is claimed for no frame. */
export interface Unclaimed {
  /** Relative to raw, forward slashes. */
  readonly name: string;
  /** The system's words, of a folder that cannot be listed. */
  readonly reason?: string;
}

export interface Scan {
  readonly candidates: readonly Candidate[];
  readonly companions: readonly Companion[];
  readonly unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>;
}

interface Found {
  readonly candidates: Candidate[];
  readonly companions: Companion[];
  readonly unclaimed: Map<UnclaimedKind, Unclaimed[]>;
}

/**
 * Lists raw and all folders below it; hidden folders (a leading dot) are not QXRD's. A folder below raw that cannot be
 * listed is reported and holds up nothing else.
 * @throws the system's error where raw itself cannot be listed
 */
export function scanRaw(raw: string): Scan {
  const found: Found = { candidates: [], companions: [], unclaimed: new Map() };
  const waiting: (RawPlace & { readonly depth: number })[] = [{
    raw,
    path: rawFolder(raw, ""),
    folder: "",
    depth: 0,
  }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { depth, ...place } = next;
    const listing = listBelow(place, depth, found);
    if (listing === null) continue;
    sortFiles(listing, place, found);
    for (const name of listing.folders) {
      const folder = below(place, name);
      if (name.startsWith(".")) addHidden(name, place, found);
      else if (depth >= FOLDER_DEPTH_MAX) {
        add("folder", { name: folder, reason: `more than ${FOLDER_DEPTH_MAX} folders deep` }, found);
      } else waiting.push({ raw, path: join(place.path, name), folder, depth: depth + 1 });
    }
  }
  return found;
}

/** Null where a folder below raw is gone or cannot be listed. */
function listBelow(place: RawPlace, depth: number, found: Found): FolderListing | null {
  try {
    return listFolder(place.path);
  } catch (error) {
    if (depth === 0) throw error;
    if (!isMissing(error)) add("folder", { name: place.folder, reason: reasonOf(error) }, found);
    else if (place.folder.includes(REPLACEMENT)) add("unreadable_name", { name: place.folder }, found);
    return null; // removed since its parent was listed
  }
}

function sortFiles(listing: FolderListing, place: RawPlace, found: Found): void {
  const visible: string[] = [];
  for (const name of listing.files) {
    if (name.startsWith(".")) addHidden(name, place, found);
    else if (name.includes(REPLACEMENT) && factsOf(join(place.path, name)) === null) {
      add("unreadable_name", { name: below(place, name) }, found);
    } else {
      visible.push(name);
      if (isIgnoredName(name)) add("unfinished", { name: below(place, name) }, found);
    }
  }
  for (const name of listing.links) add("link", { name: below(place, name) }, found);
  for (const name of listing.specials) add("special", { name: below(place, name) }, found);
  const groups = groupFrames(visible, { caseInsensitive: Deno.build.os === "windows" });
  for (const frame of groups.frames) found.candidates.push({ ...place, ...frame });
  for (const name of groups.strays) {
    // Of two images whose names differ in case the second is taken after the first.
    if (isImageName(name)) continue;
    if (companionOf(name) === null) add("other", { name: below(place, name) }, found);
    else found.companions.push({ ...place, name });
  }
}

function addHidden(name: string, place: RawPlace, found: Found): void {
  if (!name.startsWith(OWN_PREFIX)) add("hidden", { name: below(place, name) }, found);
}

function add(kind: UnclaimedKind, unclaimed: Unclaimed, { unclaimed: all }: Found): void {
  const known = all.get(kind);
  if (known === undefined) all.set(kind, [unclaimed]);
  else known.push(unclaimed);
}

function below({ folder }: RawPlace, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
