/** What a value of a sidecar means: Qt's `@Variant(…)`, `@DateTime(…)`, `@ByteArray(…)`, `@Invalid()` and plain text. */
import { fromJulianDay, type LocalDateTime } from "./date_time.ts";
import { decodeStrings } from "./sidecar_text.ts";

/** A QByteArray. */
export interface SidecarBytes {
  readonly kind: "bytes";
  readonly bytes: Uint8Array;
}

/** A QDateTime. */
export interface SidecarDateTime {
  readonly kind: "dateTime";
  readonly dateTime: LocalDateTime;
  readonly clock: SidecarClock;
}

/** What a QDateTime says of the clock that it was read from. */
export type SidecarClock =
  /** The clock of QXRD's computer; whether it had summer time, as far as QXRD's Qt wrote that down. */
  | { readonly kind: "local"; readonly summer: boolean | null }
  /** UTC is the offset 0. East is positive. */
  | { readonly kind: "offset"; readonly offset_s: number }
  /** An IANA name. */
  | { readonly kind: "zone"; readonly name: string }
  /** Of an offset or a zone that is not in the stream. */
  | { readonly kind: "unknown" };

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

/** No class of QXRD and no time zone has a longer name; bounds what is spread onto the stack. */
const TYPE_NAME_MAX = 256;

/**
 * u32 Julian day, u32 ms, i8 QDateTimePrivate::Spec: -1 local, 0 local standard time, 1 local summer time (both of Qt 4
 * alone), 2 UTC, 3 an offset, 4 a zone. Qt writes neither that offset nor that zone into a stream of its version 4.0.
 */
function dateTimeOfQt4(view: DataView, at: number): SidecarDateTime | undefined {
  if (view.byteLength < at + 9) return undefined;
  const dateTime = fromJulianDay(view.getUint32(at), view.getUint32(at + 4));
  if (dateTime === undefined) return undefined;
  const spec = view.getInt8(at + 8);
  const clock: SidecarClock = spec === 2
    ? { kind: "offset", offset_s: 0 }
    : spec > 2
    ? { kind: "unknown" }
    : { kind: "local", summer: spec === 1 ? true : spec === 0 ? false : null };
  return { kind: "dateTime", dateTime, clock };
}

/**
 * i64 Julian day, u32 ms, i8 Qt::TimeSpec: 0 local, 1 UTC, 2 an offset (i32 seconds follow), 3 a QTimeZone. Streams of
 * Qt 5.2 and newer, 6 included.
 */
function dateTimeOfQt5(view: DataView, at: number): SidecarDateTime | undefined {
  if (view.byteLength < at + 13) return undefined;
  const dateTime = fromJulianDay(Number(view.getBigInt64(at)), view.getUint32(at + 8));
  const spec = view.getInt8(at + 12);
  if (dateTime === undefined || spec < 0 || spec > 3) return undefined;
  const clock = clockOfQt5(spec, new DataView(view.buffer, view.byteOffset + at + 13, view.byteLength - at - 13));
  return { kind: "dateTime", dateTime, clock };
}

function clockOfQt5(spec: number, rest: DataView): SidecarClock {
  if (spec === 0) return { kind: "local", summer: null };
  if (spec === 1) return { kind: "offset", offset_s: 0 };
  if (spec === 2) return rest.byteLength < 4 ? { kind: "unknown" } : { kind: "offset", offset_s: rest.getInt32(0) };
  return zoneOfQt5(rest);
}

/**
 * A QTimeZone is its IANA name; a zone of a fixed offset is the name "OffsetFromUtc", a name such as "UTC+01:00", and
 * i32 seconds; those of Qt 6.5 and newer are "QTimeZone::UTC", or "AheadOfUtcBy" and i32 seconds.
 */
function zoneOfQt5(view: DataView): SidecarClock {
  const name = stringAt(view, 0);
  // Qt names a zone that is none "-No Time Zone Specified!".
  if (name === null || name.text === "" || name.text.startsWith("-")) return { kind: "unknown" };
  if (name.text === "QTimeZone::UTC") return { kind: "offset", offset_s: 0 };
  if (name.text === "QTimeZone::LocalTime") return { kind: "local", summer: null };
  if (name.text !== "OffsetFromUtc" && name.text !== "AheadOfUtcBy") return { kind: "zone", name: name.text };
  const end = name.text === "AheadOfUtcBy" ? name.end : stringAt(view, name.end)?.end;
  if (end === undefined || view.byteLength < end + 4) return { kind: "unknown" };
  return { kind: "offset", offset_s: view.getInt32(end) };
}

/** A QString: u32 bytes (0xffffffff for none), then UTF-16, big-endian. */
function stringAt(view: DataView, at: number): { text: string; end: number } | null {
  if (view.byteLength < at + 4) return null;
  const bytes = view.getUint32(at);
  const from = at + 4;
  if (bytes > Math.min(2 * TYPE_NAME_MAX, view.byteLength - from)) return null;
  const units = Array.from({ length: bytes >> 1 }, (_, index) => view.getUint16(from + 2 * index));
  return { text: String.fromCharCode(...units), end: from + bytes };
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
