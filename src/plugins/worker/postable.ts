/** Makes what a plugin throws or logs fit to be posted between threads. */
import { oneLine } from "../../files/errors.ts";

/** Longer than any sentence with its place; a thrown megabyte is cut here. */
const ERROR_TEXT_LENGTH_MAX = 2000;
/** Deno writes some of its errors in colours. */
// deno-lint-ignore no-control-regex
const STYLES = /\x1b\[[\d;]*m/g;

/**
 * One line for whatever was thrown: the message, its cause, and where it came from, as the whole URL of the module. Of
 * the stack that is the first place below `home`, else the first in any file.
 */
export function textOfError(thrown: unknown, home = ""): string {
  return oneLine(textOf(thrown, home).replaceAll(STYLES, "")).slice(0, ERROR_TEXT_LENGTH_MAX);
}

function textOf(thrown: unknown, home: string): string {
  try {
    if (!(thrown instanceof Error)) return typeof thrown === "string" ? thrown : `thrown: ${Deno.inspect(thrown)}`;
    const kind = thrown.name === "Error" ? "" : `${thrown.name}: `;
    const cause = thrown.cause === undefined ? "" : ` (${textOf(thrown.cause, home)})`;
    return `${kind}${thrown.message}${cause}${placeOf(thrown, home)}`;
  } catch {
    return "an error whose text cannot be read";
  }
}

const PLACE = /\((file:\/\/[^\s)]+:\d+:\d+)\)|at (?:async )?(file:\/\/\S+:\d+:\d+)/g;

function placeOf(error: Error, home: string): string {
  if (error.message.includes("file://")) return ""; // as an import's error, which names its place itself
  const places = [...(error.stack ?? "").matchAll(PLACE)].map((match) => match[1] ?? match[2] ?? "");
  const place = places.find((url) => url.startsWith(home)) ?? places[0];
  return place === undefined ? "" : ` at ${place}`;
}

/** The fields as they are where they can be posted, else each that cannot as text. */
export function postableFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const postable: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    try {
      postable[key] = value instanceof Error ? textOfError(value) : structuredClone(value);
    } catch {
      postable[key] = String(value);
    }
  }
  return postable;
}
