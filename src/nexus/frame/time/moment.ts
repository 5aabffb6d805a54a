/** When a frame was taken, from the clocks of its sidecar and the zone in which they stand. */
import { isTimeZone, offsetExists, zoneOffset } from "../../../time/zone.ts";
import type { FrameFacts } from "../facts.ts";
import { fromMetadata } from "../sources.ts";
import { formatOffset, formatSpan, formatWall, type Moment } from "../../../time/iso_time.ts";
import { asIfUtc, CLOCKS_APART_MAX_MS, FILE_APART_MAX_MS, inZone, nameOf, type Wall } from "./wall_clock.ts";

/** What a frame's moment is worked out from. */
export type MomentFacts = Pick<FrameFacts, "sidecar" | "view" | "writtenAt" | "timeZone">;

const MINUTE_MS = 60_000;
/** Offsets of all zones are multiples of this. */
const OFFSET_STEP_MIN = 15;

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

/** The wall clock shows the offset, as far as some zone has it. */
function ofStamp(stamp: { time_ms: number; origin: string }, local: Wall | null, facts: MomentFacts): Moment {
  const { time_ms, origin } = stamp;
  const { timeZone } = facts;
  const inZone_min = zoneOffset(time_ms, timeZone);
  if (local === null) return { time_ms, offset_min: inZone_min, origin, notes: [] };
  const key = local.key;
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
  const moment = { time_ms, offset_min, origin: `${origin}, offset from ${key}` };
  if (offset_min === inZone_min) return { ...moment, notes: [] };
  // Without the key the zone is a guess, and frames from elsewhere are no fault of any clock.
  const stands = `by ${key} and timeStamp QXRD's clock stands at ${formatOffset(offset_min)}`;
  const note = timeZone === undefined
    ? `${stands}, this computer's zone has ${formatOffset(inZone_min)} then`
    : `clocks contradict each other: ${stands}, [detector] time_zone ${timeZone} has ${formatOffset(inZone_min)} then`;
  return { ...moment, notes: [note] };
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
    notes: [`${local.key} is ${zone}; taken in ${nameOf(facts.timeZone)}`, ...moment.notes],
  };
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

/** The offset that makes two clocks agree; null where no zone has it then. */
function offsetBetween(wall_ms: number, utc_ms: number): number | null {
  const step_ms = OFFSET_STEP_MIN * MINUTE_MS;
  const offset_min = Math.round((wall_ms - utc_ms) / step_ms) * OFFSET_STEP_MIN + 0;
  if (Math.abs(wall_ms - utc_ms - offset_min * MINUTE_MS) > CLOCKS_APART_MAX_MS) return null;
  return offsetExists(offset_min, utc_ms) ? offset_min : null;
}

/** Years that ISO 8601 writes with four digits. */
function isDate(time_ms: number): boolean {
  return time_ms > 0 && time_ms < Date.UTC(9999, 11, 31);
}
