/** Times of a frame as ISO 8601 with the offset from UTC, from what a sidecar tells or the clock of a zone. */
import type { LocalDateTime } from "../../qxrd/date_time.ts";
import type { FrameFacts } from "./facts.ts";
import { fromMetadata } from "./sources.ts";

/** A moment, the offset of the clock that it was read from, and where it comes from. */
export interface Moment {
  /** Since 1970-01-01 UTC. */
  readonly time_ms: number;
  /** East of Greenwich is positive. */
  readonly offset_min: number;
  readonly origin: string;
}

const MINUTE_MS = 60_000;
/** Offsets of all zones are multiples of this. */
const OFFSET_STEP_MIN = 15;
/** Zones reach from -12:00 to +14:00. */
const OFFSET_LEAST_MIN = -12 * 60;
const OFFSET_MOST_MIN = 14 * 60;
/** QXRD reads the two clocks milliseconds apart; more than this and they do not tell of one moment. */
const CLOCKS_APART_MAX_MS = MINUTE_MS;

/**
 * When QXRD had processed the frame, which is after its exposure. `timeStamp` (UTC) gives the moment and `dateTime`
 * (wall clock) with it the zone; with one of them alone the zone is the configured one, or this machine's. Without
 * both it is the time of the file.
 */
export function momentOf(facts: Pick<FrameFacts, "sidecar" | "view" | "writtenAt" | "timeZone">): Moment {
  const stamp = fromMetadata(facts, "timeStamp_s", ["timeStamp"]);
  const local = fromMetadata(facts, "dateTime", ["dateTime", "dateString"]);
  const stamp_ms = stamp === null ? NaN : Math.round(stamp.value * 1000);
  if (stamp !== null && isDate(stamp_ms)) {
    const told = local === null ? null : offsetBetween(asIfUtc(local.value), stamp_ms);
    if (told !== null) {
      const origin = `${stamp.origin}, offset from ${keyOf(local!.origin)}`;
      return { time_ms: stamp_ms, offset_min: told, origin };
    }
    return { time_ms: stamp_ms, offset_min: zoneOffset(stamp_ms, facts.timeZone), origin: stamp.origin };
  }
  if (local !== null) {
    const offset_min = isUtc(facts) ? 0 : localOffset(local.value, facts.timeZone);
    const time_ms = asIfUtc(local.value) - offset_min * MINUTE_MS;
    const zone = isUtc(facts) ? "UTC" : facts.timeZone ?? "the zone of this computer";
    return { time_ms, offset_min, origin: `${local.origin}, in ${zone}` };
  }
  const time_ms = facts.writtenAt.getTime();
  return { time_ms, offset_min: zoneOffset(time_ms, facts.timeZone), origin: "time of the image file" };
}

/** `2015-11-19T14:37:40.315-06:00`. */
export function formatMoment(moment: Pick<Moment, "time_ms" | "offset_min">): string {
  const { time_ms, offset_min } = moment;
  const wall = new Date(time_ms + offset_min * MINUTE_MS).toISOString().slice(0, -1);
  const size = Math.abs(offset_min);
  const sign = offset_min < 0 ? "-" : "+";
  return `${wall}${sign}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

/** A moment by a zone's clock, this machine's where none is named. */
export function formatInZone(date: Date, timeZone?: string): string {
  const time_ms = date.getTime();
  return formatMoment({ time_ms, offset_min: zoneOffset(time_ms, timeZone) });
}

/** A zone's offset in minutes at a moment, summer time included. */
export function zoneOffset(time_ms: number, timeZone?: string): number {
  // Before standard time offsets had seconds; getTimezoneOffset then gives a fraction.
  if (timeZone === undefined) return withoutSign(Math.round(-new Date(time_ms).getTimezoneOffset()));
  const format = new Intl.DateTimeFormat("en-US", { ...CLOCK_PARTS, timeZone });
  const parts = new Map(format.formatToParts(time_ms).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return withoutSign(Math.round((wall - time_ms) / MINUTE_MS));
}

/** -0 as 0. */
function withoutSign(number: number): number {
  return number + 0;
}

const CLOCK_PARTS = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const satisfies Intl.DateTimeFormatOptions;

/** The offset of a wall clock's zone; an hour that summer time repeats is taken as one of its two. */
function localOffset(local: LocalDateTime, timeZone?: string): number {
  const wall = asIfUtc(local);
  let offset = zoneOffset(wall, timeZone);
  // The first guess asks at a moment that is wrong by the offset; around a change of the clock a second is needed.
  for (let round = 0; round < 2; round++) offset = zoneOffset(wall - offset * MINUTE_MS, timeZone);
  return offset;
}

/** The offset that makes two clocks agree; null where none does. */
function offsetBetween(wall_ms: number, utc_ms: number): number | null {
  const step_ms = OFFSET_STEP_MIN * MINUTE_MS;
  const offset_min = Math.round((wall_ms - utc_ms) / step_ms) * OFFSET_STEP_MIN;
  if (Math.abs(wall_ms - utc_ms - offset_min * MINUTE_MS) > CLOCKS_APART_MAX_MS) return null;
  if (offset_min < OFFSET_LEAST_MIN || offset_min > OFFSET_MOST_MIN) return null;
  return withoutSign(offset_min);
}

function isUtc(facts: Pick<FrameFacts, "sidecar">): boolean {
  const value = facts.sidecar?.value("metadata", "dateTime");
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "dateTime" &&
    value.spec === "utc";
}

function asIfUtc(local: LocalDateTime): number {
  return Date.UTC(
    local.year,
    local.month - 1,
    local.day,
    local.hour,
    local.minute,
    local.second,
    local.millisecond,
  );
}

/** Years that ISO 8601 writes with four digits. */
function isDate(time_ms: number): boolean {
  return time_ms > 0 && time_ms < Date.UTC(9999, 11, 31);
}

function keyOf(origin: string): string {
  return origin.slice(origin.lastIndexOf(" ") + 1);
}

function digits(value: number): string {
  return String(value).padStart(2, "0");
}
