/**
 * In which line of a TOML text each key stands; parsers give values only. The text has to be one that a TOML parser has
 * accepted, so nothing is judged here: headers, dotted and quoted keys, inline tables, arrays and the four kinds of
 * strings are stepped over by TOML 1.1's grammar.
 */

/**
 * Lines from 1 by path. In an array the elements have their index, from 0, in the path; a path without indices that
 * occurs more than once keeps its first line.
 */
export class TomlLines {
  readonly #lines = new Map<string, number>();

  constructor(text: string) {
    new Scanner(text, (path, line) => {
      this.#add(path.map(String), line);
      this.#add(path.filter((name) => typeof name === "string"), line);
    }).scan();
  }

  /** A dotted key or header names the tables above it too. */
  #add(path: readonly string[], line: number): void {
    for (let depth = 1; depth <= path.length; depth++) {
      const name = JSON.stringify(path.slice(0, depth));
      if (!this.#lines.has(name)) this.#lines.set(name, line);
    }
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

/** Numbers are indices in arrays. */
type Path = readonly (string | number)[];
type Found = (path: Path, line: number) => void;

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
    let table: Path = [];
    const counts = new Map<string, number>();
    for (this.#skipBlank(); this.#at < this.#text.length; this.#skipBlank()) {
      const line = this.#line;
      if (this.#peek() === "[") {
        const brackets = this.#text.startsWith("[[", this.#at) ? 2 : 1;
        this.#step(brackets);
        table = this.#dottedKey();
        if (brackets === 2) {
          const name = JSON.stringify(table);
          const index = counts.get(name) ?? 0;
          counts.set(name, index + 1);
          table = [...table, index];
        }
        this.#found(table, line);
        this.#skipSpaces();
        this.#step(brackets);
      } else {
        this.#keyAndValue(table);
      }
    }
  }

  #keyAndValue(table: Path): void {
    const line = this.#line;
    const path = [...table, ...this.#dottedKey()];
    this.#found(path, line);
    this.#skipSpaces();
    this.#step(1); // the equals sign
    this.#skipSpaces();
    this.#value(path);
  }

  #value(path: Path): void {
    const first = this.#peek();
    let index = 0;
    if (first === '"' || first === "'") this.#string();
    else if (first === "[") this.#items("]", () => this.#value([...path, index++]));
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

/** The usual slips, each with what to write instead; null for other lines. */
export function tomlHint(line: string): string | null {
  if (/[\u201c\u201d\u201e\u2018\u2019\u201a]/.test(line)) return "use straight quotes: 'R:/raw'";
  // "D:\data", where \d is an escape that TOML does not know.
  if (/"[^"]*\\/.test(line)) return "a path with backslashes needs single quotes: 'D:\\data'";
  const value = /^[^=]*=\s*(.*?)\s*(?:#.*)?$/.exec(line)?.[1];
  if (value === undefined) return /^\s*[\w.]+\s*:/.test(line) ? "write = between key and value" : null;
  if (value === "") return "the value is missing; remove the key or put # before it to leave it unset";
  if (/^(?:true|false)$/i.test(value)) return `true and false are lower case: ${value.toLowerCase()}`;
  if (/^(?:yes|on)$/i.test(value)) return "write true";
  if (/^(?:no|off)$/i.test(value)) return "write false";
  if (/^(?:none|null|nil)$/i.test(value)) return "remove the key or put # before it to leave it unset";
  if (/^[+-]?\d+,\d+$/.test(value)) return `use a decimal point: ${value.replace(",", ".")}`;
  if (/^[+-]?\.\d+$/.test(value)) return `a digit is needed before the point: ${value.replace(".", "0.")}`;
  if (/^[+-]?\d+\.$/.test(value)) return `a digit is needed after the point: ${value}0`;
  if (/^[+-]?[\d.]+ *[A-Za-z\u00b0\u00b5%]+$/.test(value)) return "write the number alone; the key's name has its unit";
  if (/^[A-Za-z/\\.~]/.test(value) && !value.includes("'")) return `a text needs quotes: '${value}'`;
  return null;
}
