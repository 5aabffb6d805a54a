/** Times of a frame as ISO 8601 with the offset from UTC, from what a sidecar says or the clock of a zone. */
import type { LocalDateTime } from "../../qxrd/date_time.ts";
import { isTimeZone, offsetExists, seasonalOffset, wallOffsets, zoneOffset } from "../../time/zone.ts";
import type { FrameFacts } from "./facts.ts";
import { fromMetadata } from "./sources.ts";

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

/** What a frame's moment is worked out from. */
export type MomentFacts = Pick<FrameFacts, "sidecar" | "view" | "writtenAt" | "timeZone">;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Offsets of all zones are multiples of this. */
const OFFSET_STEP_MIN = 15;
/** QXRD reads the two clocks milliseconds apart; more than this and they do not show one moment. */
const CLOCKS_APART_MAX_MS = MINUTE_MS;
/** The least by which a clock in a wrong zone is wrong. Files are written within seconds, so this is no delay. */
const FILE_APART_MAX_MS = 30 * MINUTE_MS;

/**
 * When QXRD had acquired or processed the frame, which is after its exposure. `timeStamp` (UTC) is the moment and
 * `dateTime` (wall clock) shows with it the zone; with one of them alone the zone is the configured one, or this
 * computer's. Without both it is the time of the file.
 */
export function momentOf(facts: MomentFacts): Moment {
  const moment = momentOfSidecar(facts);
  if (moment === null) {
    const time_ms = facts.writtenAt.getTime();
    const offset_min = zoneOffset(time_ms, facts.timeZone);
    return { time_ms, offset_min, origin: "time of the image file", notes: [] };
  }
  const file = fileContradiction(moment.time_ms, facts);
  return file === null ? moment : { ...moment, notes: [...moment.notes, file] };
}

/** When the frame was exposed by the sidecar's own clocks, whenever its file was written; null where it has none. */
export function momentOfSidecar(facts: MomentFacts): Moment | null {
  const stamp = fromMetadata(facts, "timeStamp_s", ["timeStamp"]);
  const local = fromMetadata(facts, "dateTime", ["dateTime", "dateString"]);
  const stamp_ms = stamp === null ? NaN : Math.round(stamp.value * 1000);
  if (stamp !== null && isDate(stamp_ms)) return ofStamp({ time_ms: stamp_ms, origin: stamp.origin }, local, facts);
  return local === null ? null : ofWallClock(local, facts);
}

type Wall = { readonly value: LocalDateTime; readonly origin: string };

/** The wall clock shows the offset, as far as some zone has it. */
function ofStamp(stamp: { time_ms: number; origin: string }, local: Wall | null, facts: MomentFacts): Moment {
  const { time_ms, origin } = stamp;
  const { timeZone } = facts;
  const inZone_min = zoneOffset(time_ms, timeZone);
  if (local === null) return { time_ms, offset_min: inZone_min, origin, notes: [] };
  const key = keyOf(local.origin);
  const wall_ms = asIfUtc(local.value);
  const clock = facts.view?.dateTimeClock;
  if (clock !== undefined && clock.kind !== "local" && clock.kind !== "unknown") {
    // What is shown in a zone of its own says nothing of QXRD's clock, only whether both show one moment.
    const shown_ms = ofWallClock(local, facts).time_ms;
    const apart = Math.abs(shown_ms - time_ms) > CLOCKS_APART_MAX_MS ? [contradiction(key, shown_ms, time_ms)] : [];
    return { time_ms, offset_min: inZone_min, origin, notes: apart };
  }
  const offset_min = offsetBetween(wall_ms, time_ms);
  if (offset_min === null) {
    const note = `${contradiction(key, wall_ms, time_ms)}, which no time zone explains; times are those of timeStamp`;
    return { time_ms, offset_min: inZone_min, origin, notes: [note] };
  }
  const notes = timeZone === undefined || offset_min === inZone_min ? [] : [
    `clocks contradict each other: by ${key} and timeStamp QXRD's clock stands at ${formatOffset(offset_min)}, ` +
    `[detector] time_zone ${timeZone} has ${formatOffset(inZone_min)} then`,
  ];
  return { time_ms, offset_min, origin: `${origin}, offset from ${key}`, notes };
}

function ofWallClock(local: Wall, facts: MomentFacts): Moment {
  const clock = facts.view?.dateTimeClock ?? { kind: "local", summer: null };
  const wall_ms = asIfUtc(local.value);
  if (clock.kind === "offset") {
    const offset_min = clock.offset_s / 60;
    const time_ms = wall_ms - clock.offset_s * 1000;
    const isReal = Number.isInteger(offset_min) && offsetExists(offset_min, time_ms);
    const origin = `${local.origin}, ${clock.offset_s === 0 ? "in UTC" : "with its offset"}`;
    return { time_ms, offset_min: isReal ? offset_min : zoneOffset(time_ms, facts.timeZone), origin, notes: [] };
  }
  if (clock.kind === "zone" && isTimeZone(clock.name)) {
    return inZone(local, { timeZone: clock.name, summer: null, writtenAt_ms: facts.writtenAt.getTime() });
  }
  const summer = clock.kind === "local" ? clock.summer : null;
  const moment = inZone(local, { timeZone: facts.timeZone, summer, writtenAt_ms: facts.writtenAt.getTime() });
  if (clock.kind === "local") return moment;
  const zone = clock.kind === "zone"
    ? `in the zone ${JSON.stringify(clock.name)}`
    : "with an offset that it does not say";
  return {
    ...moment,
    notes: [`${keyOf(local.origin)} is ${zone}; taken in ${nameOf(facts.timeZone)}`, ...moment.notes],
  };
}

