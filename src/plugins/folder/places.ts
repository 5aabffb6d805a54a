/** Turns places in transpiled copies, as they stand in errors and stacks, into places in the user's own files. */
import { join, sep } from "node:path";
import type { FilePlaces, PluginPlaces } from "../source.ts";

/** The text with each place in the transpiled copy as path:line:column of the user's file. */
export function userPlace(text: string, places: PluginPlaces | undefined): string {
  if (places === undefined) return text;
  return replaceUrls(text, places).replaceAll(places.copyPath, places.folder);
}

/** Deno writes URLs as they are in messages, and without their %20 in stacks: both are looked for. */
function replaceUrls(text: string, places: PluginPlaces): string {
  const names = spellings(Object.keys(places.files));
  let replaced = text;
  for (const copy of spellings([places.copyUrl]).keys()) replaced = replaceBelow(copy, replaced, { places, names });
  return replaced;
}

function replaceBelow(
  copy: string,
  text: string,
  { places, names }: { places: PluginPlaces; names: ReadonlyMap<string, string> },
): string {
  const [before = "", ...pieces] = text.split(copy);
  let done = before;
  for (const piece of pieces) {
    const spelling = [...names.keys()].find((name) => piece.startsWith(name));
    const file = places.files[names.get(spelling ?? "") ?? ""];
    if (spelling === undefined || file === undefined) {
      done += join(places.folder, sep) + piece;
      continue;
    }
    const rest = piece.slice(spelling.length);
    const place = /^(?:\?[^\s:]*)?:(\d+)(?::(\d+))?/.exec(rest);
    done += join(places.folder, file.file);
    if (place === null) done += rest;
    else done += placeIn(file, Number(place[1]), Number(place[2] ?? 1)) + rest.slice(place[0].length);
  }
  return done;
}

/** How each text may be written, with the text; the longest first: of "a.js" and "a.js.js" the one that is meant. */
function spellings(texts: readonly string[]): Map<string, string> {
  const all = texts.flatMap((text): [string, string][] => [[text, text], [decodeURIComponent(text), text]]);
  return new Map(all.sort(([a], [b]) => b.length - a.length));
}

/** ":line:column" for a place of the transpiled copy, both counted from 1; "" where nothing of the user's stands there. */
function placeIn(file: FilePlaces, copyLine: number, copyColumn: number): string {
  const line = copyLine - file.linesBefore;
  if (line < 1) return "";
  if (file.map === null) return `:${line}:${copyColumn}`;
  const place = originalPlace(file.map, { line: line - 1, column: copyColumn - 1 });
  return place === null ? "" : `:${place.line + 1}:${place.column + 1}`;
}

/** All counted from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What the map says of the last token that begins at or before the place; null where the line has none. */
export function originalPlace(map: readonly (readonly number[])[], at: Place): Place | null {
  const triples = map[at.line] ?? [];
  let found: Place | null = null;
  for (let i = 0; i + 2 < triples.length; i += 3) {
    if ((triples[i] ?? 0) > at.column && found !== null) break;
    found = { line: triples[i + 1] ?? 0, column: triples[i + 2] ?? 0 };
  }
  return found;
}
