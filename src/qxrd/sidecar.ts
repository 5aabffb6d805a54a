/** Reads QXRD's `.metadata` sidecars (QSettings' INI dialect): every key in its order, verbatim and decoded. */
import { SidecarError } from "./sidecar_error.ts";
import { decodeText, type SidecarEncoding } from "./sidecar_encoding.ts";
import { decodeKey, LineReader, type LogicalLine } from "./sidecar_text.ts";
import { decodeValue, type SidecarValue } from "./sidecar_values.ts";

/** The largest that QXRD is known to write is 2.5 MB; what is far larger is no sidecar. */
export const SIDECAR_BYTES_MAX = 8 * 1024 * 1024;
/**
 * Saved points take some 30 bytes a key, so that largest one has 85,000 keys. Without this limit a file of nothing but
 * `a=` would take seconds, and gigabytes of memory.
 */
const ENTRIES_MAX = 250_000;

export interface SidecarEntry {
  /** Decoded; "" for what stands before the first section and in `[General]`. */
  readonly section: string;
  /** As it stands in the file: `normalization\size`, `my%20key`. */
  readonly key: string;
  /** The key as QXRD's program names it: `normalization/size`, `my key`. */
  readonly name: string;
  /** All that stands behind `=`, as it stands there. */
  readonly raw: string;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** One element of a list (`key\3\x=…`): its number, and its fields by their names. */
export interface SidecarElement {
  readonly index: number;
  readonly fields: ReadonlyMap<string, SidecarValue>;
}

/** A line that QXRD never writes so; it costs itself, and nothing of what stands before or behind it. */
export interface SidecarFlaw {
  readonly line: number;
  /** Place in that line in UTF-16 units, from 1. */
  readonly column: number;
  readonly text: string;
}

/**
 * Reads a sidecar.
 *
 * Takes LF, CRLF and CR, UTF-8, UTF-16 with or without a byte order mark and (in lines that are no UTF-8) Latin-1. Work
 * grows with the number of bytes, whatever they are. As in QSettings a line that is neither a section nor `key=value`
 * is left out, and becomes a flaw; so does one with a NUL byte, which Qt would have escaped.
 *
 * @throws {SidecarError} for what is no sidecar: no keys, or more lines that say nothing than keys. And for a file or a number of
 * keys far larger than QXRD's.
 */
export function parseSidecar(bytes: Uint8Array): Sidecar {
  if (bytes.length > SIDECAR_BYTES_MAX) {
    throw new SidecarError(`file has ${bytes.length} bytes, more than ${SIDECAR_BYTES_MAX}`, { line: 1, column: 1 });
  }
  const { text, encoding } = decodeText(bytes);
  const lines = readLines(text);
  return new Sidecar(text, { encoding, ...lines });
}

/** So many flaws are kept; a file with more is named by the first ones. */
const FLAWS_MAX = 100;

interface Lines {
  readonly entries: readonly SidecarEntry[];
  readonly flaws: readonly SidecarFlaw[];
  readonly cutOff: string | null;
}

function readLines(text: string): Lines {
  const entries: SidecarEntry[] = [];
  const flaws: SidecarFlaw[] = [];
  let lost = 0;
  const reader = new LineReader(text);
  let section = "";
  const anyNul = text.includes("\0");
  let lastFlawed = false;
  for (let line = reader.next(); line !== null; line = reader.next()) {
    const nul = anyNul && text.slice(line.start, line.end).includes("\0");
    const flaw = nul ? { line: line.line, column: line.column, text: "there is a NUL byte" } : flawOf(text, line);
    lastFlawed = flaw !== null;
    if (flaw !== null && flaws.length < FLAWS_MAX) flaws.push(flaw);
    if (text[line.start] === "[") {
      section = readSection(text.slice(line.start, line.end));
      continue;
    }
    // Qt takes blanks only from its end; `\\` before a line end would put that into the key.
    const key = line.equals === -1 ? "" : text.slice(line.start, line.equals).replace(/[ \t]+$/, "");
    if (key === "" || nul) {
      lost++;
      continue;
    }
    if (entries.length >= ENTRIES_MAX) throw new SidecarError(`there are more than ${ENTRIES_MAX} keys`, line);
    entries.push({
      section,
      key,
      name: decodeKey(key),
      raw: text.slice(line.equals + 1, line.end),
      line: line.line,
    });
  }
  if (entries.length === 0 && lost === 0) throw new SidecarError("there are no keys", { line: 1, column: 1 });
  if (lost > entries.length) {
    const first = flaws[0]!;
    const count = lost === 1 ? "" : `, and ${lost - 1} more such lines`;
    throw new SidecarError(`${first.text}${count}, but ${entries.length} keys`, first);
  }
  return { entries, flaws, cutOff: cutOffOf(text, lastFlawed) };
}

/** What is wrong with a line, or null. */
function flawOf(text: string, line: LogicalLine): SidecarFlaw | null {
  const at = (place: { line: number; column: number }, reason: string) => ({
    line: place.line,
    column: place.column,
    text: reason,
  });
  if (text[line.start] === "[") {
    return text.slice(line.start, line.end).includes("]") ? null : at(line, "section name has no closing ]");
  }
  if (line.equals === -1) return at(line, "there is neither a section nor a key with =");
  if (line.equals === line.start) return at(line, "key is empty");
  if (line.unclosed !== null) return at(line.unclosed, "quotes are opened and not closed");
  if (line.lastLine > line.line) {
    return at(line, `it goes on up to line ${line.lastLine}, in quotes or behind a backslash at its end`);
  }
  return null;
}

/** QSettings ends each line, the last too; and it escapes NUL, so one means a file made longer but not filled. */
function cutOffOf(text: string, lastFlawed: boolean): string | null {
  if (text.includes("\0")) return "it has NUL bytes";
  if (text === "" || /[\r\n]$/.test(text)) return null;
  return lastFlawed ? "it ends within a line that cannot be read" : "its last line has no end";
}

/** Without its closing bracket it is the rest of the line, as in Qt. */
function readSection(line: string): string {
  const end = line.indexOf("]");
  const name = line.slice(1, end === -1 ? undefined : end).trim();
  if (name.toLowerCase() === "general") return "";
  return name.toLowerCase() === "%general" ? name.slice(1) : decodeKey(name);
}

export class Sidecar {
  /** The whole text, without a byte order mark. */
  readonly text: string;
  /** "latin-1" where at least one line is no UTF-8; the others are read as UTF-8 all the same. */
  readonly encoding: SidecarEncoding;
  /** Every entry in the order of the file, repeated keys too. */
  readonly entries: readonly SidecarEntry[];
  /** What is wrong with single lines, in their order: the first FLAWS_MAX of them. */
  readonly flaws: readonly SidecarFlaw[];
  /** Why the file looks as if only a part of it had been written, or null. */
  readonly cutOff: string | null;
  readonly #sections = new Map<string, Map<string, SidecarEntry>>();
  /** By section and key, the entries of that key and below `key/`; made when a list is first asked for. */
  #lists: ReadonlyMap<string, ReadonlyMap<string, readonly SidecarEntry[]>> | null = null;

