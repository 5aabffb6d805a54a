/** Refuses what cannot stand in a file, by the parameter's name, before any library sees it. Light: plugins load it. */
import {
  isSeries,
  type ParameterAttributes,
  type ParameterList,
  type ParameterReading,
  type ParameterValue,
  TYPED_ARRAYS,
} from "./parameter.ts";
import { parsePlace } from "./path.ts";

/** As memcached's keys. */
const NAME_LENGTH_MAX = 250;
/** "photons/s/mm^2/mrad^2/0.1%bandwidth" and the like. */
const UNIT_LENGTH_MAX = 64;
/** A URL of a device or of a web service. */
const ORIGIN_LENGTH_MAX = 1024;
/** The text of a device's error is longer than a sentence. */
const NOTE_LENGTH_MAX = 1000;
const ATTRIBUTES_MAX = 16;
/** As Python names things; what pewatch writes itself cannot be replaced. */
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set(["units", "time", "origin", "long_name", "start", "NX_class"]);
/**
 * Of one value. Every frame carries it, through memory twice and over the RAM disk: a spectrum of 65,536 channels
 * fits, an image does not; that belongs into a file of its own.
 */
export const VALUE_BYTES_MAX = 1_048_576;
/** What each text of a list costs besides its characters, in memory and in HDF5's heap. */
const TEXT_BYTES = 32;
const TIME_BYTES = 8;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** Years that ISO 8601 writes with four digits. */
const TIME_MAX_MS = Date.UTC(9999, 11, 31);

/** A parameter that cannot be taken: the message names it, says why, and what would be right. */
export class ParameterError extends TypeError {
  override readonly name = "ParameterError";
}

function errorOf(parameter: string, reason: string): ParameterError {
  return new ParameterError(`Cannot set parameter ${parameter}: ${reason}`);
}

/** A reading as it comes from code that no compiler has checked; its time is the present moment where it has none. */
export type UncheckedReading = { readonly [Key in keyof ParameterReading]?: unknown };

/**
 * A copy that nobody else holds, with nothing in it but a reading. NaN and infinity are values: a sensor that is cut
 * off says so, and a frame must not bear its last good value instead.
 * @throws ParameterError
 */
export function checkReading(candidate: UncheckedReading): ParameterReading {
  const name = checkName(candidate.name);
  const refuse: Refuse = (reason) => {
    throw errorOf(name, reason);
  };
  const note = checkText(candidate.note, { what: "its note", max: NOTE_LENGTH_MAX, refuse });
  const value = candidate.value === null && note ? null : checkValue(candidate.value, refuse);
  const time = candidate.time === undefined ? new Date() : checkTime(candidate.time, { what: "its time", refuse });
  const unit = checkText(candidate.unit, { what: "its unit", max: UNIT_LENGTH_MAX, refuse });
  const origin = checkText(candidate.origin, { what: "its origin", max: ORIGIN_LENGTH_MAX, refuse });
  const plugin = checkText(candidate.plugin, { what: "its plugin", max: ORIGIN_LENGTH_MAX, refuse });
  const path = checkPath(candidate.path, refuse);
  const attributes = checkAttributes(candidate.attributes, refuse);
  const until = candidate.until === undefined ? undefined : checkTime(candidate.until, { what: "its until", refuse });
  return {
    name,
    value,
    ...(unit === undefined ? {} : { unit }),
    time,
    ...(path === undefined ? {} : { path }),
    ...(origin === undefined ? {} : { origin }),
    ...(note === undefined ? {} : { note }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(until === undefined ? {} : { until }),
    ...checkExposure(candidate, { value, refuse }),
    ...(plugin === undefined ? {} : { plugin }),
  };
}

type Refuse = (reason: string) => never;

function checkName(name: unknown): string {
  if (typeof name !== "string") throw errorOf(kindOf(name), "its name is not a text");
  const shown = JSON.stringify(name.slice(0, 80));
  if (name.trim() === "") throw errorOf(shown, "its name is empty");
  if (name.length > NAME_LENGTH_MAX) {
    throw errorOf(`${shown}…`, `its name has ${name.length} characters; at most ${NAME_LENGTH_MAX} are taken`);
  }
  const wrong = whatIsWrongIn(name);
  if (wrong !== null) throw errorOf(shown, `its name has ${wrong}; leave that out`);
  return name;
}

function checkText(text: unknown, of: { what: string; max: number; refuse: Refuse }): string | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== "string") return of.refuse(`${of.what} is ${kindOf(text)}; give a text or leave it out`);
  if (text.length > of.max) {
    return of.refuse(`${of.what} has ${text.length} characters; at most ${of.max} are taken`);
  }
  const wrong = whatIsWrongIn(text);
  return wrong === null ? text : of.refuse(`${of.what} has ${wrong}; leave that out`);
}

