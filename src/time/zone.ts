/** What the clocks of the world's time zones show: offsets from UTC, and wall clock readings that come twice or never. */

const MINUTE_MS = 60_000;
const HOUR_MIN = 60;
const DAY_MS = 86_400_000;
const HALF_YEAR_MS = 182 * DAY_MS;
/** IANA's own zones of whole hours reach from Etc/GMT+12 to Etc/GMT-14. */
const WEST_MOST_MIN = -12 * HOUR_MIN;
const EAST_MOST_MIN = 14 * HOUR_MIN;

/**
 * Whether there is a zone of that name: an IANA name ("Europe/Berlin", "UTC"), upper and lower case alike. Offsets
 * ("+01:00") are none, though Intl takes them.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatFor(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * A zone's offset from UTC at a moment in minutes, east positive, summer time included.
 * @param timeZone IANA name; this computer's zone where absent
 */
export function zoneOffset(time_ms: number, timeZone?: string): number {
  // Before standard time offsets had seconds; getTimezoneOffset then gives a fraction.
  if (timeZone === undefined) return withoutSign(Math.round(-new Date(time_ms).getTimezoneOffset()));
  // A frame's parameters ask for one minute dozens of times, and each answer takes 20 us.
  const minute = time_ms < WHOLE_MINUTES_FROM_MS ? null : `${timeZone} ${Math.floor(time_ms / MINUTE_MS)}`;
  const known = minute === null ? undefined : offsets.get(minute);
  if (known !== undefined) return known;
  const offset_min = offsetOfZone(time_ms, timeZone);
  if (minute !== null) {
    if (offsets.size >= REMEMBERED_MAX) offsets.clear();
    offsets.set(minute, offset_min);
  }
  return offset_min;
}

/** From then on clocks are changed at whole minutes. */
const WHOLE_MINUTES_FROM_MS = Date.UTC(2012);
const offsets = new Map<string, number>();

function offsetOfZone(time_ms: number, timeZone: string): number {
  const parts = new Map(formatFor(timeZone).formatToParts(time_ms).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return withoutSign(Math.round((wall - time_ms) / MINUTE_MS));
}

/** The offsets that may belong to a reading of a wall clock. */
export type WallOffsets =
  /** The usual case. */
  | { readonly comes: "once"; readonly offset_min: number }
  /** The clock was set back over it: in the order of the two moments. */
  | { readonly comes: "twice"; readonly first_min: number; readonly second_min: number }
  /** The clock was set forward over it: the offsets before and after that. */
  | { readonly comes: "never"; readonly before_min: number; readonly after_min: number };

/**
 * Which offsets a zone's wall clock may have had when it showed a time.
 * @param wall_ms the wall clock's time, written as if it were UTC
 * @param timeZone IANA name; this computer's zone where absent
 */
export function wallOffsets(wall_ms: number, timeZone?: string): WallOffsets {
  // No zone changes its clock twice within two days; the real moment lies between these, as no offset is a whole day.
  const before_min = zoneOffset(wall_ms - DAY_MS, timeZone);
  const after_min = zoneOffset(wall_ms + DAY_MS, timeZone);
  const fits = (offset_min: number) => zoneOffset(wall_ms - offset_min * MINUTE_MS, timeZone) === offset_min;
  const [first, second] = [...new Set([before_min, after_min])].filter(fits);
  if (first === undefined) return { comes: "never", before_min, after_min };
  if (second === undefined) return { comes: "once", offset_min: first };
  return { comes: "twice", first_min: first, second_min: second };
}

/**
 * The zone's offset in the other half of the year: with summer time where `summer`, without it else. Null where the zone
 * has no summer time within half a year of the moment.
 */
export function seasonalOffset(
  time_ms: number,
  season: { summer: boolean; timeZone?: string | undefined },
): number | null {
  // Some zones leave summer time for a month of fasting only, so each month is asked.
  const offsets = Array.from(
    { length: 12 },
    (_, month) => zoneOffset(time_ms + (month - 6) * 30.4 * DAY_MS, season.timeZone),
  );
  const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
  if (least === most) return null;
  return season.summer ? most : least;
}

/** Whether a clock somewhere on Earth may have had this offset at the moment: its zone's own, or that of the other season. */
export function offsetExists(offset_min: number, time_ms: number): boolean {
  if (offset_min < WEST_MOST_MIN || offset_min > EAST_MOST_MIN) return false;
  if (offset_min % HOUR_MIN === 0 || zoneOffset(time_ms) === offset_min) return true;
  // To ask all zones takes 100 ms, and whoever asks for one frame asks for the next ones too.
  const question = `${offset_min} ${Math.floor(time_ms / DAY_MS)}`;
  let answer = existing.get(question);
  if (answer === undefined) {
    answer = Intl.supportedValuesOf("timeZone").some((zone) => offsetsOnce(time_ms, zone).includes(offset_min));
    if (existing.size >= REMEMBERED_MAX) existing.clear();
    existing.set(question, answer);
  }
  return answer;
}

const existing = new Map<string, boolean>();
/** Bounds what is remembered. */
const REMEMBERED_MAX = 100;

/** At a moment, and half a year before, of a zone that will not be asked again. */
function offsetsOnce(time_ms: number, timeZone: string): number[] {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  return [time_ms, time_ms - HALF_YEAR_MS].map((at_ms) => {
    const text = format.formatToParts(at_ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
    // "GMT-03:30"
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(text) ?? [];
    const size = Number(hours ?? 0) * HOUR_MIN + Number(minutes ?? 0);
    return sign === "-" ? -size : size;
  });
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

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError where there is no such zone */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { ...CLOCK_PARTS, timeZone });
    if (formats.size >= REMEMBERED_MAX) formats.clear();
    formats.set(timeZone, format);
  }
  return format;
}

/** -0 as 0. */
function withoutSign(number: number): number {
  return number + 0;
}
