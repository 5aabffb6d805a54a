/** Texts as Tango has them: Latin-1, one byte a character. */
import { TangoError } from "./error.ts";

// deno-lint-ignore no-control-regex
const BEYOND = /[^\u0001-\u00ff]/g;

/** The same text for a client: what Latin-1 does not have is written as \uXXXX, a NUL as well. */
export function escapeForTango(text: string): string {
  return text.replace(BEYOND, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Latin-1 without a NUL at its end. @throws TangoError where a character is not Latin-1 */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  if (text.search(BEYOND) >= 0) throw new TangoError(`Cannot pass ${JSON.stringify(text)} to Tango: it is not Latin-1`);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A C string. @throws TangoError where a character is not Latin-1 */
export function cText(text: string): Uint8Array<ArrayBuffer> {
  return encodeLatin1(text + "\u0001").fill(0, -1);
}

/** TextDecoder's "latin1" is Windows' code page 1252 in truth, so not that. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  // In parts: each byte becomes an argument.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/**
 * Texts of the database that each end with a NUL. What wrote them decides how: Jive writes Latin-1, PyTango UTF-8. A
 * Latin-1 text with anything but ASCII in it is hardly ever valid UTF-8, so that is tried first.
 */
export function splitTexts(bytes: Uint8Array<ArrayBuffer>): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const nul = bytes.indexOf(0, at);
    const end = nul < 0 ? bytes.length : nul;
    texts.push(decodeEither(bytes.subarray(at, end)));
    at = end + 1;
  }
  return texts;
}

function decodeEither(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeLatin1(bytes);
  }
}
