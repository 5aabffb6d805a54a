/**
 * What has changed in a large folder between two listings. A new frame among hundreds of thousands of files then costs
 * the sorting of its own files, not of all of them.
 */

/** A change of more names than this is no small one. */
const CHANGES_MAX = 2000;

/**
 * The part of a name that all files of a set share: up to its first dot. Files of different heads have nothing to do
 * with each other.
 */
export function headOf(name: string): string {
  const dot = name.indexOf(".");
  const head = dot < 0 ? name : name.slice(0, dot);
  return Deno.build.os === "windows" ? head.toLowerCase() : head;
}

/**
 * The heads of the names that only one of two listings has, or null where these are many. File systems list what has not
 * changed in the same order, so both are read side by side.
 */
export function changedHeads(before: readonly string[], now: readonly string[]): ReadonlySet<string> | null {
  const heads = new Set<string>();
  let changes = 0;
  let a = 0, b = 0;
  while (a < before.length || b < now.length) {
    if (a < before.length && b < now.length && before[a] === now[b]) {
      a++;
      b++;
      continue;
    }
    const [removed, added] = nextCommon(before, a, now, b);
    changes += removed + added;
    if (changes > CHANGES_MAX) return null;
    for (const end = a + removed; a < end; a++) heads.add(headOf(before[a]!));
    for (const end = b + added; b < end; b++) heads.add(headOf(now[b]!));
  }
  return heads;
}

/** How many names of each list come before the next that both have. */
function nextCommon(before: readonly string[], a: number, now: readonly string[], b: number): [number, number] {
  const places = new Map<string, number>();
  for (let index = 0; index <= CHANGES_MAX && b + index < now.length; index++) places.set(now[b + index]!, index);
  for (let index = 0; index <= CHANGES_MAX && a + index < before.length; index++) {
    const place = places.get(before[a + index]!);
    if (place !== undefined) return [index, place];
  }
  return [Math.min(CHANGES_MAX + 1, before.length - a), Math.min(CHANGES_MAX + 1, now.length - b)];
}
