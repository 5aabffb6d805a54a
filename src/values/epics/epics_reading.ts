/** What is known of a process variable as a parameter: a value with unit, severity, texts and time, or why there is none. */
import type { ParameterAttributes, ParameterList } from "../../parameters/parameter.ts";
import { cleanText, oneLine, type ValueReading } from "../value_reading.ts";
import type { EpicsPvTable, EpicsState } from "./epics_values.ts";
import { type DbrValue, decodeText } from "./dbr.ts";

/** By the numbers of alarm.h. */
const SEVERITIES = ["NO_ALARM", "MINOR", "MAJOR", "INVALID"] as const;
const STATUSES =
  ("NO_ALARM READ WRITE HIHI HIGH LOLO LOW STATE COS COMM TIMEOUT HWLIMIT CALC SCAN LINK SOFT BAD_SUB UDF " +
    "DISABLE SIMM READ_ACCESS WRITE_ACCESS").split(" ");
const INVALID = 3;
/** A record that was never processed has the time 1990; clocks differ by less than the second. */
const [TIME_MIN_MS, AHEAD_MS_MAX] = [Date.UTC(2000, 0), 2000];

/**
 * @param at.absent_ms before which its source was not read: an older value counts from now on
 * @returns undefined where the variable has not been read
 */
export function readingOf(
  { value, about }: EpicsState,
  { name, as, max_age_s }: EpicsPvTable,
  { now_ms, absent_ms = 0 }: { readonly now_ms: number; readonly absent_ms?: number | undefined },
): ValueReading | undefined {
  if (value === null || about === null) return undefined;
  const { kind, status, severity, time_ms, elements } = value;
  const form = as ?? (kind === "enum" || name.endsWith("$") ? "text" : "number");
  const own = new Date(time_ms).toISOString();
  const isOdd = time_ms < TIME_MIN_MS || time_ms > now_ms + AHEAD_MS_MAX;
  const timeNote = isOdd
    ? `its own time, ${own}, cannot be right: the time is when it was read`
    : time_ms <= absent_ms
    ? `its own time is ${own}; it could not be read since, and the time is when it was read again`
    : null;
  const attributes: ParameterAttributes = {
    quality: SEVERITIES[severity] ?? String(severity),
    ...status === 0 ? {} : { alarm: STATUSES[status] ?? String(status) },
    ...timeNote === null ? {} : { time_note: timeNote },
  };
  const unit = oneLine(about.units);
  const isNumber = kind !== "string" && kind !== "enum" && !(kind === "char" && form === "text");
  const base = { time: new Date(timeNote === null ? time_ms : now_ms), ...isNumber ? { unit } : {}, attributes };
  const without = (note: string) => ({ ...base, value: null, note });
  if (severity >= INVALID) return without(`its severity is INVALID (${STATUSES[status] ?? status})`);
  if (elements.length === 0) return without("it is an empty list");
  if (max_age_s !== undefined && now_ms - time_ms > 1000 * max_age_s) {
    return without(`its time, ${own}, is older than max_age_s = ${max_age_s}`);
  }
  if (kind === "char" && form === "text") return { ...base, value: cleanText(decodeText(elements as Uint8Array)) };
  if (kind === "enum") {
    const texts = Array.from(
      elements as Uint16Array,
      (number) => oneLine(about.choices[number] ?? "") || String(number),
    );
    const [text, number] = [texts[0]!, (elements as Uint16Array)[0]!];
    if (elements.length > 1) return { ...base, value: form === "text" ? texts : elements as Uint16Array };
    return form === "text"
      ? { ...base, value: text, attributes: { ...attributes, number } }
      : { ...base, value: BigInt(number), attributes: { ...attributes, text } };
  }
  if (elements.length > 1) return { ...base, value: listOf(elements) };
  const [one] = elements as ArrayLike<number | string> as (number | string)[];
  if (typeof one === "string") return { ...base, value: cleanText(one) };
  return { ...base, value: kind === "double" || kind === "float" ? one! : BigInt(one!) };
}

function listOf(elements: DbrValue["elements"]): ParameterList {
  return Array.isArray(elements) ? elements.map(cleanText) : elements as Exclude<typeof elements, readonly string[]>;
}