  constructor(text: string, parts: Lines & { readonly encoding: SidecarEncoding }) {
    this.text = text;
    this.encoding = parts.encoding;
    this.entries = parts.entries;
    this.flaws = parts.flaws;
    this.cutOff = parts.cutOff;
    for (const entry of this.entries) {
      let keys = this.#sections.get(entry.section);
      if (keys === undefined) this.#sections.set(entry.section, keys = new Map());
      keys.set(entry.name, entry);
    }
  }

  /** The last entry of that key, as Qt takes it. `key` is a verbatim key or a decoded name. */
  entry(section: string, key: string): SidecarEntry | undefined {
    const keys = this.#sections.get(section);
    return keys?.get(key) ?? keys?.get(decodeKey(key));
  }

  raw(section: string, key: string): string | undefined {
    return this.entry(section, key)?.raw;
  }

  value(section: string, key: string): SidecarValue | undefined {
    const entry = this.entry(section, key);
    return entry === undefined ? undefined : decodeValue(entry.raw);
  }

  /**
   * The elements of a list that QSettings wrote as an array, in ascending order, those above its `size` left out;
   * also of one that has become a section of its own (`[normalization]`), with `section` "". Undefined: no such list.
   */
  list(section: string, key: string): readonly SidecarElement[] | undefined {
    const own = this.#sections.get(key);
    if (section === "" && own?.has("size") === true) return elements([...own.values()], "");
    const name = decodeKey(key);
    this.#lists ??= this.#gatherLists();
    const gathered = this.#lists.get(section)?.get(name);
    return gathered && elements(gathered, `${name}/`);
  }

  #gatherLists(): Map<string, Map<string, SidecarEntry[]>> {
    const lists = Array.from(this.#sections, ([section, keys]) => {
      return [section, Map.groupBy(keys.values(), ({ name }) => name.split("/", 1)[0]!)] as const;
    });
    return new Map(lists);
  }
}

/** Only elements that are there are made: the declared size is a number from outside and may be anything. */
function elements(entries: readonly SidecarEntry[], prefix: string): SidecarElement[] | undefined {
  const sizeEntry = entries.find(({ name }) => name === `${prefix}size`);
  if (sizeEntry === undefined) return undefined;
  const size = Number(sizeEntry.raw);
  const byIndex = new Map<number, Map<string, SidecarValue>>();
  for (const { name, raw } of entries) {
    const found = /^([1-9]\d*)\/(.+)$/s.exec(name.slice(prefix.length));
    if (found === null) continue;
    const index = Number(found[1]);
    // Elements above the size are left over from a longer list that was there before.
    if (index > size) continue;
    let fields = byIndex.get(index);
    if (fields === undefined) byIndex.set(index, fields = new Map());
    fields.set(found[2]!, decodeValue(raw));
  }
  return [...byIndex].sort(([a], [b]) => a - b).map(([index, fields]) => ({ index, fields }));
}
