/** Finds what lies in the raw folder: frames with what carries their name, in all sub-folders, and all that is no frame. */
import { join } from "node:path";
import { fileExists, type FolderListing, listFolder, type ListingChanges, rawFolder } from "../../files/listing.ts";
import { type Entry, headOf } from "../../files/large_listing.ts";
import { isMissing, reasonOf } from "../../files/errors.ts";
import { companionOf, groupFrames, isIgnoredName, isImageName } from "../../qxrd/frame_name.ts";
import type { UnclaimedKind } from "../events.ts";

/** Deeper than any person sorts measurements; a loop of mounts ends here. */
const FOLDER_DEPTH_MAX = 32;
/** One for all frames of a crowd that have no other files. */
const NONE: readonly string[] = [];
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

/** What holds until the next scan of the same folder, which works on the same lists. */
export interface Scan {
  /** Another scan's is another number, unless nothing has changed. */
  readonly serial: string;
  /** One that has not changed, with what belongs to it, is the same object in the next scan. */
  readonly candidates: readonly Candidate[];
  readonly companions: readonly Companion[];
  readonly unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>;
}

interface Found {
  readonly candidates: Candidate[];
  readonly companions: Companion[];
  readonly unclaimed: Map<UnclaimedKind, Unclaimed[]>;
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

function emptyFound(): Found {
  return { candidates: [], companions: [], unclaimed: new Map() };
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

/**
 * Takes over what has nothing to do with the files that came or went.
 * @returns null where that cannot be said
 */
function sortedAnew(before: Found, changes: ListingChanges, place: RawPlace): Found | null {
  const isFile = ({ kind }: Entry) => kind === "file";
  const changed = [...changes.removed, ...changes.added];
  // Two names that are not UTF-8 may look alike.
  if (changed.some(({ name, kind }) => name.includes(REPLACEMENT) || kind === "unknown")) return null;
  const added = new Set(changes.added.filter(isFile).map(({ name }) => name));
  const heads = new Set(changed.filter(isFile).map(({ name }) => headOf(name)));
  const present = heads.size === 0 ? [] : changes.filesOfHeads(heads);
  if (present.some((name) => name.includes(REPLACEMENT))) return null;
  const removed = changes.removed.filter(isFile).map(({ name }) => name);
  const gone = sortNames([...present.filter((name) => !added.has(name)), ...removed], place);
  const come = sortNames(present, place);
  const unclaimed = new Map(before.unclaimed);
  for (const [kind, list] of gone.unclaimed) {
    const names = new Set(list.map(({ name }) => name));
    unclaimed.set(kind, (unclaimed.get(kind) ?? []).filter(({ name }) => !names.has(name)));
  }
  for (const [kind, list] of come.unclaimed) unclaimed.set(kind, (unclaimed.get(kind) ?? []).concat(list));
  for (const kind of ["link", "special"] as const) unclaimed.delete(kind);
  for (const [kind, list] of unclaimed) if (list.length === 0) unclaimed.delete(kind);
  const { candidates, companions } = before;
  const former = gone.candidates.map(({ image }) => candidates[placeIn(candidates, image, ({ image }) => image)]!);
  keepSame(former, come.candidates);
  exchange(candidates, { gone: gone.candidates, come: come.candidates }, ({ image }) => image);
  exchange(companions, { gone: gone.companions, come: come.companions }, ({ name }) => name);
  return { candidates, companions, unclaimed };
}

/** Puts the objects of before in the places of those that say the same. */
function keepSame(before: readonly Candidate[], candidates: Candidate[]): void {
  let next = 0;
  for (const [index, candidate] of candidates.entries()) {
    while (next < before.length && compare(before[next]!.image, candidate.image) < 0) next++;
    const former = before[next];
    if (former !== undefined && isSameFrame(former, candidate)) candidates[index] = former;
  }
}

function isSameFrame(some: Candidate, other: Candidate): boolean {
  return some.image === other.image && some.sidecar === other.sidecar && some.others.length === other.others.length &&
    some.others.every((name) => other.others.includes(name));
}

/** Takes elements out of a list in the order of keys, and puts others into their places. */
function exchange<T>(list: T[], { gone, come }: Record<"gone" | "come", readonly T[]>, key: (element: T) => string) {
  for (const element of gone) {
    const place = placeIn(list, key(element), key);
    if (list[place] !== undefined && key(list[place]) === key(element)) list.splice(place, 1);
  }
  for (const element of come) list.splice(placeIn(list, key(element), key), 0, element);
}

/** Of the first element that does not come before a key. */
function placeIn<T>(list: readonly T[], wanted: string, key: (element: T) => string): number {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(key(list[middle]!), wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** So many names are sorted into frames at once: what that takes beside its result is small. */
const BATCH = 2000;

/** The names of a large folder in batches, since files of different heads have nothing to do with each other. */
function sortAll(files: readonly string[], place: RawPlace): Found {
  if (files.length <= BATCH) return sortNames(files, place);
  // Names that begin with the same head and a dot follow each other.
  const sorted = Deno.build.os === "windows"
    ? files.toSorted((a, b) => compare(a.toLowerCase(), b.toLowerCase()))
    : files.toSorted();
  const found = emptyFound();
  for (let begin = 0; begin < sorted.length;) {
    let end = Math.min(sorted.length, begin + BATCH);
    while (end < sorted.length && headOf(sorted[end]!) === headOf(sorted[end - 1]!)) end++;
    const part = sortNames(sorted.slice(begin, end), place);
    for (const candidate of part.candidates) found.candidates.push(candidate);
    for (const companion of part.companions) found.companions.push(companion);
    for (const [kind, list] of part.unclaimed) for (const one of list) add(kind, one, found);
    begin = end;
  }
  return inOrder(found);
}

function inOrder(found: Found): Found {
  found.candidates.sort((a, b) => compare(a.image, b.image));
  found.companions.sort((a, b) => compare(a.name, b.name));
  return found;
}

function sortNames(names: readonly string[], place: RawPlace): Found {
  const found = emptyFound();
  const visible: string[] = [];
  for (const name of names) {
    if (name.startsWith(".")) addHidden(name, place, found);
    else if (name.includes(REPLACEMENT) && !fileExists(join(place.path, name))) {
      add("unreadable_name", { name: below(place, name) }, found);
    } else {
      visible.push(name);
      if (isIgnoredName(name)) add("unfinished", { name: below(place, name) }, found);
    }
  }
  const groups = groupFrames(visible, { caseInsensitive: Deno.build.os === "windows" });
  for (const { image, sidecar, others } of groups.frames) {
    found.candidates.push({ ...place, image, sidecar, others: others.length === 0 ? NONE : others });
  }
  for (const name of groups.strays) {
    // Of two images whose names differ in case the second is taken after the first.
    if (isImageName(name)) continue;
    if (companionOf(name) === null) add("other", { name: below(place, name) }, found);
    else found.companions.push({ ...place, name });
  }
  return inOrder(found);
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
