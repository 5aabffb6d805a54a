/** Moments, and how ISO 8601 writes them. */
import { zoneOffset } from "./zone.ts";

/** A moment, the offset of the clock that it was read from, and where it comes from. */
export interface Moment {
  /** Since 1970-01-01 UTC. */
  readonly time_ms: number;
  /** East of Greenwich is positive. */
  readonly offset_min: number;
  readonly origin: string;
  /** What a person should know of it: clocks that contradict each other, a time that comes twice. */
  readonly notes: readonly string[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** `2015-11-19T14:37:40.315-06:00`. */
export function formatMoment(moment: Pick<Moment, "time_ms" | "offset_min">): string {
  const { time_ms, offset_min } = moment;
  return `${formatWall(time_ms + offset_min * MINUTE_MS)}${formatOffset(offset_min)}`;
}

/** `2015-11-19T20:37:40.315Z`. */
export function formatUtc(time_ms: number): string {
  return `${formatWall(time_ms)}Z`;
}

/** `-06:00`. */
export function formatOffset(offset_min: number): string {
  const size = Math.abs(offset_min);
  return `${offset_min < 0 ? "-" : "+"}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

/** A moment by a zone's clock, this computer's where none is named. */
export function formatInZone(date: Date, timeZone?: string): string {
  const time_ms = date.getTime();
  const offset_min = zoneOffset(time_ms, timeZone);
  if (time_ms !== last.time_ms || offset_min !== last.offset_min) {
    last = { time_ms, offset_min, text: formatMoment({ time_ms, offset_min }) };
  }
  return last.text;
}

/** The many parameters of a frame were often read in one go. */
let last = { time_ms: NaN, offset_min: NaN, text: "" };

/** A wall clock's time without a zone: `2015-11-19T14:37:40.315`. @param wall_ms as if it were UTC */
export function formatWall(wall_ms: number): string {
  return new Date(wall_ms).toISOString().slice(0, -1);
}

/** "5 h 30 min". */
export function formatSpan(span_ms: number): string {
  const minutes = Math.round(span_ms / MINUTE_MS);
  const hours = Math.floor(span_ms / HOUR_MS);
  return hours >= 100 ? `${hours} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function digits(value: number): string {
  return String(value).padStart(2, "0");
}
