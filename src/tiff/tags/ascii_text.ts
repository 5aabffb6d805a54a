/**
 * Any text as the ASCII of a TIFF tag, and back.
 *
 * A tag holds ASCII without NUL. What is neither is written as `\u{HEX}`, its code point in lower-case hexadecimal, and a
 * backslash that happens to stand before `u{` is written as `\u{5c}`. A colon directly behind a letter is written as
 * `\u{3a}`: programs search the text tags of any TIFF for `Name:value`. Dioptas (0.11) takes every tag that holds
 * "Vertical:" for a motor position, and cannot open the file where the tag holds more than that. All other text, a
 * sidecar with its own backslashes too, stays as it is.
 */

// deno-lint-ignore no-control-regex -- NUL is what must not get into a tag
const ESCAPED = /\\(?=u\{)|:(?<=[A-Za-z]:)|[^\x01-\x7f]/gu;

/** "Größe" becomes "Gr\u{f6}\u{df}e". */
export function toAscii(text: string): string {
  return text.replace(ESCAPED, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Undoes `toAscii`; what is no such escape stays as it is. */
export function fromAscii(ascii: string): string {
  // By pieces: a replacement with a function takes a second for a sidecar of nothing but umlauts.
  const pieces = ascii.split(ESCAPE);
  for (let index = 1; index < pieces.length; index++) pieces[index] = withoutEscape(pieces[index]!);
  return pieces.join("");
}

const ESCAPE = "\\u{";
const DIGITS_MAX = 6;

/** What stands behind an escape's beginning, with the character that it means in place of its digits. */
function withoutEscape(piece: string): string {
  const end = piece.indexOf("}");
  const digits = end >= 1 && end <= DIGITS_MAX ? piece.slice(0, end) : "";
  const codePoint = /^[0-9a-f]+$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) + piece.slice(end + 1) : ESCAPE + piece;
}
