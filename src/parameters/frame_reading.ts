/**
 * What a frame has of one parameter: the reading that counts for it, or those over its exposure. The next frames mostly
 * have the same again, so the last readings keep what was made of them.
 */
import { asSeries, overExposure } from "./exposure.ts";
import { forgetLine } from "./lines.ts";
import type { ParameterReading } from "./parameter.ts";

/**
 * How much newer than the frame's file a reading may look and still count. Linux stamps files with the time of its last
 * timer interrupt (up to 10 ms ago), Windows with a clock of 15.6 ms, while readings bear the exact time.
 */
export const FILE_TIME_LAG_MS = 20;

/** A reading of the history, with what was made of it. */
export interface Kept {
  readonly reading: ParameterReading;
  readonly time_ms: number;
  readonly bytes: number;
  /** Made when it is first written to the file: those near the end are written many times. */
  json: string | null;
  /** What a frame has that finds it as the last one before its exposure; made for the first such frame. */
  before: ParameterReading | null;
  /** Of an exposure that it was the last reading in: all of them, and what the frame has. Many exposures have the same. */
  within: { readonly list: readonly Kept[]; readonly reading: ParameterReading | null } | null;
}

/**
 * What a frame has that was exposed from `from_ms` to `time_ms`.
 * @param counting the last one that counts
 * @param list all of the parameter, in the order of their times
 */
export function ofFrame(
  counting: Kept,
  list: readonly Kept[],
  { time_ms, from_ms }: { time_ms: number; from_ms: number },
): ParameterReading {
  const { reading } = counting;
  // Without a value at its end, an exposure may still have some of before.
  if (reading.over !== "exposure" && reading.value !== null) return inForce(reading, time_ms);
  const isRecent = list.length <= RECENT || counting.time_ms >= list.at(-RECENT)!.time_ms;
  const over = readOver(list.slice(placeOf(list, from_ms - 1), placeOf(list, time_ms + FILE_TIME_LAG_MS)), isRecent);
  if (over !== null) return over;
  const last = inForce(reading, time_ms);
  if (last.value === null) return last;
  if (last !== reading || !isRecent) return asSeries(last);
  return counting.before ??= asSeries(reading);
}

/** @param isRecent whether the next frames may have the same */
function readOver(within: readonly Kept[], isRecent: boolean): ParameterReading | null {
  const last = within.at(-1);
  if (last === undefined || !within.some((kept) => kept.reading.over === "exposure")) return null;
  if (!isRecent) return overExposure(within.map((kept) => kept.reading));
  const { list = [] } = last.within ?? {};
  if (list.length !== within.length || !within.every((kept, index) => kept === list[index])) {
    last.within = { list: within, reading: overExposure(within.map((kept) => kept.reading)) };
  }
  return last.within!.reading;
}

/** Without its value where a frame of this time is later than it may be. */
function inForce(reading: ParameterReading, time_ms: number): ParameterReading {
  const { until, value } = reading;
  if (until === undefined || value === null || time_ms <= until.getTime() + FILE_TIME_LAG_MS) return reading;
  const late_s = (time_ms - until.getTime()) / 1000;
  return { ...reading, value: null, note: `its last value had expired ${late_s.toFixed(1)} s before the exposure` };
}

/** Of each parameter, for so many last readings what frames have is kept. */
export const RECENT = 4;

/** Frames that still ask for it have it made anew. */
export function forgetFrames(kept: Kept): void {
  kept.before = kept.within = null;
  forgetLine(kept.reading);
}

/** How many readings are not newer than a time, in whole milliseconds as all times of readings are. */
export function placeOf(list: readonly Kept[], time_ms: number): number {
  // Nearly always it is the end.
  if (list.length === 0 || list.at(-1)!.time_ms <= time_ms) return list.length;
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.time_ms <= time_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
