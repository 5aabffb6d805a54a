/** Lines and columns in a module's text, counted as V8 does. */
import type { Place } from "./places.ts";

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

/** A fault at a place of a text. */
export class ModuleTextError extends SyntaxError {
  override readonly name = "ModuleTextError";
  /** Counted from 0; null where the whole file is meant. */
  readonly place: Place | null;

  constructor(message: string, place: Place | null) {
    super(message);
    this.place = place;
  }
}

export function placeAt(text: string, index: number): Place {
  let line = 0;
  let start = 0;
  for (const end of text.matchAll(LINE_END)) {
    if (end.index >= index) break;
    line++;
    start = end.index + end[0].length;
  }
  return { line, column: index - start };
}

/** ":line:column", counted from 1 as editors do. */
export function placeText(place: Place | null): string {
  return place === null ? "" : `:${place.line + 1}:${place.column + 1}`;
}
