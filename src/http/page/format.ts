/** Numbers, times and durations as words: narrow spaces between thousands, a real minus sign, SI units. */
const NOT_KNOWN = "–";

export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f").replace("-", "\u2212");
}

/** More digits of it are no longer read at a glance, and no longer exact in 32 bits. */
const EXPONENT_FROM = 1e8;

/** Counts of a pixel, with three digits at least. */
export function counts(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_KNOWN;
  const size = Math.abs(value);
  if (size >= 100 && size < EXPONENT_FROM) return grouped(value);
  const text = size >= EXPONENT_FROM
    ? value.toExponential(3)
    : size < 0.1 && size > 0
    ? value.toPrecision(3)
    : value.toFixed(size >= 10 ? 1 : 2);
  return text.replaceAll("-", "\u2212").replace("e+", "e");
}

export function fixed(value: number | null, digits: number): string {
  return value === null || Number.isNaN(value)
    ? NOT_KNOWN
    : value === Infinity
    ? "∞"
    : value.toFixed(digits).replace("-", "\u2212");
}

/** "4 min 12 s"; nothing lasts less than no time, whatever clocks say. */
export function seconds(duration_s: number | null): string {
  if (duration_s === null) return NOT_KNOWN;
  const value = Math.max(0, duration_s);
  if (value < 9.95) return `${value.toFixed(1)} s`;
  if (value < 59.5) return `${Math.round(value)} s`;
  if (value < 600) return `${Math.floor(value / 60)} min ${Math.floor(value % 60)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min`;
  if (value < 86_400) return `${Math.floor(value / 3600)} h ${Math.floor((value % 3600) / 60)} min`;
  return `${Math.floor(value / 86_400)} d ${Math.floor((value % 86_400) / 3600)} h`;
}

/** How long ago a time of the daemon's clock was. */
export function ago(time: string, now_ms: number): string {
  const s = (now_ms - Date.parse(time)) / 1000;
  if (Number.isNaN(s)) return NOT_KNOWN;
  return s < 2 ? "now" : `${s < 60 ? `${Math.floor(s)} s` : s < 3600 ? `${Math.floor(s / 60)} min` : seconds(s)} ago`;
}

/** [number, unit] of bytes, with three digits. */
export function bytes(value: number | null): [number: string, unit: string] {
  if (value === null) return [NOT_KNOWN, ""];
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let at = 0;
  for (; value >= 1000 && at < units.length - 1; at++) value /= 1024;
  return [value.toFixed(value >= 100 || at === 0 ? 0 : value >= 10 ? 1 : 2), units[at]!];
}

// One formatter for all: toLocaleTimeString makes a new one at each call, which took a sixth of the page's time.
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

export function clock(time: string | number): string {
  return CLOCK.format(new Date(time));
}

export function clockTenths(time: string): string {
  return `${clock(time)}.${Math.floor(new Date(time).getMilliseconds() / 100)}`;
}

export function dayAndClock(time: string): string {
  return `${DAY.format(new Date(time))}, ${clock(time)}`;
}

/** "1 frame", "2 frames". */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}
