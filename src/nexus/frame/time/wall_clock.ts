/** Readings of a wall clock as moments, also in the hours that come twice or never. */
import type { LocalDateTime } from "../../../qxrd/date_time.ts";
import { seasonalOffset, type WallOffsets, wallOffsets } from "../../../time/zone.ts";
import { formatOffset, formatWall, type Moment } from "../../../time/iso_time.ts";

const MINUTE_MS = 60_000;
/** QXRD reads its two clocks milliseconds apart; more than this and they do not show one moment. */
export const CLOCKS_APART_MAX_MS = MINUTE_MS;
/** The least by which a clock in a wrong zone is wrong. Files are written within seconds, so this is no delay. */
export const FILE_APART_MAX_MS = 30 * MINUTE_MS;

/** A reading of the wall clock, and the key that it is from. */
export interface Wall {
  readonly value: LocalDateTime;
  readonly origin: string;
  readonly key: string;
}

export interface ZoneClock {
  readonly timeZone: string | undefined;
  /** As QXRD's Qt has it; null where it does not say. */
  readonly summer: boolean | null;
  readonly writtenAt_ms: number;
}

/** A reading of a zone's wall clock, with all that may settle the hours that come twice or never. */
export function inZone(local: Wall, clock: ZoneClock): Moment {
  const wall_ms = asIfUtc(local.value);
  const shown = `${formatWall(wall_ms)} of ${local.key}`;
  const { offset_min, how, note } = offsetOf(wallOffsets(wall_ms, clock.timeZone), { wall_ms, shown, ...clock });
  return {
    time_ms: wall_ms - offset_min * MINUTE_MS,
    offset_min,
    origin: `${local.origin}, in ${nameOf(clock.timeZone)}${how ?? ""}`,
    notes: note === undefined ? [] : [note],
  };
}

interface Found {
  readonly offset_min: number;
  /** What settled it, where that is not the zone alone. */
  readonly how?: string;
  readonly note?: string;
}

interface Reading extends ZoneClock {
  readonly wall_ms: number;
  /** In words. */
  readonly shown: string;
}

function offsetOf(offsets: WallOffsets, reading: Reading): Found {
  if (offsets.comes === "once") return whereOnce(offsets.offset_min, reading);
  if (offsets.comes === "twice") return whereTwice([offsets.first_min, offsets.second_min], reading);
  return whereNever([offsets.before_min, offsets.after_min], reading);
}

/** The flag is the state of QXRD's clock itself: one that was never set to summer time, or has old rules for it. */
function whereOnce(offset_min: number, { wall_ms, shown, summer, timeZone }: Reading): Found {
  if (summer === null) return { offset_min };
  const season_min = seasonalOffset(wall_ms, { summer, timeZone });
  const contradiction = `clocks contradict each other: ${shown} says ${seasonOf(summer)}`;
  if (season_min === null) {
    if (!summer) return { offset_min };
    const note = `${contradiction}, which ${nameOf(timeZone)} does not have; ` +
      `[detector] time_zone says where QXRD's clock stands`;
    return { offset_min, note };
  }
  if (season_min === offset_min) return { offset_min };
  const note = `${contradiction}, ${nameOf(timeZone)} has ${formatOffset(offset_min)} then`;
  return { offset_min: season_min, how: `, by its flag of ${seasonOf(summer)}`, note };
}

function whereTwice(two: readonly [first: number, second: number], reading: Reading): Found {
  const { wall_ms, shown, summer, timeZone, writtenAt_ms } = reading;
  if (summer !== null) return { offset_min: inSeason(two, summer), how: `, by its flag of ${seasonOf(summer)}` };
  // The later one first: a file is written after its moment, if only by seconds.
  const byFile = two.toReversed().find((offset_min) => {
    const after_ms = writtenAt_ms - (wall_ms - offset_min * MINUTE_MS);
    return after_ms >= -CLOCKS_APART_MAX_MS && after_ms < FILE_APART_MAX_MS;
  });
  if (byFile !== undefined) return { offset_min: byFile, how: ", by the time of its file" };
  const both = two.map(formatOffset).join(" and ");
  return { offset_min: two[0], note: `${shown} comes twice in ${nameOf(timeZone)}, as ${both}: taken as the first` };
}

function whereNever(around: readonly [before: number, after: number], { shown, summer, timeZone }: Reading): Found {
  const offset_min = summer === null ? around[0] : inSeason(around, summer);
  const note = `${shown} does not exist in ${nameOf(timeZone)}, whose clocks went from ` +
    `${around.map(formatOffset).join(" to ")}: taken with ${formatOffset(offset_min)}`;
  return { offset_min, note };
}

function inSeason(two: readonly [number, number], summer: boolean): number {
  return summer ? Math.max(...two) : Math.min(...two);
}

function seasonOf(summer: boolean): string {
  return summer ? "summer time" : "standard time";
}

export function nameOf(timeZone: string | undefined): string {
  return timeZone ?? "the zone of this computer";
}

/** What a wall clock shows, as if it were UTC. */
export function asIfUtc(local: LocalDateTime): number {
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
