/** Sorts the names of a folder of raw into frames with what carries their name, and into what is no frame. */
import { join } from "node:path";
import { fileExists, type ListingChanges } from "../../files/listing.ts";
import { type Entry, headOf } from "../../files/large_listing.ts";
import { companionOf, groupFrames, isIgnoredName, isImageName } from "../../qxrd/frame_name.ts";
import type { UnclaimedKind } from "../events.ts";

/** One for all frames of a crowd that have no other files. */
const NONE: readonly string[] = [];
/** What the program itself makes: locks, probes, work folders. */
const OWN_PREFIX = ".pewatch";
/** Deno puts it in the place of bytes that are no UTF-8; nothing can be opened by such a name. */
export const REPLACEMENT = "\ufffd";

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

export interface Found {
  readonly candidates: Candidate[];
  readonly companions: Companion[];
  readonly unclaimed: Map<UnclaimedKind, Unclaimed[]>;
}

export function emptyFound(): Found {
  return { candidates: [], companions: [], unclaimed: new Map() };
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Takes over what has nothing to do with the files that came or went.
 * @returns null where that cannot be said
 */
export function sortedAnew(before: Found, changes: ListingChanges, place: RawPlace): Found | null {
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
export function keepSame(before: readonly Candidate[], candidates: Candidate[]): void {
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
export function sortAll(files: readonly string[], place: RawPlace): Found {
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

export function addHidden(name: string, place: RawPlace, found: Found): void {
  if (!name.startsWith(OWN_PREFIX)) add("hidden", { name: below(place, name) }, found);
}

export function add(kind: UnclaimedKind, unclaimed: Unclaimed, { unclaimed: all }: Found): void {
  const known = all.get(kind);
  if (known === undefined) all.set(kind, [unclaimed]);
  else known.push(unclaimed);
}

export function below({ folder }: RawPlace, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
