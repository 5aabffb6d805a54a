/** The text of the TIFF's tag with the parameters: for a look at them. Exact and whole they are in the NeXus file. */
import {
  differInNumber,
  isSeries,
  type ParameterList,
  type ParameterReading,
  type ParameterValue,
} from "./parameter.ts";

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
  if (readings === former.readings) return former.json;
  const members = readings.map((reading, index) => memberOf(reading, former.members[index]));
  former = { readings, members, json: `{${members.map(({ text }) => text).join(",")}}` };
  return former.json;
}

interface Member {
  readonly reading: ParameterReading;
  readonly text: string;
  /** Of one number: what stands around it and its time. Null for others. */
  readonly around: readonly [before: string, between: string, behind: string] | null;
}

interface Former {
  readonly readings: readonly ParameterReading[];
  readonly members: readonly Member[];
  readonly json: string;
}

/** Of the last frame: the next has most of its readings again, and most others differ in value and time alone. */
let former: Former = { readings: [], members: [], json: "" };

function memberOf(reading: ParameterReading, former: Member | undefined): Member {
  if (former?.reading === reading) return former;
  const number = Number.isFinite(reading.value) ? String(reading.value) : null;
  if (number === null) return { reading, text: asciiMember(reading, readingJson(reading)), around: null };
  const around = former !== undefined && former.around !== null && differInNumber(reading, former.reading)
    ? former.around
    : aroundNumber(reading);
  const [before, between, behind] = around;
  return { reading, text: `${before}${number}${between}${utc(reading.time)}${behind}`, around };
}

function aroundNumber(reading: ParameterReading): NonNullable<Member["around"]> {
  const { before, behind } = jsonAround(reading);
  return [asciiMember(reading, '{"value":'), asciiJson(before), asciiJson(behind)];
}

function asciiMember({ name }: ParameterReading, json: string): string {
  return asciiJson(`${JSON.stringify(name)}:${json}`);
}

/**
 * In JSON's own escapes, so that nothing is left for those of the tags, which no reader of JSON knows: a backslash (one
 * before "u{" would be taken for theirs) and a colon behind a letter. JSON's own colons follow a quotation mark.
 */
function asciiJson(json: string): string {
  if (!ESCAPED.test(json)) return json;
  return json.replace(/\\\\|[^\x20-\x7e]/g, (one) => {
    return `\\u${(one === "\\\\" ? 0x5c : one.charCodeAt(0)).toString(16).padStart(4, "0")}`;
  }).replace(/:(?<=[A-Za-z]:)/g, "\\u003a");
}

/** What asciiJson changes; hardly any reading has it. */
const ESCAPED = /[^\x20-\x5b\x5d-\x7e]|\\\\|[A-Za-z]:/;

function readingJson(reading: ParameterReading): string {
  const { value, time } = reading;
  const members = value === null ? ['"value":null'] : valueMembers(value);
  const { before, behind } = jsonAround(reading);
  return `{${members.join(",")}${before}${utc(time)}${behind}`;
}

/** The many parameters of a frame were often read in one go. */
let last = { time_ms: NaN, text: "" };

function utc(time: Date): string {
  const time_ms = time.getTime();
  if (time_ms !== last.time_ms) last = { time_ms, text: time.toISOString() };
  return last.text;
}

/** What stands before and behind a reading's time; the value comes first of all. */
function jsonAround({ unit, path, origin, note, attributes }: ParameterReading): { before: string; behind: string } {
  const further = { path, origin, note, attributes };
  const members = Object.entries(further).map(([name, value]) =>
    value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`
  );
  return {
    before: `${unit === undefined ? "" : `,"unit":${JSON.stringify(unit)}`},"time":"`,
    behind: `"${members.join("")}}`,
  };
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
