/** Values as Channel Access sends them: the structures of db_access.h. */
import { CaProtocolError } from "./ca_message.ts";

/** By their number. */
const KINDS = ["string", "short", "float", "enum", "char", "long", "double"] as const;
export type DbrKind = (typeof KINDS)[number];

/** Bytes of one element. */
const SIZES: Readonly<Record<DbrKind, number>> = {
  string: 40,
  short: 2,
  float: 4,
  enum: 2,
  char: 1,
  long: 4,
  double: 8,
};
/** Bytes between the time and the value, by which that is aligned. */
const TIME_PADS: Readonly<Record<DbrKind, number>> = {
  string: 0,
  short: 2,
  float: 0,
  enum: 2,
  char: 3,
  long: 0,
  double: 4,
};
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
  return KINDS[type];
}

export function sizeOf(kind: DbrKind): number {
  return SIZES[kind];
}

export function timeType(kind: DbrKind): number {
  return KINDS.indexOf(kind) + TIME_OFFSET;
}

export function ctrlType(kind: DbrKind): number {
  return KINDS.indexOf(kind) + CTRL_OFFSET;
}

/** @throws CaProtocolError where the payload is shorter than it has to be */
export function readTime(payload: Uint8Array, kind: DbrKind, count: number): DbrValue {
  const start = TIME_HEAD_BYTES + TIME_PADS[kind];
  need(payload, start + count * SIZES[kind]);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    kind,
    status: view.getUint16(0),
    severity: view.getUint16(2),
    time_ms: (view.getUint32(4) + EPICS_EPOCH_S) * 1000 + Math.floor(view.getUint32(8) / 1e6),
    elements: elementsOf(view, { kind, count, start }),
  };
}

function elementsOf(
  view: DataView,
  { kind, count, start }: { readonly kind: DbrKind; readonly count: number; readonly start: number },
): DbrElements {
  const at = (index: number) => start + index * SIZES[kind];
  switch (kind) {
    case "string":
      return Array.from({ length: count }, (_, index) => textAt(view, at(index), SIZES.string));
    case "short":
      return Int16Array.from({ length: count }, (_, index) => view.getInt16(at(index)));
    case "float":
      return Float32Array.from({ length: count }, (_, index) => view.getFloat32(at(index)));
    case "enum":
      return Uint16Array.from({ length: count }, (_, index) => view.getUint16(at(index)));
    case "char":
      return Uint8Array.from({ length: count }, (_, index) => view.getUint8(at(index)));
    case "long":
      return Int32Array.from({ length: count }, (_, index) => view.getInt32(at(index)));
    case "double":
      return Float64Array.from({ length: count }, (_, index) => view.getFloat64(at(index)));
  }
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
