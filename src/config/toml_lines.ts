/**
 * In which line of a TOML text each key stands; parsers give values only. The text has to be one that a TOML parser has
 * accepted, so nothing is judged here: headers, dotted and quoted keys, inline tables, arrays and the four kinds of
 * strings are stepped over by TOML 1.1's grammar.
 */

/** Lines from 1 by path. A path that occurs more than once (an array of tables) keeps its first line. */
export class TomlLines {
  readonly #lines = new Map<string, number>();

  constructor(text: string) {
    new Scanner(text, (path, line) => {
      // A dotted key or header names the tables above it too.
      for (let depth = 1; depth <= path.length; depth++) {
        const name = JSON.stringify(path.slice(0, depth));
        if (!this.#lines.has(name)) this.#lines.set(name, line);
      }
    }).scan();
  }

  /** The line of `path`, else that of the nearest table above it, else null. */
  lineOf(path: readonly string[]): number | null {
    for (let depth = path.length; depth > 0; depth--) {
      const line = this.#lines.get(JSON.stringify(path.slice(0, depth)));
      if (line !== undefined) return line;
    }
    return null;
  }
}

type Found = (path: readonly string[], line: number) => void;

class Scanner {
  readonly #text: string;
  readonly #found: Found;
  #at = 0;
  #line = 1;

  constructor(text: string, found: Found) {
    this.#text = text;
    this.#found = found;
  }

  scan(): void {
    let table: string[] = [];
    for (this.#skipBlank(); this.#at < this.#text.length; this.#skipBlank()) {
      const line = this.#line;
      if (this.#peek() === "[") {
        const brackets = this.#text.startsWith("[[", this.#at) ? 2 : 1;
        this.#step(brackets);
        table = this.#dottedKey();
        this.#found(table, line);
        this.#skipSpaces();
        this.#step(brackets);
      } else {
        this.#keyAndValue(table);
      }
    }
  }

  #keyAndValue(table: readonly string[]): void {
    const line = this.#line;
    const path = [...table, ...this.#dottedKey()];
    this.#found(path, line);
    this.#skipSpaces();
    this.#step(1); // the equals sign
    this.#skipSpaces();
    this.#value(path);
  }

  #value(path: readonly string[]): void {
    const first = this.#peek();
    if (first === '"' || first === "'") this.#string();
    else if (first === "[") this.#items("]", () => this.#value(path));
    else if (first === "{") this.#items("}", () => this.#keyAndValue(path));
    else while (this.#at < this.#text.length && !",]}#\r\n".includes(this.#peek())) this.#step(1);
  }

  #items(end: "]" | "}", item: () => void): void {
    this.#step(1);
    for (this.#skipBlank(); this.#at < this.#text.length; this.#skipBlank()) {
      if (this.#peek() === end) return this.#step(1);
      const before = this.#at;
      if (this.#peek() !== ",") item();
      // A comma; or what no parser accepts ("[}"), which must not hang the scan.
      if (this.#at === before) this.#step(1);
    }
  }

  #dottedKey(): string[] {
    const names: string[] = [];
    for (;;) {
      this.#skipSpaces();
      const first = this.#peek();
      names.push(first === '"' || first === "'" ? this.#string() : this.#bareKey());
      this.#skipSpaces();
      if (this.#peek() !== ".") return names;
      this.#step(1);
    }
  }

  #bareKey(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !" \t.=]},\r\n#".includes(this.#peek())) this.#step(1);
    return this.#text.slice(start, this.#at);
  }

  /** Steps over a string; what it gives matters for keys only, which are of one line. */
  #string(): string {
    const quote = this.#peek();
    const triple = quote.repeat(3);
    const fence = this.#text.startsWith(triple, this.#at) ? triple : quote;
    this.#step(fence.length);
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#text.startsWith(fence, this.#at)) {
      this.#step(quote === '"' && this.#peek() === "\\" ? 2 : 1);
    }
    // """a"""" is the string a": quotes before the fence belong to the text.
    while (fence === triple && this.#text.startsWith(quote, this.#at + 3)) this.#step(1);
    const inside = this.#text.slice(start, this.#at);
    this.#step(fence.length);
    return fence === '"' ? unescape(inside) : inside;
  }

  #skipSpaces(): void {
    while (this.#peek() === " " || this.#peek() === "\t") this.#step(1);
  }

  /** Spaces, ends of lines and comments. */
  #skipBlank(): void {
    for (;;) {
      const character = this.#peek();
      if (character === "#") { while (this.#at < this.#text.length && this.#peek() !== "\n") this.#step(1); }
      else if (character !== "" && " \t\r\n".includes(character)) this.#step(1);
      else return;
    }
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #step(characters: number): void {
    for (let count = 0; count < characters; count++) {
      if (this.#text.charCodeAt(this.#at) === 10) this.#line++;
      this.#at++;
    }
  }
}

function unescape(inside: string): string {
  try {
    return JSON.parse(`"${inside}"`);
  } catch {
    // TOML knows escapes that JSON does not (\U, \e, \x); such a key is only found less exactly.
    return inside;
  }
}
