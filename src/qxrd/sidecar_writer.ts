/** Writes QSettings' INI dialect as Qt 4.7 to 5.15 do: escapes, quotes, sections. */
import { type LocalDateTime, toJulianDay } from "./date_time.ts";
import type { SidecarEntry } from "./sidecar.ts";

/** What is needed of an entry to write it; `raw` is already in the form of the file. */
export type RawEntry = Pick<SidecarEntry, "section" | "key" | "raw">;

const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, "\\0"],
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);

/** One string in the form of the file; quoted where it holds `;`, `,` or `=` or has blanks at its ends. */
function encodeString(text: string): string {
  const parts: string[] = [];
  let digitWouldContinue = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const short = SHORT_ESCAPES.get(code);
    if (digitWouldContinue && /[0-9a-fA-F]/.test(text[index]!)) {
      // A hex digit behind \x41 or \0 would be read as a part of it, so it is escaped itself.
      parts.push(`\\x${code.toString(16)}`);
    } else if (short !== undefined) {
      parts.push(short);
      digitWouldContinue = code === 0;
    } else if (code < 0x20 || code >= 0x7f) {
      parts.push(`\\x${code.toString(16)}`);
      digitWouldContinue = true;
    } else {
      parts.push(text[index]!);
      digitWouldContinue = false;
    }
  }
  const encoded = parts.join("");
  return /[;,=]/.test(text) || encoded.startsWith(" ") || encoded.endsWith(" ") ? `"${encoded}"` : encoded;
}

/** A string value: one that begins with `@` gets a second one, so that it is not read as `@Variant(…)`. */
export function encodeText(text: string): string {
  return encodeString(text.startsWith("@") ? `@${text}` : text);
}

/** A key or section by the name that the program gives it; `/` leads a level down. */
export function encodeKey(name: string): string {
  return name.replace(/[^A-Za-z0-9_.\-]/g, (character) => {
    if (character === "/") return "\\";
    const hex = character.charCodeAt(0).toString(16).toUpperCase();
    return character.charCodeAt(0) <= 0xff ? `%${hex.padStart(2, "0")}` : `%U${hex.padStart(4, "0")}`;
  });
}

/** A QDateTime of local time as `@Variant(…)`, in QDataStream's form of Qt 4.0. */
export function encodeDateTime(dateTime: LocalDateTime): string {
  const { julianDay, dayMilliseconds } = toJulianDay(dateTime);
  const bytes = new DataView(new ArrayBuffer(13));
  bytes.setUint32(0, 16);
  bytes.setUint32(4, julianDay);
  bytes.setUint32(8, dayMilliseconds);
  bytes.setInt8(12, -1);
  return encodeString(`@Variant(${String.fromCharCode(...new Uint8Array(bytes.buffer))})`);
}

/** The text of a sidecar: sections in the order in which they first come, keys in theirs; raw values as they are. */
export function renderSidecar(entries: readonly RawEntry[], lineEnd: "\n" | "\r\n"): string {
  const sections = new Map<string, string[]>();
  for (const { section, key, raw } of entries) {
    let lines = sections.get(section);
    if (lines === undefined) sections.set(section, lines = [`[${sectionName(section)}]`]);
    lines.push(`${key}=${raw}`);
  }
  return [...sections.values()].map((lines) => lines.join(lineEnd) + lineEnd).join(lineEnd);
}

function sectionName(section: string): string {
  if (section === "") return "General";
  return section.toLowerCase() === "general" ? `%${section}` : encodeKey(section);
}

/** QSettings' way with a file that is there already: known keys change in their place, new ones follow, old ones stay. */
export function mergeEntries(present: readonly RawEntry[], added: readonly RawEntry[]): RawEntry[] {
  const merged = new Map<string, RawEntry>();
  for (const entry of [...present, ...added]) merged.set(`${entry.section}\0${entry.key}`, entry);
  return [...merged.values()];
}
