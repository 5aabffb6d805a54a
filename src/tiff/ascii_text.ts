/**
 * Any text as the ASCII of a TIFF tag, and back.
 *
 * A tag holds ASCII without NUL. What is neither is written as `\u{HEX}`, its code point in lower-case hexadecimal, and a
 * backslash that happens to stand before `u{` is written as `\u{5c}`. All other text, a sidecar with its own backslashes
 * too, stays as it is.
 */

/** "Größe" becomes "Gr\u{f6}\u{df}e". */
export function toAscii(text: string): string {
  // deno-lint-ignore no-control-regex -- NUL is what must not get into a tag
  return text.replace(/\\(?=u\{)|[^\x01-\x7f]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Undoes `toAscii`; what is no such escape stays as it is. */
export function fromAscii(ascii: string): string {
  return ascii.replace(/\\u\{([0-9a-f]{1,6})\}/g, (whole, digits: string) => {
    const codePoint = Number.parseInt(digits, 16);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : whole;
  });
}
