/** Readings as JSON that returns exactly what went in: NaN, 64-bit integers, typed arrays, dates and series too. */
import { Buffer } from "node:buffer";
import { isSeries, type ParameterList, type ParameterReading, type ParameterValue, TYPED_ARRAYS } from "./parameter.ts";
import { checkReading } from "./check.ts";

/** Their names stand in the JSON. All systems that Deno runs on are little-endian. */
type TypedName = keyof typeof TYPED_ARRAYS;

/** A text, a truth or a finite number stands for itself; anything else says what it is. */
type JsonValue =
  | null
  | number
  | string
  | boolean
  | { readonly number: "NaN" | "Infinity" | "-Infinity" | "-0" }
  | { readonly bigint: string }
  | JsonList
  | { readonly times_ms: readonly number[]; readonly values: JsonList };
type JsonList =
  | { readonly list: readonly (number | string | boolean)[] }
  /** Lists of numbers too, since JSON has no NaN. */
  | { readonly bytes: string; readonly type: TypedName | "numbers" | "bigints" };

interface JsonReading extends Omit<ParameterReading, "value" | "time" | "until"> {
  readonly value: JsonValue;
  readonly time_ms: number;
  readonly until_ms?: number;
}

/** One line without a line end. */
export function readingToJson(reading: ParameterReading): string {
  const { value, time, until, ...texts } = reading;
  const json: JsonReading = {
    ...texts,
    time_ms: time.getTime(),
    ...until === undefined ? {} : { until_ms: until.getTime() },
    value: valueToJson(value),
  };
  return JSON.stringify(json);
}

/** @throws ParameterError, TypeError or RangeError where it is no reading: the file that it came from is damaged */
export function readingFromJson(json: unknown): ParameterReading {
  if (typeof json !== "object" || json === null) throw new TypeError("Cannot read a parameter: it is not an object");
  const { value, time_ms, until_ms, ...texts } = json as JsonReading;
  const until = until_ms === undefined ? {} : { until: new Date(until_ms) };
  return checkReading({ ...texts, ...until, time: new Date(time_ms), value: valueFromJson(value) });
}

function valueToJson(value: ParameterValue | null): JsonValue {
  if (value === null) return null;
  if (typeof value === "number") {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { number: Object.is(value, -0) ? "-0" : String(value) as "NaN" };
  }
  if (typeof value === "bigint") return { bigint: String(value) };
  if (typeof value !== "object") return value;
  if (!isSeries(value)) return listToJson(value);
  return { times_ms: value.times.map((time) => time.getTime()), values: listToJson(value.values) };
}

function valueFromJson(value: JsonValue): ParameterValue | null {
  if (typeof value !== "object" || value === null) return value;
  if ("number" in value) return Number(value.number);
  if ("bigint" in value) return BigInt(value.bigint);
  if (!("times_ms" in value)) return listFromJson(value);
  return { times: value.times_ms.map((time_ms) => new Date(time_ms)), values: listFromJson(value.values) };
}

function listToJson(list: ParameterList): JsonList {
  if (ArrayBuffer.isView(list)) return { bytes: base64(list), type: typedNameOf(list) };
  if (typeof list[0] === "number") return { bytes: base64(Float64Array.from(list as number[])), type: "numbers" };
  if (typeof list[0] === "bigint") return { bytes: base64(BigInt64Array.from(list as bigint[])), type: "bigints" };
  return { list: list as readonly (string | boolean)[] };
}

function listFromJson(json: JsonList): ParameterList {
  if ("list" in json) return json.list as readonly string[];
  const bytes = Buffer.from(json.bytes, "base64");
  // A buffer of its own, at whose start any type may lie.
  const { buffer } = new Uint8Array(bytes);
  if (json.type === "numbers") return Array.from(new Float64Array(buffer));
  if (json.type === "bigints") return Array.from(new BigInt64Array(buffer));
  const type = TYPED_ARRAYS[json.type];
  if (type === undefined) throw new TypeError(`Cannot read a parameter: ${json.type} is not a type of list`);
  return new type(buffer);
}

function typedNameOf(list: ArrayBufferView): TypedName {
  return Object.prototype.toString.call(list).slice(8, -1) as TypedName;
}

function base64(list: ArrayBufferView): string {
  return Buffer.from(list.buffer, list.byteOffset, list.byteLength).toString("base64");
}
