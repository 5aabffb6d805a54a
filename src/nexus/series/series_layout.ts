/** Which frames make a series, what its master file is called, and in which slot of its stack each frame stands. */
import { identifyFrame } from "../../qxrd/frame_identity.ts";

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
/** A frame's place in its series. */
export interface SeriesPlace {
  /** What the series is called: "P"; "P.raw" for QXRD's raw frames of the same names. */
  readonly series: string;
  readonly number: number;
  /** Phase and counter of a name that was taken: frames of one number stand one after the other in their order. */
  readonly phase: number;
  readonly collision: number;
}

export interface SeriesFrame extends SeriesPlace {
  /** "P-00001.nxs" */
  readonly file: string;
}

export interface Slot<T extends SeriesFrame> {
  readonly number: number;
  /** Null where no frame of this number is there. */
  readonly frame: T | null;
}

/**
 * By the file's name; files that pewatch has written since 0.2 hold it themselves. Null for what is no frame of a series:
 * other files, frames without a number, darks.
 * @param isThere whether a file of this name lies beside it
 */
export function placeByName(file: string, isThere: (file: string) => boolean = () => false): SeriesPlace | null {
  const stem = frameStem(file);
  if (stem === null) return null;
  const { series, counter, phase, collision } = identifyFrame(`${stem}.tif`, {
    view: null,
    isThere: (other) => isThere(`${other}${NEXUS_ENDING}`),
  });
  return series === null ? null : { series, number: counter!, phase: phase ?? -1, collision: collision ?? -1 };
}

/** "P-00001" of "P-00001.nxs"; null for other files. */
function frameStem(file: string): string | null {
  return file.endsWith(NEXUS_ENDING) ? file.slice(0, -NEXUS_ENDING.length) : null;
}

/**
 * Whether a file may hold a frame of a series, before it is opened: QXRD puts numbers behind the base, the counter of a
 * taken name before its first dot too.
 */
export function mayBeOf(series: string, file: string): boolean {
  const start = series.split(".", 1)[0]!;
  const stem = frameStem(file);
  return stem !== null && stem.startsWith(start) && /^[-_.]/.test(stem.slice(start.length));
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