interface ZoneClock {
  readonly timeZone: string | undefined;
  /** As QXRD's Qt has it; null where it does not say. */
  readonly summer: boolean | null;
  readonly writtenAt_ms: number;
}

/** A reading of a zone's wall clock, with all that may settle the hours that come twice or never. */
function inZone(local: Wall, clock: ZoneClock): Moment {
  const wall_ms = asIfUtc(local.value);
  const { timeZone, summer } = clock;
  const zone = nameOf(timeZone);
  const shown = `${formatWall(wall_ms)} of ${keyOf(local.origin)}`;
  const at = (offset_min: number, how: string, ...notes: string[]): Moment => {
    const origin = `${local.origin}, in ${zone}${how}`;
    return { time_ms: wall_ms - offset_min * MINUTE_MS, offset_min, origin, notes };
  };
  const offsets = wallOffsets(wall_ms, timeZone);
  if (offsets.comes === "once") {
    const season_min = summer === null ? null : seasonalOffset(wall_ms, { summer, ...zoneIn(timeZone) });
    const flag = summer ? "summer time" : "standard time";
    // The flag is the state of QXRD's clock itself: one that was never set to summer time, or has old rules for it.
    if (season_min !== null && season_min !== offsets.offset_min) {
      return at(
        season_min,
        `, by its flag of ${flag}`,
        `clocks contradict each other: ${shown} says ${flag}, ${zone} has ${formatOffset(offsets.offset_min)} then`,
      );
    }
    if (summer === true && season_min === null) {
      return at(
        offsets.offset_min,
        "",
        `clocks contradict each other: ${shown} says summer time, which ${zone} does not have; ` +
          `[detector] time_zone says where QXRD's clock stands`,
      );
    }
    return at(offsets.offset_min, "");
  }
  if (offsets.comes === "twice") {
    const { first_min, second_min } = offsets;
    if (summer !== null) {
      const offset_min = summer ? Math.max(first_min, second_min) : Math.min(first_min, second_min);
      return at(offset_min, `, by its flag of ${summer ? "summer time" : "standard time"}`);
    }
    const after_ms = (offset_min: number) => clock.writtenAt_ms - (wall_ms - offset_min * MINUTE_MS);
    const byFile = [second_min, first_min].find((offset_min) => {
      return after_ms(offset_min) >= -CLOCKS_APART_MAX_MS && after_ms(offset_min) < FILE_APART_MAX_MS;
    });
    if (byFile !== undefined) return at(byFile, ", by the time of its file");
    return at(
      first_min,
      "",
      `${shown} comes twice in ${zone}, as ${formatOffset(first_min)} and ${
        formatOffset(second_min)
      }: taken as the first`,
    );
  }
  const { before_min, after_min } = offsets;
  const offset_min = summer === null
    ? before_min
    : summer
    ? Math.max(before_min, after_min)
    : Math.min(before_min, after_min);
  return at(
    offset_min,
    "",
    `${shown} does not exist in ${zone}, whose clocks went from ${formatOffset(before_min)} to ` +
      `${formatOffset(after_min)}: taken with ${formatOffset(offset_min)}`,
  );
}

/** A file is written seconds after its frame was taken; null where it was. */
function fileContradiction(time_ms: number, facts: MomentFacts): string | null {
  const later_ms = facts.writtenAt.getTime() - time_ms;
  if (Math.abs(later_ms) < FILE_APART_MAX_MS) return null;
  const written = `${facts.writtenAt.toISOString()}, the time of the sidecar's file`;
  const apart = `is ${formatSpan(Math.abs(later_ms))}`;
  const own = `${new Date(time_ms).toISOString()}, its own time`;
  return later_ms > 0
    ? `clocks contradict each other, or the file was copied: ${written}, ${apart} after ${own}`
    : `clocks contradict each other: ${written}, ${apart} before ${own}`;
}

function contradiction(key: string, wall_ms: number, stamp_ms: number): string {
  const apart = formatSpan(Math.abs(wall_ms - stamp_ms));
  return `clocks contradict each other: ${key} ${formatWall(wall_ms)} and timeStamp ${
    new Date(stamp_ms).toISOString()
  } ` +
    `are ${apart} apart`;
}

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
  return formatMoment({ time_ms, offset_min: zoneOffset(time_ms, timeZone) });
}

function formatWall(wall_ms: number): string {
  return new Date(wall_ms).toISOString().slice(0, -1);
}

/** "5 h 30 min". */
function formatSpan(span_ms: number): string {
  const minutes = Math.round(span_ms / MINUTE_MS);
  const hours = Math.floor(span_ms / HOUR_MS);
  return hours >= 100 ? `${hours} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The offset that makes two clocks agree; null where no zone has it then. */
function offsetBetween(wall_ms: number, utc_ms: number): number | null {
  const step_ms = OFFSET_STEP_MIN * MINUTE_MS;
  const offset_min = Math.round((wall_ms - utc_ms) / step_ms) * OFFSET_STEP_MIN + 0;
  if (Math.abs(wall_ms - utc_ms - offset_min * MINUTE_MS) > CLOCKS_APART_MAX_MS) return null;
  return offsetExists(offset_min, utc_ms) ? offset_min : null;
}

function nameOf(timeZone: string | undefined): string {
  return timeZone ?? "the zone of this computer";
}

function zoneIn(timeZone: string | undefined): { timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
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
