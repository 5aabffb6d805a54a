/**
 * QSettings' INI dialect: how text becomes logical lines, keys and strings. Follows Qt 4.7 to 5.15 (qsettings.cpp), but for
 * stray quotes: Qt takes all lines up to the next quotes for one; here quotes that never close, or whose next line is a
 * key or a section, end with their line. QSettings itself writes no line end within quotes.
 */

/** One logical line: it may run over several lines of the file, inside quotes or after a backslash. */
export interface LogicalLine {
  /** Where its text lies: from its first character that is no blank to before its end of line or comment. */
  readonly start: number;
  readonly end: number;
  /** Where the first `=` outside quotes is, or -1. */
  readonly equals: number;
  readonly line: number;
  readonly column: number;
  /** The last line of the file that belongs to it. */
  readonly lastLine: number;
  /** Where quotes open that are not closed before its end. */
  readonly unclosed: { readonly line: number; readonly column: number } | null;
}

const TAB = 9, LF = 10, CR = 13, BLANK = 32, QUOTE = 34, SEMICOLON = 59, EQUALS = 61, BACKSLASH = 92;

/** A section, or a key in the characters that QSettings leaves unescaped. */
const WRITTEN_LINE = /\[|[A-Za-z0-9_.\-%\\]+=/y;

/** Goes through a text from front to back; each character is looked at a bounded number of times. */
export class LineReader {
  readonly #text: string;
  #position = 0;
  #line = 1;
  #lineStart = 0;
  /** Whether the end of a line ends quotes too: from the first line on whose quotes nothing closes. */
  #quotesEndWithLine = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next logical line, or null at the end. */
  next(): LogicalLine | null {
    this.#skipBlankAndComments();
    if (this.#position >= this.#text.length) return null;
    const before = { position: this.#position, line: this.#line, lineStart: this.#lineStart };
    const found = this.#read();
    if (found.unclosed === null || this.#quotesEndWithLine || this.#position < this.#text.length) return found;
    // Once only, so that a file of nothing but quotes is not read again for each of its lines.
    this.#quotesEndWithLine = true;
    this.#position = before.position;
    this.#line = before.line;
    this.#lineStart = before.lineStart;
    return this.#read();
  }

  #read(): LogicalLine {
    const text = this.#text;
    const start = this.#position;
    const line = this.#line;
    const column = start - this.#lineStart + 1;
    let equals = -1;
    let quotedAt: { line: number; column: number } | null = null;
    for (; this.#position < text.length; this.#position++) {
      const code = text.charCodeAt(this.#position);
      if (code === BACKSLASH) {
        // What follows a backslash never ends a line, opens quotes or starts a comment.
        this.#position++;
        if (this.#position < text.length) this.#countLineEnd();
      } else if (code === LF || code === CR) {
        if (quotedAt === null || this.#quotesEndWithLine || this.#isBeforeKey()) break;
        this.#countLineEnd();
      } else if (code === QUOTE) {
        quotedAt = quotedAt === null ? { line: this.#line, column: this.#position - this.#lineStart + 1 } : null;
      } else if (code === EQUALS && quotedAt === null && equals === -1) {
        equals = this.#position;
      } else if (code === SEMICOLON && quotedAt === null) {
        break;
      }
    }
    const end = Math.min(this.#position, text.length);
    return { start, end, equals, line, column, lastLine: this.#line, unclosed: quotedAt };
  }

  /** Whether the next line, behind the line end at the position, is one that QSettings writes. */
  #isBeforeKey(): boolean {
    const pair = this.#text.charCodeAt(this.#position) === CR && this.#text.charCodeAt(this.#position + 1) === LF;
    WRITTEN_LINE.lastIndex = this.#position + (pair ? 2 : 1);
    return WRITTEN_LINE.test(this.#text);
  }

  #skipBlankAndComments(): void {
    const text = this.#text;
    for (; this.#position < text.length; this.#position++) {
      const code = text.charCodeAt(this.#position);
      if (code === SEMICOLON) {
        while (this.#position + 1 < text.length && !isLineEnd(text.charCodeAt(this.#position + 1))) this.#position++;
      } else if (isLineEnd(code)) {
        this.#countLineEnd();
      } else if (code !== BLANK && code !== TAB) {
        return;
      }
    }
  }

  /** Counts the end of a line at the position, if there is one; `\r\n` (and Qt's `\n\r`) is one end, and is stepped into. */
  #countLineEnd(): void {
    const code = this.#text.charCodeAt(this.#position);
    if (!isLineEnd(code)) return;
    if (code === CR && this.#text.charCodeAt(this.#position + 1) === LF) this.#position++;
    this.#line++;
    this.#lineStart = this.#position + 1;
  }
}

function isLineEnd(code: number): boolean {
  return code === LF || code === CR;
}

/** A key or section name as the program named it: `\` is `/` (a level below), `%20` and `%U20AC` are characters. */
export function decodeKey(raw: string): string {
  if (!raw.includes("%") && !raw.includes("\\")) return raw;
  return raw.replaceAll("\\", "/").replace(
    /%(?:U([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))/g,
    (_, wide: string | undefined, narrow: string | undefined) =>
      String.fromCharCode(Number.parseInt(wide ?? narrow ?? "", 16)),
  );
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ['"', '"'],
  ["?", "?"],
  ["'", "'"],
  ["\\", "\\"],
]);

/** Escapes and quotes resolved; a list where commas stand outside quotes. Any text gives something, as in Qt. */
export function decodeStrings(raw: string): string | string[] {
  return new StringDecoder(raw).decode();
}

class StringDecoder {
  readonly #raw: string;
  #position = 0;
  #text = "";
  /** Blanks before this length came from quotes or escapes and are not trimmed. */
  #keep = 0;
  #quoted = false;
  #hadQuotes = false;

  constructor(raw: string) {
    this.#raw = raw;
  }

  decode(): string | string[] {
    const raw = this.#raw;
    const list: string[] = [];
    this.#skipBlanks();
    while (this.#position < raw.length) {
      const code = raw.charCodeAt(this.#position);
      if (code === BACKSLASH) {
        this.#position++;
        this.#escape();
        this.#keep = this.#text.length;
      } else if (code === QUOTE) {
        this.#position++;
        this.#hadQuotes = true;
        this.#quoted = !this.#quoted;
        if (!this.#quoted) {
          this.#skipBlanks();
          this.#keep = this.#text.length;
        }
      } else if (raw[this.#position] === "," && !this.#quoted) {
        list.push(this.#finish());
        this.#position++;
        this.#skipBlanks();
      } else {
        this.#plain();
      }
    }
    if (list.length === 0) return this.#finish();
    list.push(this.#finish());
    return list;
  }

  #finish(): string {
    let end = this.#text.length;
    while (!this.#hadQuotes && end > this.#keep && isBlank(this.#text.charCodeAt(end - 1))) end--;
    const text = this.#text.slice(0, end);
    this.#text = "";
    this.#keep = 0;
    this.#hadQuotes = false;
    return text;
  }

  #skipBlanks(): void {
    while (this.#position < this.#raw.length && isBlank(this.#raw.charCodeAt(this.#position))) this.#position++;
  }

  #plain(): void {
    const from = this.#position++;
    while (this.#position < this.#raw.length && !'\\",'.includes(this.#raw[this.#position]!)) this.#position++;
    this.#text += this.#raw.slice(from, this.#position);
  }

  #escape(): void {
    const raw = this.#raw;
    const character = raw[this.#position];
    if (character === undefined) return;
    const simple = SIMPLE_ESCAPES.get(character);
    if (simple !== undefined) {
      this.#position++;
      this.#text += simple;
    } else if (character === "x") {
      this.#position++;
      this.#number(16);
    } else if (character >= "0" && character <= "7") {
      this.#number(8);
    } else {
      // A line end after a backslash continues the line; any other character Qt drops as well.
      this.#position++;
      const next = raw[this.#position];
      const pair = isLineEnd(character.charCodeAt(0)) && next !== undefined && isLineEnd(next.charCodeAt(0));
      if (pair && next !== character) this.#position++;
    }
  }

  /** As many digits as there are, of which the lower 16 bits count: Qt makes one UTF-16 unit of them. */
  #number(base: 8 | 16): void {
    let value = 0;
    let count = 0;
    for (; this.#position < this.#raw.length; this.#position++, count++) {
      const digit = digitOf(this.#raw.charCodeAt(this.#position));
      if (digit >= base) break;
      value = (value * base + digit) & 0xffff;
    }
    if (count > 0) this.#text += String.fromCharCode(value);
  }
}

function isBlank(code: number): boolean {
  return code === BLANK || code === TAB;
}

/** The value of a hex digit, or 255. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : 255;
}