function checkExposure(
  { over, within }: UncheckedReading,
  { value, refuse }: { value: ParameterValue | null; refuse: Refuse },
): Pick<ParameterReading, "over" | "within"> {
  if (over === undefined) return {};
  if (over !== "exposure") return refuse(`its over is ${kindOf(over)}; give "exposure" or leave it out`);
  // A whole reading has one value, a frame's has a series.
  const one = isSeries(value) ? value.values[0] : value;
  if (one !== null && typeof one !== "number" && typeof one !== "bigint" && typeof one !== "boolean") {
    return refuse("its value is not a number, true or false; leave its over out");
  }
  return { over, ...typeof within === "number" && within >= 0 ? { within } : {} };
}

function checkAttributes(attributes: unknown, refuse: Refuse): ParameterAttributes | undefined {
  if (attributes === undefined) return undefined;
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
    return refuse(`its attributes are ${kindOf(attributes)}; give an object, as { label: "Position" }`);
  }
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES_MAX) {
    return refuse(`it has ${entries.length} attributes; at most ${ATTRIBUTES_MAX} are taken`);
  }
  const checked = entries.map(([name, value]: [string, unknown]) => {
    const shown = JSON.stringify(name.slice(0, 80));
    if (!ATTRIBUTE_NAME.test(name)) refuse(`attribute ${shown} is not a name; use letters, digits and "_"`);
    if (OWN_ATTRIBUTES.has(name)) refuse(`attribute ${shown} is written by pewatch itself; choose another name`);
    if (typeof value === "number") return [name, value] as const;
    return [name, checkText(value ?? null, { what: `its attribute ${shown}`, max: NOTE_LENGTH_MAX, refuse })!] as const;
  });
  return Object.fromEntries(checked);
}

function checkPath(path: unknown, refuse: Refuse): string | undefined {
  if (path === undefined) return undefined;
  if (typeof path !== "string") return refuse(`its path is ${kindOf(path)}; give a text or leave it out`);
  const place = parsePlace(path);
  if (typeof place === "string") return refuse(`path ${JSON.stringify(path.slice(0, 200))}: ${place}`);
  return path;
}

function checkTime(time: unknown, of: { what: string; refuse: Refuse }): Date {
  if (!(time instanceof Date)) return of.refuse(`${of.what} is ${kindOf(time)}; give a Date`);
  if (!isInRange(time)) {
    return of.refuse(
      `${of.what} is ${Number.isNaN(time.getTime()) ? "no valid Date" : time.toISOString()}; give one of 1970 to 9999`,
    );
  }
  return new Date(time);
}

/** Whether a time is one that a reading may have. */
export function isInRange(time: Date): boolean {
  const time_ms = time.getTime();
  return time_ms >= 0 && time_ms <= TIME_MAX_MS;
}

function checkValue(value: unknown, refuse: Refuse): ParameterValue {
  if (typeof value === "object" && value !== null && "times" in value && "values" in value) {
    return checkSeries(value, refuse);
  }
  if (isListLike(value)) return checkList(value, { what: "its value", refuse });
  const [kind, reason] = scalarKind(value);
  if (kind === null) refuse(`its value ${reason}`);
  if (typeof value === "string") checkBytes(textBytes(value), refuse);
  return value as number | bigint | string | boolean;
}

function checkSeries(series: { times: unknown; values: unknown }, refuse: Refuse): ParameterValue {
  if (!Array.isArray(series.times)) return refuse(`its times are ${kindOf(series.times)}; give a list of Dates`);
  if (!isListLike(series.values)) return refuse(`its values are ${kindOf(series.values)}; give a list`);
  const values = checkList(series.values, { what: "its series", refuse });
  if (series.times.length !== values.length) {
    return refuse(`its series has ${series.times.length} times and ${values.length} values; give as many of both`);
  }
  checkBytes(bytesOfList(values) + TIME_BYTES * values.length, refuse);
  let last_ms = 0;
  const times = Array.from(series.times, (time, index) => {
    const checked = checkTime(time, { what: `time ${index} of its series`, refuse });
    if (checked.getTime() < last_ms) refuse(`time ${index} of its series goes back; give times that ascend`);
    last_ms = checked.getTime();
    return checked;
  });
  return { times, values };
}

