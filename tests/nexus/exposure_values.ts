/** What a frame has of 200 values that are read each second, as the plugin `tango` reports them, at 15 frames a second. */
import { asSeries, overExposure } from "../../src/parameters/exposure.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";

const COUNT = 200;
const FRAMES_PER_READING = 15;
const START_MS = Date.UTC(2026, 2, 2);

/**
 * Of a frame whose exposure is longer than the time between two readings: each value was read as often as `count` says of
 * it, which is another number in each frame.
 */
export function manyReadings(frame: number, count: (index: number, frame: number) => number): ParameterReading[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const readings = Array.from({ length: Math.max(1, count(index, frame)) }, (_, read): ParameterReading => ({
      name: `value ${index}`,
      value: [frame + read / 7, (frame + read) % 2 === 0, BigInt(7 * read - frame)][index % 3]!,
      unit: "mm",
      time: new Date(START_MS + 60_000 * frame + 100 * read + index),
      origin: `tango://host:10000/a/b/${index}/position`,
      attributes: { label: "Position", quality: "VALID" },
    }));
    return count(index, frame) === 0 ? asSeries(readings[0]!) : overExposure(readings)!;
  });
}

/** Of the frame of this number. Each is read within one frame of 15; the others have the last one before. */
export function exposureValues(frame: number): ParameterReading[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const read = Math.floor((frame + index) / FRAMES_PER_READING);
    const value = [read / 7, read % 2 === 0, `proposal ${index}`, 7 * read][index % 4]!;
    const reading: ParameterReading = {
      name: `value ${index}`,
      value,
      unit: "mm",
      time: new Date(START_MS + 1000 * read),
      origin: `tango://host:10000/a/b/${index}/position`,
      attributes: { label: "Position", quality: "VALID" },
    };
    if (typeof value === "string") return reading;
    const isWithin = (frame + index) % FRAMES_PER_READING === 0;
    return (isWithin ? overExposure([reading]) : null) ?? asSeries(reading);
  });
}
