/** What a value of a sidecar means: Qt's `@Variant(…)`, `@DateTime(…)`, `@ByteArray(…)`, `@Invalid()` and plain text. */
import { fromJulianDay, type LocalDateTime } from "./date_time.ts";
import { decodeStrings } from "./sidecar_text.ts";

/** A QByteArray. */
export interface SidecarBytes {
  readonly kind: "bytes";
  readonly bytes: Uint8Array;
}

/** A QDateTime. `spec` says what QXRD's Qt knew of the zone: nearly always "local". */
export interface SidecarDateTime {
  readonly kind: "dateTime";
  readonly dateTime: LocalDateTime;
  readonly spec: "local" | "utc" | "offset" | "zone";
}

/** Any other QVariant, as its bytes (big-endian QDataStream, without the type). */
export interface SidecarVariant {
  readonly kind: "variant";
  /** Number of the type in QMetaType, 127 for a class of QXRD's own. */
  readonly type: number;
  /** Name of the class, such as "QcepDoubleList"; null for a type of Qt's own. */
  readonly typeName: string | null;
  readonly bytes: Uint8Array;
}

/** A decoded value; null is Qt's `@Invalid()` (no value, or an empty list). */
export type SidecarValue = string | readonly string[] | null | SidecarBytes | SidecarDateTime | SidecarVariant;

/** Decodes the text behind `=`. Any text gives something: what is no known form stays the string that it is. */
export function decodeValue(raw: string): SidecarValue {
  const decoded = decodeStrings(raw);
  return typeof decoded === "string" ? decodeOne(decoded) : decoded.map(unescapeAt);
}

function decodeOne(text: string): SidecarValue {
  if (!text.startsWith("@")) return text;
  if (text === "@Invalid()") return null;
  if (text.endsWith(")")) {
    // Qt 5.15 and newer write a string so that holds NUL.
    if (text.startsWith("@String(")) return text.slice(8, -1);
    if (text.startsWith("@ByteArray(")) return { kind: "bytes", bytes: latin1Bytes(text.slice(11, -1)) };
    if (text.startsWith("@Variant(")) return decodeVariant(latin1Bytes(text.slice(9, -1)), 4) ?? text;
    if (text.startsWith("@DateTime(")) return decodeVariant(latin1Bytes(text.slice(10, -1)), 5) ?? text;
  }
  return unescapeAt(text);
}

/** Qt doubles the `@` of a string that begins with one. */
function unescapeAt(text: string): string {
  return text.startsWith("@@") ? text.slice(1) : text;
}

const TYPE_DATE_TIME = 16;
const TYPE_USER = 127;

/**
 * A QVariant in QDataStream form: u32 type, then (streams of Qt 5) a null flag, then for a user type its name as u32
 * length and text with NUL, then the value. `@Variant` is of Qt 4.0 form, `@DateTime` (Qt 5.9 and newer) of 5.6's.
 */
function decodeVariant(bytes: Uint8Array, stream: 4 | 5): SidecarDateTime | SidecarVariant | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = stream === 4 ? 4 : 5;
  if (bytes.length < start) return undefined;
  const type = view.getUint32(0);
  if (type === TYPE_DATE_TIME) {
    const value = stream === 4 ? dateTimeOfQt4(view, start) : dateTimeOfQt5(view, start);
    if (value !== undefined) return value;
  }
  if (type !== TYPE_USER || bytes.length < start + 4) {
    return { kind: "variant", type, typeName: null, bytes: bytes.subarray(start) };
  }
  const nameLength = view.getUint32(start);
  const nameStart = start + 4;
  if (nameLength > bytes.length - nameStart) {
    return { kind: "variant", type, typeName: null, bytes: bytes.subarray(start) };
  }
  const name = String.fromCharCode(...bytes.subarray(nameStart, nameStart + Math.min(nameLength, TYPE_NAME_MAX)));
  return { kind: "variant", type, typeName: name.replace(/\0.*$/s, ""), bytes: bytes.subarray(nameStart + nameLength) };
}

/** No class of QXRD has a longer name; bounds what is spread onto the stack. */
const TYPE_NAME_MAX = 256;

/** u32 Julian day, u32 ms, i8: -1, 0, 1 local (unknown, standard, summer), 2 UTC, 3 offset. */
function dateTimeOfQt4(view: DataView, at: number): SidecarDateTime | undefined {
  if (view.byteLength < at + 9) return undefined;
  const dateTime = fromJulianDay(view.getUint32(at), view.getUint32(at + 4));
  const spec = view.getInt8(at + 8);
  if (dateTime === undefined) return undefined;
  return { kind: "dateTime", dateTime, spec: spec < 2 ? "local" : spec === 2 ? "utc" : "offset" };
}

/** i64 Julian day, u32 ms, u8: 0 local, 1 UTC, 2 offset, 3 zone (an offset or a name follows). */
function dateTimeOfQt5(view: DataView, at: number): SidecarDateTime | undefined {
  if (view.byteLength < at + 13) return undefined;
  const dateTime = fromJulianDay(Number(view.getBigInt64(at)), view.getUint32(at + 8));
  const spec = (["local", "utc", "offset", "zone"] as const)[view.getUint8(at + 12)];
  if (dateTime === undefined || spec === undefined) return undefined;
  return { kind: "dateTime", dateTime, spec };
}

/** The numbers of a QcepDoubleList (u32 count, then float64, big-endian); undefined for anything else. */
export function doublesOf(value: SidecarValue | undefined): number[] | undefined {
  if (value === null || typeof value !== "object" || !("kind" in value) || value.kind !== "variant") return undefined;
  if (value.typeName !== "QcepDoubleList" && value.typeName !== "QcepDoubleVector") return undefined;
  const { bytes } = value;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return undefined;
  const count = view.getUint32(0);
  // Checked before anything of that size is made: the count comes from outside.
  if (bytes.length < 4 + count * 8) return undefined;
  return Array.from({ length: count }, (_, index) => view.getFloat64(4 + index * 8));
}

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
