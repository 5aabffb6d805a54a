/** The text of the TIFF's tag with the parameters: for a look at them. Exact and whole they are in the NeXus file. */
import { isSeries, type ParameterList, type ParameterReading, type ParameterValue } from "./parameter.ts";

/** Of a list; the tag is read by persons, and rewritten by each program that rewrites the file. */
export const TAG_ELEMENTS_MAX = 100;
/** UTF-16 units. */
export const TAG_TEXT_MAX = 1000;

/**
 * `{"NAME": {"value": …, "unit": …, "time": …, "path": …, "origin": …}, …}`. JSON has no NaN: what is no finite number
 * is the text "NaN", "Infinity" or "-Infinity", which Python's float() takes. 64-bit integers stand with all their
 * digits. Of a longer list there are the first elements, of a series (`times`, `values`) the last, of a text the
 * beginning, and `length` says how many there were.
 * @returns null where there are none
 */
export function parametersJson(readings: readonly ParameterReading[]): string | null {
  if (readings.length === 0) return null;
  return asciiJson(
    `{${readings.map((reading) => `${JSON.stringify(reading.name)}:${readingJson(reading)}`).join(",")}}`,
  );
}

/**
 * In JSON's own escapes, so that nothing is left for those of the tags, which no reader of JSON knows: a backslash (one
 * before "u{" would be taken for theirs) and a colon behind a letter. JSON's own colons follow a quotation mark.
 */
function asciiJson(json: string): string {
  return json.replace(/\\\\|[^\x20-\x7e]/g, (one) => {
    return `\\u${(one === "\\\\" ? 0x5c : one.charCodeAt(0)).toString(16).padStart(4, "0")}`;
  }).replace(/:(?<=[A-Za-z]:)/g, "\\u003a");
}

function readingJson(reading: ParameterReading): string {
  const { value, time, unit, path, origin } = reading;
  const members = [
    ...valueMembers(value),
    ...(unit === undefined ? [] : [`"unit":${JSON.stringify(unit)}`]),
    `"time":"${time.toISOString()}"`,
    ...(path === undefined ? [] : [`"path":${JSON.stringify(path)}`]),
    ...(origin === undefined ? [] : [`"origin":${JSON.stringify(origin)}`]),
  ];
  return `{${members.join(",")}}`;
}

/** Written by hand, since JSON.stringify cannot write all digits of a 64-bit integer. */
function valueMembers(value: ParameterValue): string[] {
  if (typeof value === "string") {
    const text = cutText(value);
    return [`"value":${JSON.stringify(text)}`, ...lengthMember(value.length, text.length)];
  }
  if (typeof value !== "object") return [`"value":${scalarJson(value)}`];
  if (!isSeries(value)) {
    return [`"value":${listJson(value, { from: 0 })}`, ...lengthMember(value.length, TAG_ELEMENTS_MAX)];
  }
  const from = Math.max(0, value.times.length - TAG_ELEMENTS_MAX);
  const times = value.times.slice(from).map((one) => `"${one.toISOString()}"`);
  return [
    `"value":{"times":[${times.join(",")}],"values":${listJson(value.values, { from })}}`,
    ...lengthMember(value.times.length, TAG_ELEMENTS_MAX),
  ];
}

function lengthMember(length: number, shown: number): string[] {
  return length > shown ? [`"length":${length}`] : [];
}

function listJson(list: ParameterList, { from }: { from: number }): string {
  const shown: Iterable<string | number | bigint | boolean> = list.slice(from, from + TAG_ELEMENTS_MAX);
  return `[${Array.from(shown, scalarJson).join(",")}]`;
}

function scalarJson(value: string | number | bigint | boolean): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  return JSON.stringify(typeof value === "string" ? cutText(value) : value);
}

/** Never within a pair of surrogates. */
function cutText(text: string): string {
  return text.length <= TAG_TEXT_MAX ? text : text.slice(0, TAG_TEXT_MAX).replace(/[\uD800-\uDBFF]$/, "");
}
