/** Finds what lies in the raw folder: frames with what carries their name, in all sub-folders, and all that is no frame. */
import { join } from "node:path";
import { type FolderListing, listFolder, rawFolder } from "../../files/listing.ts";
import { isMissing, reasonOf } from "../../files/errors.ts";
import type { UnclaimedKind } from "../events.ts";
import {
  add,
  addHidden,
  below,
  type Candidate,
  type Companion,
  compare,
  emptyFound,
  type Found,
  keepSame,
  type RawPlace,
  REPLACEMENT,
  sortAll,
  sortedAnew,
  type Unclaimed,
} from "./sort_names.ts";

/** Deeper than any person sorts measurements; a loop of mounts ends here. */
const FOLDER_DEPTH_MAX = 32;
/** What holds until the next scan of the same folder, which works on the same lists. */
export interface Scan {
  /** Another scan's is another number, unless nothing has changed. */
  readonly serial: string;
  /** One that has not changed, with what belongs to it, is the same object in the next scan. */
  readonly candidates: readonly Candidate[];
  readonly companions: readonly Companion[];
  readonly unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>;
}

/** A folder as it was at the last scan: what has not changed in it is not sorted into frames anew. */
interface KnownFolder {
  readonly listing: FolderListing;
  readonly found: Found;
}

/** By path, those of the last scan. */
interface LastScan {
  readonly folders: ReadonlyMap<string, KnownFolder>;
  readonly flaws: string;
  readonly scan: Scan;
}

/** Of the raw folder and of draining ones; the one that was scanned longest ago is forgotten first. */
const lastScans = new Map<string, LastScan>();
const LAST_SCANS_MAX = 4;
let serial = 0;

/**
 * Lists raw and all folders below it; hidden folders (a leading dot) are not QXRD's. A folder below raw that cannot be
 * listed is reported and holds up nothing else. The candidates are in series order: by folder, then by name as QXRD
 * counts. While nothing has changed, the same object is returned.
 * @throws the system's error where raw itself cannot be listed
 */
export function scanRaw(raw: string): Scan {
  const last = lastScans.get(raw);
  const folders = new Map<string, KnownFolder>();
  const parts: { readonly folder: string; readonly found: Found }[] = [];
  const flaws = emptyFound();
  const waiting: (RawPlace & { readonly depth: number })[] = [{
    raw,
    path: rawFolder(raw, ""),
    folder: "",
    depth: 0,
  }];
  let isSame = true;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { depth, ...place } = next;
    const listing = listBelow(place, depth, flaws);
    if (listing === null) continue;
    const before = last?.folders.get(place.path);
    const known = sortFiles(listing, place, before);
    isSame &&= known === before;
    folders.set(place.path, known);
    parts.push({ folder: place.folder, found: known.found });
    for (const name of listing.folders) {
      const folder = below(place, name);
      if (name.startsWith(".")) addHidden(name, place, flaws);
      else if (depth >= FOLDER_DEPTH_MAX) {
        add("folder", { name: folder, reason: `more than ${FOLDER_DEPTH_MAX} folders deep` }, flaws);
      } else waiting.push({ raw, path: join(place.path, name), folder, depth: depth + 1 });
    }
  }
  const flawText = JSON.stringify([...flaws.unclaimed]);
  if (last !== undefined && isSame && last.folders.size === folders.size && last.flaws === flawText) return last.scan;
  parts.sort((a, b) => compare(a.folder, b.folder));
  const scan = { ...contentOf([...parts.map(({ found }) => found), flaws]), serial: `${++serial}` };
  lastScans.delete(raw);
  lastScans.set(raw, { folders, flaws: flawText, scan });
  for (const oldest of lastScans.keys()) if (lastScans.size > LAST_SCANS_MAX) lastScans.delete(oldest);
  return scan;
}

/** Several scans as one, in this order. */
export function joined(scans: readonly Scan[]): Scan {
  return { ...contentOf(scans), serial: scans.map(({ serial }) => serial).join() };
}

function contentOf(scans: readonly Omit<Scan, "serial">[]): Omit<Scan, "serial"> {
  const unclaimed = new Map<UnclaimedKind, readonly Unclaimed[]>();
  for (const scan of scans) {
    for (const [kind, names] of scan.unclaimed) {
      const before = unclaimed.get(kind);
      unclaimed.set(kind, before === undefined ? names : before.concat(names));
    }
  }
  return {
    candidates: concatenated(scans.map(({ candidates }) => candidates)),
    companions: concatenated(scans.map(({ companions }) => companions)),
    unclaimed,
  };
}

/** Not copied where only one of them holds anything. */
function concatenated<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const filled = lists.filter(({ length }) => length > 0);
  return filled.length === 1 ? filled[0]! : filled.flat();
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

/** @returns `before` where nothing has changed in the folder */
function sortFiles(listing: FolderListing, place: RawPlace, before: KnownFolder | undefined): KnownFolder {
  if (before !== undefined && (listing === before.listing || isAlike(listing, before.listing))) return before;
  const { links, specials, changes } = listing;
  const files = before !== undefined && changes?.isSince(before.listing)
    ? sortedAnew(before.found, changes, place)
    : null;
  const found = files ?? sortAll(listing.files, place);
  if (files === null && before !== undefined) keepSame(before.found.candidates, found.candidates);
  for (const name of links) add("link", { name: below(place, name) }, found);
  for (const name of specials) add("special", { name: below(place, name) }, found);
  return { listing, found };
}

/** Small folders, of which no listing is kept, are compared by their names. */
function isAlike(some: FolderListing, others: FolderListing): boolean {
  if (some.isLarge || others.isLarge) return false;
  return (["files", "folders", "links", "specials"] as const).every((kind) =>
    some[kind].length === others[kind].length && some[kind].every((name, index) => name === others[kind][index])
  );
}
