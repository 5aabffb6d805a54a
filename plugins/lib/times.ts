/**
 * Times as ISO 8601 writes them, on the wall clock of this computer. A file of its own: shared by the plugins that
 * write times.
 */
import type { SidecarView } from "pewatch";

/** "2026-11-23T12:51:00.123+01:00": the wall clock that QXRD's own dates show, and still one certain moment. */
export function isoTime(date: Date): string {
  const offset_min = -date.getTimezoneOffset();
  const sign = offset_min < 0 ? "-" : "+";
  const hours = two(Math.floor(Math.abs(offset_min) / 60));
  const local = new Date(date.getTime() + offset_min * 60_000).toISOString().slice(0, -1);
  return `${local}${sign}${hours}:${two(Math.abs(offset_min) % 60)}`;
}

/** "2026-11-23" on the wall clock. */
export function isoDay(date: Date): string {
  return isoTime(date).slice(0, 10);
}

/** "2026-11-23T12:51:00.123" of a sidecar's date, which says no zone. */
export function isoLocal(date: NonNullable<SidecarView["dateTime"]>): string {
  const day = `${String(date.year).padStart(4, "0")}-${two(date.month)}-${two(date.day)}`;
  return `${day}T${two(date.hour)}:${two(date.minute)}:${two(date.second)}.${
    String(date.millisecond).padStart(3, "0")
  }`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
