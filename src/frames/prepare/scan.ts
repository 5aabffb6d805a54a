/** Finds what lies in the raw folder: frames with what carries their name, in all sub-folders, and all that is no frame. */
import { join } from "node:path";
import { rawFolder } from "../../files/listing.ts";
import { factsOf, type FolderListing, listFolder } from "../../files/listing.ts";
import { isMissing, reasonOf } from "../../files/errors.ts";
import { companionOf, groupFrames, isIgnoredName, isImageName } from "../../qxrd/frame_name.ts";
import type { UnclaimedKind } from "../events.ts";
import { changedHeads, headOf } from "./large_folder.ts";

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

/** What was found in listings that have not changed: a large folder is not sorted into frames anew at each look. */
const foundIn = new WeakMap<FolderListing, Found>();
/** The last scan, returned again while no folder has changed: whoever has it has nothing to do anew either. */
let last: { readonly raw: string; readonly listings: readonly FolderListing[]; readonly scan: Scan } | null = null;

/**
 * Lists raw and all folders below it; hidden folders (a leading dot) are not QXRD's. A folder below raw that cannot be
 * listed is reported and holds up nothing else. The candidates are in series order: by folder, then by name as QXRD
 * counts. While nothing has changed in large folders, the same object is returned.
 * @throws the system's error where raw itself cannot be listed
 */
export function scanRaw(raw: string): Scan {
  const listings: FolderListing[] = [];
  const parts: { readonly folder: string; readonly found: Found }[] = [];
  const flaws = emptyFound();
  const waiting: (RawPlace & { readonly depth: number })[] = [{
    raw,
    path: rawFolder(raw, ""),
    folder: "",
    depth: 0,
  }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { depth, ...place } = next;
    const listing = listBelow(place, depth, flaws);
    if (listing === null) continue;
    listings.push(listing);
    parts.push({ folder: place.folder, found: sortFiles(listing, place) });
    for (const name of listing.folders) {
      const folder = below(place, name);
      if (name.startsWith(".")) addHidden(name, place, flaws);
      else if (depth >= FOLDER_DEPTH_MAX) {
        add("folder", { name: folder, reason: `more than ${FOLDER_DEPTH_MAX} folders deep` }, flaws);
      } else waiting.push({ raw, path: join(place.path, name), folder, depth: depth + 1 });
    }
  }
  const isSame = flaws.unclaimed.size === 0 && last?.raw === raw && last.listings.length === listings.length &&
    listings.every((listing, index) => listing === last!.listings[index]);
  if (isSame) return last!.scan;
  parts.sort((a, b) => compare(a.folder, b.folder));
  const scan = joined([...parts.map(({ found }) => found), flaws]);
  last = { raw, listings, scan };
  return scan;
}

function emptyFound(): Found {
  return { candidates: [], companions: [], unclaimed: new Map() };
}

/** Several scans as one, in this order. */
export function joined(scans: readonly Scan[]): Scan {
  const unclaimed = new Map<UnclaimedKind, readonly Unclaimed[]>();
  for (const scan of scans) {
    for (const [kind, names] of scan.unclaimed) {
      const before = unclaimed.get(kind);
      unclaimed.set(kind, before === undefined ? names : before.concat(names));
    }
  }
  return {
    candidates: scans.flatMap(({ candidates }) => candidates),
    companions: scans.flatMap(({ companions }) => companions),
    unclaimed,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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

function sortFiles(listing: FolderListing, place: RawPlace): Found {
  const known = foundIn.get(listing);
  if (known !== undefined) return known;
  const files = filesOf(listing, place);
  const found: Found = { ...files, unclaimed: new Map(files.unclaimed) };
  for (const name of listing.links) add("link", { name: below(place, name) }, found);
  for (const name of listing.specials) add("special", { name: below(place, name) }, found);
  foundIn.set(listing, found);
  return found;
}

/** A folder with so many files is large. */
const LARGE_MIN = 1000;
/** Large folders as they were at the last scan, of which few have changed at the next. */
const large = new Map<string, { readonly names: readonly string[]; readonly found: Found }>();
const LARGE_FOLDERS_MAX = 100;

function filesOf({ files }: FolderListing, place: RawPlace): Found {
  const before = large.get(place.path);
  large.delete(place.path);
  const changed = before === undefined ? null : changedHeads(before.names, files);
  const found = before === undefined || changed === null
    ? sortNames(files, place)
    : sortedAnew(before.found, changed, { files, place });
  if (files.length < LARGE_MIN) return found;
  large.set(place.path, { names: files, found });
  for (const oldest of large.keys()) if (large.size > LARGE_FOLDERS_MAX) large.delete(oldest);
  return found;
}

/** Takes over what has nothing to do with the names that came or went. */
function sortedAnew(
  before: Found,
  changed: ReadonlySet<string>,
  { files, place }: { files: readonly string[]; place: RawPlace },
): Found {
  const stays = (name: string) => !changed.has(headOf(name));
  const part = sortNames(files.filter((name) => !stays(name)), place);
  const found: Found = {
    candidates: merged(before.candidates.filter(({ image }) => stays(image)), part.candidates),
    companions: [...before.companions.filter(({ name }) => stays(name)), ...part.companions],
    unclaimed: new Map(),
  };
  for (const kind of new Set([...before.unclaimed.keys(), ...part.unclaimed.keys()])) {
    const rest = (before.unclaimed.get(kind) ?? []).filter(({ name }) => stays(name.slice(name.lastIndexOf("/") + 1)));
    const names = rest.concat(part.unclaimed.get(kind) ?? []);
    if (names.length > 0) found.unclaimed.set(kind, names);
  }
  return found;
}

/** Two lists in order as one. */
function merged(some: readonly Candidate[], others: readonly Candidate[]): Candidate[] {
  const all: Candidate[] = [];
  let next = 0;
  for (const candidate of some) {
    while (next < others.length && compare(others[next]!.image, candidate.image) < 0) all.push(others[next++]!);
    all.push(candidate);
  }
  while (next < others.length) all.push(others[next++]!);
  return all;
}

function sortNames(names: readonly string[], place: RawPlace): Found {
  const found = emptyFound();
  const visible: string[] = [];
  for (const name of names) {
    if (name.startsWith(".")) addHidden(name, place, found);
    else if (name.includes(REPLACEMENT) && factsOf(join(place.path, name)) === null) {
      add("unreadable_name", { name: below(place, name) }, found);
    } else {
      visible.push(name);
      if (isIgnoredName(name)) add("unfinished", { name: below(place, name) }, found);
    }
  }
  const groups = groupFrames(visible, { caseInsensitive: Deno.build.os === "windows" });
  for (const frame of groups.frames) found.candidates.push({ ...place, ...frame });
  found.candidates.sort((a, b) => compare(a.image, b.image));
  for (const name of groups.strays) {
    // Of two images whose names differ in case the second is taken after the first.
    if (isImageName(name)) continue;
    if (companionOf(name) === null) add("other", { name: below(place, name) }, found);
    else found.companions.push({ ...place, name });
  }
  return found;
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
