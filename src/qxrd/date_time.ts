/** Dates as QXRD writes them: local time without a zone, from a Julian day or from `dateString`. */

/** A moment on the wall clock of the detector PC; QXRD does not say in which zone that clock was. */
export interface LocalDateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Julian day of 1970-01-01, as QDate counts (whole days, no half-day shift). */
const JULIAN_DAY_1970 = 2_440_588;
const DAY_MS = 86_400_000;
/** Years that ISO 8601 writes with four digits; others are no date of a measurement. */
const YEAR_MAX = 9999;

/** From a QDate's Julian day and a QTime's milliseconds of the day; undefined where they name no date. */
export function fromJulianDay(julianDay: number, dayMilliseconds: number): LocalDateTime | undefined {
  if (!(dayMilliseconds >= 0 && dayMilliseconds < DAY_MS)) return undefined;
  const date = new Date((julianDay - JULIAN_DAY_1970) * DAY_MS + dayMilliseconds);
  if (!(date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= YEAR_MAX)) return undefined;
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/** The Julian day and the milliseconds of the day: what a QDateTime is stored as. */
export function toJulianDay(dateTime: LocalDateTime): { julianDay: number; dayMilliseconds: number } {
  const midnight = Date.UTC(dateTime.year, dateTime.month - 1, dateTime.day);
  return {
    julianDay: midnight / DAY_MS + JULIAN_DAY_1970,
    dayMilliseconds: ((dateTime.hour * 60 + dateTime.minute) * 60 + dateTime.second) * 1000 + dateTime.millisecond,
  };
}

const DATE_STRING = /^(\d{4})\.(\d{2})\.(\d{2}) : (\d{2}):(\d{2}):(\d{2})\.(\d{3})$/;

/** DateTime (306) of TIFF 6.0. */
const TIFF_DATE_TIME = /^(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})()$/;

/** Reads QXRD's `dateString` (`yyyy.MM.dd : hh:mm:ss.zzz`); undefined where it is none, or no day of the calendar. */
export function parseDateString(text: string): LocalDateTime | undefined {
  return dateOf(DATE_STRING.exec(text.trim()));
}

/** Reads a TIFF's DateTime; undefined where it is none, or no day of the calendar. */
export function parseTiffDateTime(text: string): LocalDateTime | undefined {
  return dateOf(TIFF_DATE_TIME.exec(text.trim()));
}

/** From the seven fields of a pattern, year to millisecond; an empty one is 0. */
function dateOf(found: RegExpExecArray | null): LocalDateTime | undefined {
  if (found === null) return undefined;
  const at = (field: number) => Number(found[field]);
  const [year, month, day] = [at(1), at(2), at(3)] as const;
  const [hour, minute, second, millisecond] = [at(4), at(5), at(6), at(7)] as const;
  const parts = { year, month, day, hour, minute, second, millisecond };
  const { julianDay, dayMilliseconds } = toJulianDay(parts);
  const again = fromJulianDay(julianDay, dayMilliseconds);
  // The round trip refuses 30 February and 25 o'clock.
  const same = again !== undefined &&
    Object.entries(parts).every(([part, value]) => again[part as keyof LocalDateTime] === value);
  return same ? parts : undefined;
}

/** As QXRD writes `dateString`. */
export function formatDateString(dateTime: LocalDateTime): string {
  const { year, month, day, hour, minute, second, millisecond } = dateTime;
  return `${digits(year, 4)}.${digits(month, 2)}.${digits(day, 2)} : ` +
    `${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(millisecond, 3)}`;
}

/** ISO 8601 without a zone: `2017-11-09T23:08:28.053`. */
export function formatLocalIso(dateTime: LocalDateTime): string {
  const { year, month, day, hour, minute, second, millisecond } = dateTime;
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T` +
    `${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(millisecond, 3)}`;
}

/** The wall clock of this machine at a moment. */
export function localDateTime(moment: Date): LocalDateTime {
  return {
    year: moment.getFullYear(),
    month: moment.getMonth() + 1,
    day: moment.getDate(),
    hour: moment.getHours(),
    minute: moment.getMinutes(),
    second: moment.getSeconds(),
    millisecond: moment.getMilliseconds(),
  };
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
