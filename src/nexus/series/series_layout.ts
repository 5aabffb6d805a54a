/** Which frames make a series, what its master file is called, and in which slot of its stack each frame stands. */
import { parseFrameName } from "../../qxrd/frame_name.ts";

/**
 * No frame can have a NeXus file of this name, since theirs all end in ".nxs"; and whoever looks for "*.nxs" finds
 * frames only. The ending is the one that area detectors' programs know for such a file.
 */
const MASTER_ENDING = "_master.h5";
const NEXUS_ENDING = ".nxs";
/**
 * Numbers that are missing get a slot each, as long as there are no more of them than this. Beyond (a series of the
 * numbers 1 and 99,999) the stack holds the present frames alone, one after the other.
 */
export const ABSENT_MAX = 10_000;
/** The axis of the frames' numbers is of int32. */
const NUMBER_MAX = 2 ** 31 - 1;

/** A frame's place in its series, as its name tells. */
export interface SeriesFrame {
  /** "P-00001.nxs" */
  readonly file: string;
  /** What the series is called: "P"; "P.raw" for QXRD's raw frames of the same names. */
  readonly series: string;
  readonly number: number;
  /** Phase and counter of a name that was taken: frames of one number stand one after the other in their order. */
  readonly phase: number;
  readonly collision: number;
}

export interface Slot<T extends SeriesFrame> {
  readonly number: number;
  /** Null where no frame of this number is there. */
  readonly frame: T | null;
}

/** Null for what is no frame of a series: other files, frames without a number, darks. */
export function seriesFrame(file: string): SeriesFrame | null {
  if (!file.endsWith(NEXUS_ENDING)) return null;
  const stem = file.slice(0, -NEXUS_ENDING.length);
  const { base, counter, phase, collision, kind } = parseFrameName(`${stem}.tif`);
  if (counter === null || counter > NUMBER_MAX || kind === "dark") return null;
  return {
    file,
    series: kind === "raw" ? `${base}.raw` : base,
    number: counter,
    phase: phase ?? -1,
    collision: collision ?? -1,
  };
}

export function masterName(series: string): string {
  return `${series}${MASTER_ENDING}`;
}

/** In the order of their numbers. */
export function inSeriesOrder<T extends SeriesFrame>(frames: readonly T[]): T[] {
  return frames.toSorted((a, b) =>
    a.number - b.number || a.phase - b.phase || a.collision - b.collision || (a.file < b.file ? -1 : 1)
  );
}

/** One slot for each frame, and one for each number between the first and the last that has none (see ABSENT_MAX). */
export function layOutSlots<T extends SeriesFrame>(frames: readonly T[]): Slot<T>[] {
  const ordered = inSeriesOrder(frames);
  const first = ordered[0];
  if (first === undefined) return [];
  const span = ordered.at(-1)!.number - first.number + 1;
  const withGaps = span - new Set(ordered.map((frame) => frame.number)).size <= ABSENT_MAX;
  const slots: Slot<T>[] = [];
  let next = first.number;
  for (const frame of ordered) {
    for (; withGaps && next < frame.number; next++) slots.push({ number: next, frame: null });
    slots.push({ number: frame.number, frame });
    next = frame.number + 1;
  }
  return slots;
}
