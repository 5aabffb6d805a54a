/** Reads QXRD's `.metadata` sidecars (QSettings' INI dialect): every key in its order, verbatim and decoded. */
import { Buffer } from "node:buffer";
import { SidecarError } from "./sidecar_error.ts";
import { decodeKey, LineReader } from "./sidecar_text.ts";
import { decodeValue, type SidecarValue } from "./sidecar_values.ts";

export { SidecarError } from "./sidecar_error.ts";
export type { SidecarBytes, SidecarDateTime, SidecarValue, SidecarVariant } from "./sidecar_values.ts";

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

export interface Sidecar {
  /** The whole text, without a byte order mark. */
  readonly text: string;
  readonly encoding: "utf-8" | "latin-1";
  /** Every entry in the order of the file, repeated keys too. */
  readonly entries: readonly SidecarEntry[];
  /** The last entry of that key, as Qt takes it. `key` is a verbatim key or a decoded name. */
  entry(section: string, key: string): SidecarEntry | undefined;
  raw(section: string, key: string): string | undefined;
  value(section: string, key: string): SidecarValue | undefined;
  /**
   * The elements of a list that QSettings wrote as an array, in ascending order, those above its `size` left out;
   * also of one that has become a section of its own (`[normalization]`), with `section` "". Undefined: no such list.
   */
  list(section: string, key: string): readonly SidecarElement[] | undefined;
}

/**
 * Reads a sidecar.
 *
 * Takes LF, CRLF and CR, a byte order mark, UTF-8 and (where it is none) Latin-1. Work grows with the number of
 * bytes, whatever they are.
 *
 * @throws {SidecarError} for what QXRD never writes whole: a NUL byte, quotes or a section name that do not end, a
 * line without `=`. Each of them is what a file looks like of which only a part was written. And for a file or a number
 * of keys far larger than QXRD's.
 */
export function parseSidecar(bytes: Uint8Array): Sidecar {
  if (bytes.length > SIDECAR_BYTES_MAX) {
    throw new SidecarError(`file has ${bytes.length} bytes, more than ${SIDECAR_BYTES_MAX}`, { line: 1, column: 1 });
  }
  const { text, encoding } = decodeText(bytes);
  refuseNul(text);
  return new ParsedSidecar(text, encoding, readEntries(text));
}

function decodeText(bytes: Uint8Array): { text: string; encoding: "utf-8" | "latin-1" } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    // TextDecoder's "latin1" is windows-1252, which changes 0x80 to 0x9f; QLatin1String does not.
    return {
      text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"),
      encoding: "latin-1",
    };
  }
}

/** Qt escapes NUL, so one in the file means that it has been made longer but not filled. */
function refuseNul(text: string): void {
  const at = text.indexOf("\0");
  if (at === -1) return;
  const before = text.slice(0, at).split(/\r\n|\r|\n/);
  throw new SidecarError("there is a NUL byte", { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
}

function readEntries(text: string): SidecarEntry[] {
  const entries: SidecarEntry[] = [];
  const reader = new LineReader(text);
  let section = "";
  for (let line = reader.next(); line !== null; line = reader.next()) {
    if (text[line.start] === "[") {
      section = readSection(text.slice(line.start, line.end), line);
      continue;
    }
    if (line.equals === -1) throw new SidecarError("there is neither a section nor a key with =", line);
    // Qt takes blanks only from its end; `\\` before a line end would put that into the key.
    const key = text.slice(line.start, line.equals).replace(/[ \t]+$/, "");
    if (key === "") throw new SidecarError("key is empty", line);
    if (entries.length >= ENTRIES_MAX) throw new SidecarError(`there are more than ${ENTRIES_MAX} keys`, line);
    entries.push({
      section,
      key,
      name: decodeKey(key),
      raw: text.slice(line.equals + 1, line.end),
      line: line.line,
    });
  }
  return entries;
}

function readSection(line: string, place: { readonly line: number; readonly column: number }): string {
  const end = line.indexOf("]");
  if (end === -1) throw new SidecarError("section name has no closing ]", place);
  const name = line.slice(1, end).trim();
  if (name.toLowerCase() === "general") return "";
  return name.toLowerCase() === "%general" ? name.slice(1) : decodeKey(name);
}

class ParsedSidecar implements Sidecar {
  readonly text: string;
  readonly encoding: "utf-8" | "latin-1";
  readonly entries: readonly SidecarEntry[];
  readonly #sections: Map<string, Map<string, SidecarEntry>>;
  /** Entries below `key/`, by section and key; made when a list is first asked for. */
  #lists: Map<string, Map<string, SidecarEntry[]>> | null = null;

  constructor(text: string, encoding: "utf-8" | "latin-1", entries: readonly SidecarEntry[]) {
    this.text = text;
    this.encoding = encoding;
    this.entries = entries;
    this.#sections = new Map();
    for (const entry of entries) {
      let keys = this.#sections.get(entry.section);
      if (keys === undefined) this.#sections.set(entry.section, keys = new Map());
      keys.set(entry.name, entry);
    }
  }

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

  list(section: string, key: string): readonly SidecarElement[] | undefined {
    this.#lists ??= this.#gatherLists();
    const own = this.#sections.get(key);
    if (section === "" && own?.has("size") === true) {
      return elements([...own.values()].map((entry) => ({ path: entry.name, entry })));
    }
    const prefix = `${decodeKey(key)}/`;
    const gathered = this.#lists.get(section)?.get(decodeKey(key));
    return gathered && elements(gathered.map((entry) => ({ path: entry.name.slice(prefix.length), entry })));
  }

  #gatherLists(): Map<string, Map<string, SidecarEntry[]>> {
    const lists = new Map<string, Map<string, SidecarEntry[]>>();
    for (const [section, keys] of this.#sections) {
      const bySection = new Map<string, SidecarEntry[]>();
      lists.set(section, bySection);
      for (const entry of keys.values()) {
        const slash = entry.name.indexOf("/");
        if (slash === -1) continue;
        const key = entry.name.slice(0, slash);
        const gathered = bySection.get(key);
        if (gathered === undefined) bySection.set(key, [entry]);
        else gathered.push(entry);
      }
    }
    return lists;
  }
}

/** Only elements that are there are made: the declared size is a number from outside and may be anything. */
function elements(
  paths: readonly { readonly path: string; readonly entry: SidecarEntry }[],
): SidecarElement[] | undefined {
  const sizeEntry = paths.find(({ path }) => path === "size");
  if (sizeEntry === undefined) return undefined;
  const size = Number(sizeEntry.entry.raw);
  const byIndex = new Map<number, Map<string, SidecarValue>>();
  for (const { path, entry } of paths) {
    const found = /^([1-9]\d*)\/(.+)$/s.exec(path);
    if (found === null) continue;
    const index = Number(found[1]);
    // Elements above the size are left over from a longer list that was there before.
    if (index > size) continue;
    let fields = byIndex.get(index);
    if (fields === undefined) byIndex.set(index, fields = new Map());
    fields.set(found[2]!, decodeValue(entry.raw));
  }
  return [...byIndex].sort(([a], [b]) => a - b).map(([index, fields]) => ({ index, fields }));
}
