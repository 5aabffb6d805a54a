/**
 * Readings as lines of text: so they are posted between threads and lie in claims. Of consecutive frames most lines are
 * equal, and most others differ in time and value alone, so each is compared with the line at its place in the text
 * before: equal lines are one object, and whoever holds what it makes of a reading finds it again by that.
 */
import { isInRange } from "./check.ts";
import type { ParameterReading } from "./parameter.ts";
import { readingFromJson, readingToJson } from "./json.ts";

/**
 * UTF-16 units of a text that is remembered: 1,000 values have half of it. What is made of a reading (a node of the NeXus
 * file, its shape) takes some ten times as much as its line.
 */
const TEXT_LENGTH_MAX = 512 * 1024;
/** What lies in a frame's claim, what is known of it now, and both for the other image of an exposure. */
const TEXTS_MAX = 4;

interface ReadText {
  readonly text: string;
  readonly lines: readonly string[];
  readonly readings: readonly ParameterReading[];
}

const lines = new WeakMap<ParameterReading, string>();
const texts = new WeakMap<readonly ParameterReading[], string>();
/** The one used last comes first. */
let known: readonly ReadText[] = [];

/** One line without a line end; the same text for each call with this object. */
export function lineOf(reading: ParameterReading): string {
  let line = lines.get(reading);
  if (line === undefined) lines.set(reading, line = readingToJson(reading));
  return line;
}

/** Frees what `lineOf` keeps of a reading that stays for other reasons. */
export function forgetLine(reading: ParameterReading): void {
  lines.delete(reading);
}

/** One line each, in their order; "" for none. */
export function linesOf(readings: readonly ParameterReading[]): string {
  return texts.get(readings) ?? readings.map((reading) => `${lineOf(reading)}\n`).join("");
}

/**
 * What `linesOf` wrote. Nobody may change the readings, nor the list: equal texts are one list.
 * @throws SyntaxError, ParameterError, TypeError or RangeError where a line is no reading
 */
export function readingsOf(text: string): readonly ParameterReading[] {
  const same = known.find((one) => one.text === text);
  const read = same ?? readText(text, known[0]);
  if (text.length > TEXT_LENGTH_MAX) return read.readings;
  if (known[0] !== read) known = [read, ...known.filter((one) => one !== same)].slice(0, TEXTS_MAX);
  return read.readings;
}

function readText(text: string, before: ReadText | undefined): ReadText {
  const lines = text.split("\n").filter((line) => line !== "");
  const like = placesIn(before, lines);
  const readings = lines.map((line, index) => {
    const place = like(index);
    if (before === undefined || place === undefined) return null;
    const [former, reading] = [before.lines[place]!, before.readings[place]!];
    return line === former ? reading : readLike(line, { line: former, reading });
  });
  const unknown = lines.filter((_, index) => readings[index] === null);
  // One text of them all is parsed in half the time; which line is wrong, each alone says.
  const parsed = parsedAtOnce(unknown) ?? unknown.map((line) => JSON.parse(line));
  let next = 0;
  const all = Object.freeze(readings.map((reading) => reading ?? readingFromJson(parsed[next++])));
  texts.set(all, text);
  return { text, lines, readings: all };
}

/** Which line of the text before a line may be like: that at its place, or one equal to it where some came or went. */
function placesIn(before: ReadText | undefined, lines: readonly string[]): (index: number) => number | undefined {
  if (before === undefined || before.lines.length === lines.length) return (index) => index;
  const places = new Map(before.lines.map((line, place) => [line, place]));
  return (index) => places.get(lines[index]!);
}

/** How a line of one number ends: time, until, value. */
const END = /"time_ms":(\d+),(?:"until_ms":(\d+),)?"value":(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)\}$/;

/**
 * A reading that differs from another in its time and its one number alone, by their lines: nothing else of it has to be
 * parsed and checked again. Null where it may differ in more.
 */
function readLike(
  line: string,
  former: { readonly line: string; readonly reading: ParameterReading },
): ParameterReading | null {
  if (typeof former.reading.value !== "number") return null;
  const end = END.exec(line);
  if (end === null || !line.startsWith(former.line.slice(0, end.index))) return null;
  // Quotation marks within a text are escaped: both ends are those of the whole objects.
  if (END.exec(former.line)?.index !== end.index) return null;
  const [, time_ms, until_ms, value] = end;
  const time = new Date(Number(time_ms));
  const until = until_ms === undefined ? undefined : new Date(Number(until_ms));
  if (!isInRange(time) || (until === undefined) !== (former.reading.until === undefined)) return null;
  if (until === undefined) return { ...former.reading, time, value: Number(value) };
  return isInRange(until) ? { ...former.reading, time, until, value: Number(value) } : null;
}

/** Null where a line is no JSON, or several. */
function parsedAtOnce(lines: readonly string[]): unknown[] | null {
  try {
    const parsed = JSON.parse(`[${lines.join(",")}]`);
    return parsed.length === lines.length ? parsed : null;
  } catch {
    return null;
  }
}
