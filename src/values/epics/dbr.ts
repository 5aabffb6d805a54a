/** Values as Channel Access sends them: the structures of db_access.h. */
import { CaProtocolError } from "./ca_message.ts";

/** By their number: bytes of one element, and those between the time and the value, by which that is aligned. */
const KINDS = [
  { kind: "string", bytes: 40, pad: 0 },
  { kind: "short", bytes: 2, pad: 2 },
  { kind: "float", bytes: 4, pad: 0 },
  { kind: "enum", bytes: 2, pad: 2 },
  { kind: "char", bytes: 1, pad: 3 },
  { kind: "long", bytes: 4, pad: 0 },
  { kind: "double", bytes: 8, pad: 4 },
] as const;
export type DbrKind = (typeof KINDS)[number]["kind"];

const TIME_HEAD_BYTES = 12;
const [TIME_OFFSET, CTRL_OFFSET] = [14, 28];
/** Seconds from 1970 to 1990, where EPICS begins. */
const EPICS_EPOCH_S = 631_152_000;
const UNITS_BYTES = 8;
const [CHOICES_MAX, CHOICE_BYTES] = [16, 26];

export type DbrElements =
  | readonly string[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Uint16Array
  | Uint8Array;

export interface DbrValue {
  readonly kind: DbrKind;
  readonly status: number;
  /** 0 NO_ALARM, 1 MINOR, 2 MAJOR, 3 INVALID. */
  readonly severity: number;
  /** The record's own, milliseconds since 1970. */
  readonly time_ms: number;
  readonly elements: DbrElements;
}

export interface DbrAbout {
  readonly units: string;
  /** Of an enumeration. */
  readonly choices: readonly string[];
}

/** Of a channel's native type; undefined for a number that is none. */
export function kindOf(type: number): DbrKind | undefined {
  return KINDS[type]?.kind;
}

export function sizeOf(kind: DbrKind): number {
  return KINDS[typeOf(kind)]!.bytes;
}

function typeOf(kind: DbrKind): number {
  return KINDS.findIndex((one) => one.kind === kind);
}

export function timeType(kind: DbrKind): number {
  return typeOf(kind) + TIME_OFFSET;
}

export function ctrlType(kind: DbrKind): number {
  return typeOf(kind) + CTRL_OFFSET;
}

/** @throws CaProtocolError where the payload is shorter than it has to be */
export function readTime(payload: Uint8Array, kind: DbrKind, count: number): DbrValue {
  const start = TIME_HEAD_BYTES + KINDS[typeOf(kind)]!.pad;
  need(payload, start + count * sizeOf(kind));
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    kind,
    status: view.getUint16(0),
    severity: view.getUint16(2),
    time_ms: (view.getUint32(4) + EPICS_EPOCH_S) * 1000 + Math.floor(view.getUint32(8) / 1e6),
    elements: elementsOf(view, { kind, count, start }),
  };
}

type NumberArray = Exclude<DbrElements, readonly string[]>;

/** How the numbers of each kind are kept, and read. */
const NUMBERS = {
  short: [Int16Array, "getInt16"],
  float: [Float32Array, "getFloat32"],
  enum: [Uint16Array, "getUint16"],
  char: [Uint8Array, "getUint8"],
  long: [Int32Array, "getInt32"],
  double: [Float64Array, "getFloat64"],
} as const;

function elementsOf(
  view: DataView,
  { kind, count, start }: { readonly kind: DbrKind; readonly count: number; readonly start: number },
): DbrElements {
  const at = (index: number) => start + index * sizeOf(kind);
  if (kind === "string") return Array.from({ length: count }, (_, index) => textAt(view, at(index), sizeOf(kind)));
  const [ofKind, read] = NUMBERS[kind];
  const elements: NumberArray = new ofKind(count);
  for (let index = 0; index < count; index++) elements[index] = view[read](at(index));
  return elements;
}

/** @throws CaProtocolError where the payload is shorter than it has to be */
export function readCtrl(payload: Uint8Array, kind: DbrKind): DbrAbout {
  if (kind === "string") return { units: "", choices: [] };
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (kind === "enum") {
    need(payload, 6 + CHOICES_MAX * CHOICE_BYTES);
    const count = Math.min(view.getUint16(4), CHOICES_MAX);
    return {
      units: "",
      choices: Array.from({ length: count }, (_, index) => textAt(view, 6 + index * CHOICE_BYTES, CHOICE_BYTES)),
    };
  }
  // Before the units of floating point numbers stands their precision.
  const start = kind === "float" || kind === "double" ? 8 : 4;
  need(payload, start + UNITS_BYTES);
  return { units: textAt(view, start, UNITS_BYTES), choices: [] };
}

function need(payload: Uint8Array, bytes: number): void {
  if (payload.length < bytes) {
    throw new CaProtocolError(`its server sent a value of ${payload.length} bytes, of at least ${bytes}`);
  }
}

function textAt(view: DataView, at: number, bytes: number): string {
  return decodeText(new Uint8Array(view.buffer, view.byteOffset + at, bytes));
}

/** Up to its NUL; UTF-8, or Latin-1 where it is none: IOCs write "°C" in either. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const own = end === -1 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(own);
  } catch {
    return new TextDecoder("latin1").decode(own);
  }
}
