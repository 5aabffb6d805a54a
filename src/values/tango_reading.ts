/** What a record of the Tango client is as a parameter: a value with its unit, quality, texts and time, or why there is none. */
import type { TangoConfigRecord, TangoElements, TangoValueRecord } from "../../ffi/tango/client/records.ts";
import { TANGO_STATES } from "../../ffi/tango/library.ts";
import type { ParameterAttributes, ParameterList, ParameterValue } from "../parameters/parameter.ts";
import { cleanText, oneLine, type ValueReading } from "./value_reading.ts";

/** How a state or an enumeration is written: the other form is an attribute of it. */
export type TangoForm = "text" | "number";

/** Parameters' attributes hold no more. */
const LABEL_LENGTH_MAX = 200;

/** @param config what is known of the attribute; undefined before it is */
export function tangoReading(
  record: TangoValueRecord,
  { config, form }: { readonly config: TangoConfigRecord | undefined; readonly form: TangoForm },
): ValueReading {
  const time = new Date((record.hasOddTime ? record.read_s : record.time_s) * 1000);
  const label = oneLine(config?.label ?? "").slice(0, LABEL_LENGTH_MAX);
  const about = {
    time,
    // Of a text it says nothing: "" is Tango's word for no unit, and a number without one has none.
    ...config === undefined || isText(record) ? {} : { unit: oneLine(config.unit).slice(0, LABEL_LENGTH_MAX) },
  };
  const attributes: ParameterAttributes = {
    quality: record.quality,
    ...label === "" ? {} : { label },
    ...record.hasOddTime ? { time_note: oddTimeNote(record.time_s) } : {},
  };
  if (record.elements === null) return { ...about, attributes, value: null, note: "its quality is INVALID" };
  if (record.elements.length === 0) return { ...about, attributes, value: null, note: "it is an empty list" };
  const { value, other } = valueOf(record, record.elements, { choices: config?.choices ?? [], form });
  return { ...about, attributes: { ...attributes, ...other }, value };
}

function isText({ type }: TangoValueRecord): boolean {
  return type === "string" || type === "state" || type === "enum" || type === "boolean";
}

function oddTimeNote(time_s: number): string {
  const time = new Date(time_s * 1000);
  const shown = Number.isNaN(time.getTime()) ? `${time_s} s` : time.toISOString();
  return `the attribute's own time, ${shown}, cannot be right: the time is when it was read`;
}

interface Writing {
  readonly choices: readonly string[];
  readonly form: TangoForm;
}

function valueOf(
  record: TangoValueRecord,
  elements: TangoElements,
  writing: Writing,
): { readonly value: ParameterValue; readonly other: ParameterAttributes } {
  const { type, format } = record;
  const list = type === "state" || type === "enum"
    ? named(type, elements as Int32Array, writing)
    : type === "boolean"
    ? Array.from(elements as Uint8Array, (one) => one !== 0)
    : format === "spectrum"
    ? storable(elements)
    : Array.from<number | bigint | string>(elements) as ParameterList;
  if (format === "spectrum") return { value: list, other: {} };
  const value = scalarOf(type, list[0]!);
  if (type !== "state" && type !== "enum") return { value, other: {} };
  const number = (elements as Int32Array)[0]!;
  return { value, other: writing.form === "text" ? { number } : { text: textOf(type, number, writing.choices) } };
}

function named(type: "state" | "enum", numbers: Int32Array, { choices, form }: Writing): ParameterList {
  return form === "number" ? numbers : Array.from(numbers, (number) => textOf(type, number, choices));
}

function textOf(type: "state" | "enum", number: number, choices: readonly string[]): string {
  const known = type === "state" ? TANGO_STATES[number] : choices[number];
  return known === undefined || known === "" ? String(number) : cleanText(known);
}

/** Integers stay integers in the file. */
function scalarOf(type: TangoValueRecord["type"], one: number | bigint | string | boolean): ParameterValue {
  if (typeof one === "bigint") return one < 2n ** 63n ? one : Number(one); // a parameter's integers have a sign
  return typeof one === "number" && type !== "float" && type !== "double" ? BigInt(one) : one;
}

/** Lists of the types that a parameter takes. */
function storable(elements: TangoElements): ParameterList {
  if (elements instanceof BigUint64Array) {
    const fits = elements.every((one) => one < 2n ** 63n);
    return fits ? BigInt64Array.from(elements) : Float64Array.from(elements, Number);
  }
  return Array.isArray(elements) ? elements.map(cleanText) : elements as Exclude<TangoElements, BigUint64Array>;
}