function isListLike(value: unknown): value is readonly unknown[] | ArrayBufferView {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function checkList(list: readonly unknown[] | ArrayBufferView, of: { what: string; refuse: Refuse }): ParameterList {
  const { what, refuse } = of;
  if (ArrayBuffer.isView(list)) {
    const type = Object.values(TYPED_ARRAYS).find((one) => list instanceof one);
    if (type === undefined) return refuse(`${what} is of type ${kindOf(list)}; give a Float64Array or an Int32Array`);
    const array = list as InstanceType<typeof type>;
    checkLength(array.length, of);
    checkBytes(array.byteLength, refuse);
    // Of its own class, and not the whole memory that it may be a view into: all of that would be posted.
    return new type(array as never) as ParameterList;
  }
  checkLength(list.length, of);
  // Before each element is looked at: a list of millions costs nothing then.
  checkBytes(TIME_BYTES * list.length, refuse);
  const copy = Array.from(list);
  const [first] = scalarKind(copy[0]);
  let bytes = 0;
  for (const [index, element] of copy.entries()) {
    const [kind, reason] = scalarKind(element);
    if (kind === null) refuse(`element ${index} of ${what} ${reason}`);
    if (kind !== first) refuse(`${what} holds a ${first} and, as element ${index}, a ${kind}; give one kind`);
    bytes += typeof element === "string" ? TEXT_BYTES + textBytes(element) : TIME_BYTES;
  }
  checkBytes(bytes, refuse);
  return copy as unknown as ParameterList;
}

function checkLength(length: number, { what, refuse }: { what: string; refuse: Refuse }): void {
  if (length === 0) refuse(`${what} has no elements; leave the parameter out, or remove it`);
}

function checkBytes(bytes: number, refuse: Refuse): void {
  if (bytes > VALUE_BYTES_MAX) refuse(`its value takes ${bytes} bytes; at most ${VALUE_BYTES_MAX} are taken`);
}

/** The kind of one value; null with what is wrong with it. */
function scalarKind(value: unknown): [kind: string, reason: ""] | [kind: null, reason: string] {
  if (typeof value === "number" || typeof value === "boolean") return [typeof value, ""];
  if (typeof value === "bigint") {
    if (value >= INT64_MIN && value <= INT64_MAX) return ["bigint", ""];
    return [null, "is beyond 64 bits; give a number or a text"];
  }
  if (typeof value !== "string") {
    return [null, `is ${kindOf(value)}; give a number, a text, a boolean, a list of one kind, or a series`];
  }
  // What goes through C ends at its first NUL; a line's end is a text's own business.
  if (value.includes("\0")) return [null, "has a NUL character; leave that out"];
  if (!value.isWellFormed()) return [null, "has half of a surrogate pair, which UTF-8 cannot write; leave that out"];
  return ["string", ""];
}

/** Of names, units, origins: one line each. */
function whatIsWrongIn(text: string): string | null {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) return "a control character";
  return text.isWellFormed() ? null : "half of a surrogate pair";
}

/** "null", "an object", "a function", "Uint8ClampedArray". */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (ArrayBuffer.isView(value)) return Object.prototype.toString.call(value).slice(8, -1);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A UTF-16 unit takes at most three bytes in UTF-8; nearly all take one. */
function textBytes(text: string): number {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text.length : new TextEncoder().encode(text).length;
}

function bytesOfList(list: ParameterList): number {
  if (ArrayBuffer.isView(list)) return list.byteLength;
  return (list as readonly unknown[]).reduce<number>(
    (sum, one) => sum + (typeof one === "string" ? TEXT_BYTES + textBytes(one) : TIME_BYTES),
    0,
  );
}

/** What a checked value takes in memory, about. */
export function bytesOfValue(value: ParameterValue | null): number {
  if (value === null) return 0;
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object") return TIME_BYTES;
  if ("times" in value) return bytesOfList(value.values) + 2 * TIME_BYTES * value.times.length;
  return bytesOfList(value);
}
