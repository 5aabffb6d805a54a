/** The records of the Tango client (pewatch_tango_client.h), decoded. Light: no library is opened here. */
import { splitTexts } from "../text.ts";

/** sizeof(ptc_record) */
const HEADER_BYTES = 56;
/** More than any record that the client makes: its values have bytes_max at most. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;
const KINDS = { value: 1, status: 2, config: 3, heartbeat: 4 };

/** In the order of PTC_IS_*. */
const STATUSES = [
  "waiting",
  "read",
  "no database",
  "not defined",
  "not running",
  "timed out",
  "no attribute",
  "failed",
  "refused",
] as const;
export type TangoAttributeStatus = typeof STATUSES[number];

/** In the order of Tango's AttrQuality. */
const QUALITIES = ["VALID", "INVALID", "ALARM", "CHANGING", "WARNING"] as const;
export type TangoAttributeQuality = typeof QUALITIES[number];

/** In the order of PTC_BOOLEAN …; the first has no name. */
const TYPES = [
  "none",
  "boolean",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float",
  "double",
  "string",
  "state",
  "enum",
] as const;
export type TangoAttributeType = typeof TYPES[number];

/** One element a value; states and enumerations as their numbers. */
export type TangoElements =
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | readonly string[];

export interface TangoValueRecord {
  readonly kind: "value";
  readonly attribute: number;
  readonly type: TangoAttributeType;
  readonly format: "scalar" | "spectrum";
  readonly quality: TangoAttributeQuality;
  /** Null where the quality is INVALID. */
  readonly elements: TangoElements | null;
  /** The attribute's own time, since 1970. */
  readonly time_s: number;
  /** This computer's, when it arrived. */
  readonly read_s: number;
  /** The attribute's own time is before 2000 or lies ahead. */
  readonly hasOddTime: boolean;
  readonly isEvent: boolean;
}

export interface TangoStatusRecord {
  readonly kind: "status";
  readonly attribute: number;
  readonly status: TangoAttributeStatus;
  /** Empty where it is read. */
  readonly reason: string;
}

export interface TangoConfigRecord {
  readonly kind: "config";
  readonly attribute: number;
  readonly unit: string;
  readonly label: string;
  /** Texts of an enumeration; empty of other types. */
  readonly choices: readonly string[];
}

export type TangoRecord =
  | TangoValueRecord
  | TangoStatusRecord
  | TangoConfigRecord
  | { readonly kind: "heartbeat" };

/** What cannot be the client's output. */
class TangoRecordError extends Error {
  override readonly name = "TangoRecordError";
}

/** Puts records together that a pipe has cut. */
export class RecordDecoder {
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** @throws TangoRecordError where the bytes are no records */
  *take(chunk: Uint8Array): Generator<TangoRecord> {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const length = view.getInt32(at, true);
      if (length < HEADER_BYTES || length > RECORD_BYTES_MAX || length % 8 !== 0) {
        throw new TangoRecordError(`a record of ${length} bytes is impossible`);
      }
      if (at + length > bytes.length) break;
      yield recordAt(bytes, at);
      at += length;
    }
    this.#rest = bytes.slice(at);
  }
}

/** One without attributes or a value. */
export function heartbeatRecord(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, HEADER_BYTES, true);
  view.setInt32(8, KINDS.heartbeat, true);
  return bytes;
}

/** A record of an attribute that the library was not asked for: its name is refused. */
export function refusedRecord(attribute: number, reason: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(reason);
  const length = Math.ceil((HEADER_BYTES + text.length) / 8) * 8;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, length, true);
  view.setInt32(4, attribute, true);
  view.setInt32(8, KINDS.status, true);
  view.setInt32(12, STATUSES.indexOf("refused"), true);
  view.setInt32(32, text.length, true);
  bytes.set(text, HEADER_BYTES);
  return bytes;
}

/** Gives the records in a buffer other attribute numbers. */
export function renumber(bytes: Uint8Array<ArrayBuffer>, numbers: readonly number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += view.getInt32(at, true)) {
    view.setInt32(at + 4, numbers[view.getInt32(at + 4, true)] ?? -1, true);
  }
}

function recordAt(bytes: Uint8Array<ArrayBuffer>, at: number): TangoRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const int = (index: number) => view.getInt32(index * 4, true);
  const length = int(0);
  const [attribute, kind, type, format] = [int(1), int(2), int(3), int(4)] as const;
  const [quality, x, flags, valueBytes] = [int(5), int(6), int(7), int(8)] as const;
  if (valueBytes < 0 || HEADER_BYTES + valueBytes > length) {
    throw new TangoRecordError(`${valueBytes} bytes cannot be in a record of ${length}`);
  }
  const value = bytes.slice(at + HEADER_BYTES, at + HEADER_BYTES + valueBytes);
  switch (kind) {
    case KINDS.heartbeat:
      return { kind: "heartbeat" };
    case KINDS.status:
      return { kind: "status", attribute, status: named(STATUSES, type), reason: splitTexts(value)[0] ?? "" };
    case KINDS.config: {
      const [unit = "", label = "", , , ...choices] = splitTexts(value);
      return { kind: "config", attribute, unit, label, choices };
    }
    case KINDS.value:
      return {
        kind: "value",
        attribute,
        type: named(TYPES, type),
        format: format === 1 ? "spectrum" : "scalar",
        quality: named(QUALITIES, quality),
        elements: QUALITIES[quality] === "INVALID" ? null : elementsOf(named(TYPES, type), value, x),
        time_s: view.getFloat64(40, true),
        read_s: view.getFloat64(48, true),
        hasOddTime: (flags & 2) !== 0,
        isEvent: (flags & 1) !== 0,
      };
    default:
      throw new TangoRecordError(`there is no record of kind ${kind}`);
  }
}

function named<const Names extends readonly string[]>(names: Names, index: number): Names[number] {
  const name = names[index];
  if (name === undefined) throw new TangoRecordError(`${index} is not an index into ${names.join(", ")}`);
  return name;
}

/** `bytes` is a copy of its own, so each type's alignment holds. */
function elementsOf(type: TangoAttributeType, bytes: Uint8Array<ArrayBuffer>, count: number): TangoElements {
  const { buffer } = bytes;
  switch (type) {
    case "boolean":
    case "uint8":
      return bytes;
    case "int16":
      return new Int16Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "int32":
    case "state":
    case "enum":
      return new Int32Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    case "uint64":
      return new BigUint64Array(buffer);
    case "float":
      return new Float32Array(buffer);
    case "double":
      return new Float64Array(buffer);
    case "string":
      return splitTexts(bytes).slice(0, count);
    case "none":
      return new Float64Array(0);
  }
}
