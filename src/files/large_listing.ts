/**
 * The listing of a large folder: its names are decoded only when they are asked for, and it knows what has changed since
 * the listing before. A new file among hundreds of thousands then costs its own name, not an object for each of them.
 */
import { eachEntry, type EntryFilter, type EntryKind, type PackedEntries } from "../../ffi/system/directory.ts";

/** A change of more entries than this is no small one. */
const CHANGES_MAX = 2000;
/** How far ahead the next entry that both listings have is looked for, one after the other. */
const WINDOWS = [16, 256, CHANGES_MAX];

export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface EntryChanges {
  readonly removed: readonly Entry[];
  readonly added: readonly Entry[];
}

/**
 * What only one of two listings has, or null where this is much. File systems list what has not changed in the same
 * order, so both are read side by side.
 */
export function changesBetween(before: PackedEntries, now: PackedEntries): EntryChanges | null {
  const removed: Entry[] = [], added: Entry[] = [];
  for (let a = 0, b = 0; a < before.bytes.length || b < now.bytes.length;) {
    [a, b] = commonEnd(before.bytes, a, now.bytes, b);
    if (a === before.bytes.length && b === now.bytes.length) break;
    const next = nextCommon(entriesAt(before, a), entriesAt(now, b));
    removed.push(...next.removed.entries);
    added.push(...next.added.entries);
    if (removed.length + added.length > CHANGES_MAX) return null;
    a += next.removed.bytes;
    b += next.added.bytes;
  }
  return { removed, added };
}

/** Where the entries that both have in common end. */
function commonEnd(before: Uint8Array, a: number, now: Uint8Array, b: number): [number, number] {
  const count = Math.min(before.length - a, now.length - b);
  let common = 0;
  for (let index = 0; index < count; index++) {
    const byte = before[a + index]!;
    if (byte !== now[b + index]!) break;
    if (byte === 0) common = index + 1;
  }
  return [a + common, b + common];
}

/** Some entries that follow each other. */
interface Run {
  readonly entries: readonly Entry[];
  readonly bytes: number;
}

/** The first entries behind a place. */
function entriesAt({ bytes }: PackedEntries, begin: number): (count: number) => Run & { readonly ends: number[] } {
  return (count) => {
    const entries: Entry[] = [];
    const ends: number[] = [];
    let end = begin;
    while (end < bytes.length && ends.length < count) {
      end = bytes.indexOf(0, end) + 1;
      ends.push(end - begin);
    }
    eachEntry({ bytes: bytes.subarray(begin, end) }, (name, kind) => entries.push({ name, kind }));
    return { entries, bytes: end - begin, ends };
  };
}

type Ahead = ReturnType<typeof entriesAt>;

/** What comes in each listing before the next entry that both have; more than CHANGES_MAX where there is none near. */
function nextCommon(before: Ahead, now: Ahead): { removed: Run; added: Run } {
  const textOf = ({ kind, name }: Entry) => `${kind} ${name}`;
  for (const window of WINDOWS) {
    const some = before(window + 1), others = now(window + 1);
    const places = new Map(others.entries.map((entry, index) => [textOf(entry), index]));
    for (const [index, entry] of some.entries.entries()) {
      const place = places.get(textOf(entry));
      if (place !== undefined) return { removed: firstOf(some, index), added: firstOf(others, place) };
    }
    const isAll = some.entries.length <= window && others.entries.length <= window;
    if (isAll || window === CHANGES_MAX) return { removed: some, added: others };
  }
  throw new Error("cannot be reached: the last window returns");
}

function firstOf({ entries, ends }: ReturnType<Ahead>, count: number): Run {
  return { entries: entries.slice(0, count), bytes: count === 0 ? 0 : ends[count - 1]! };
}

/**
 * The part of a name that all files of a set share: up to its first dot. Files of different heads have nothing to do
 * with each other.
 */
export function headOf(name: string): string {
  const dot = name.indexOf(".");
  const head = dot < 0 ? name : name.slice(0, dot);
  return Deno.build.os === "windows" ? head.toLowerCase() : head;
}

/** Lets all files pass that may have one of these heads, as `headOf` gives them, and few others. */
export function filterOfHeads(heads: ReadonlySet<string>): EntryFilter {
  const encoder = new TextEncoder();
  const wanted = new Set([...heads].map((head) => hashOfHead(encoder.encode(`${head}\0`), 0)));
  return (kind, bytes, from) => {
    if (kind !== "file" && kind !== "unknown") return false;
    const hash = hashOfHead(bytes, from);
    return hash === null || wanted.has(hash);
  };
}

/** Without regard to case, since Windows has none; null where a byte is not ASCII. */
function hashOfHead(bytes: Uint8Array, from: number): number | null {
  let hash = 0;
  for (let at = from;; at++) {
    const byte = bytes[at]!;
    if (byte === 0 || byte === 0x2e) return hash;
    if (byte >= 0x80) return null;
    hash = (Math.imul(hash, 31) + (byte | 0x20)) | 0;
  }
}
