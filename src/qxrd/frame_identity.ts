/**
 * Which frame of which series an image is. Its name alone leaves that open: in `Fe-1200-00001` 1200 may be a
 * temperature or a counter. What QXRD wrote into the sidecar decides, as far as it fits the name; then the names beside
 * it; then how many digits there are.
 *
 * By QXRD's source, 0.8 to 0.11.17: the name is `BASE-COUNTER[-PHASE]`, with a detector's number before the counter where
 * there are several; `imageNumber` is that counter (-1 in darks); `fileBase` and `title` are the whole name before it got
 * another counter because it was taken; that counter stands behind it or (up to 0.11.10) before its first dot. Before
 * 0.8 `imageNumber` is always 0. In 0.13 `fileBase` is BASE, the parts are joined by `_` in an order that can be chosen,
 * the counter is `imageSequenceNumber`, and `imageNumber` counts within one acquisition. Up to 0.11 `imageSequenceNumber`
 * is summed over the exposures of a frame, so it says nothing. People rename files: then the name counts.
 */
import { type FrameKind, type FrameNumbers, isImageName, kindOf, numbersOf, stemOf } from "./frame_name.ts";
import type { SidecarView } from "./view.ts";

export interface FrameIdentity extends FrameNumbers {
  readonly kind: FrameKind;
  /** `base`; with ".raw" behind it for QXRD's raw frames. Null for darks and frames without a number. */
  readonly series: string | null;
}

/** What is known besides the image's name. */
export interface Evidence {
  /** Of the image's own sidecar; null where there is none. */
  readonly view: SidecarHints | null;
  /** Whether an image of this stem is there too. */
  readonly isThere?: (stem: string) => boolean;
}

export type SidecarHints = Pick<
  SidecarView,
  "fileBase" | "title" | "imageNumber" | "imageSequenceNumber" | "phaseNumber" | "nPhases"
>;

/** The axis of the frames' numbers is of int32. */
const NUMBER_MAX = 2 ** 31 - 1;

/** Any name gives something. */
export function identifyFrame(imageName: string, { view, isThere }: Evidence): FrameIdentity {
  const { rest, kind, ending, lateCollision } = kindOf(stemOf(imageName));
  const hints = view ?? {};
  const isTaken = (name: string) => isThere?.(`${name}${ending}`) ?? false;
  const found = ofOriginalName(rest, hints) ?? ofBase(rest, hints) ?? ofSidecarNumbers(rest, hints, isTaken) ??
    (lateCollision === null ? ofNeighbours(rest, isTaken) ?? numbersOf(rest) : ofUntakenName(rest, hints));
  const numbers = { ...found, collision: lateCollision ?? found.collision };
  const isOfSeries = kind !== "dark" && numbers.counter !== null && numbers.counter <= NUMBER_MAX;
  return { ...numbers, kind, series: isOfSeries ? `${numbers.base}${kind === "raw" ? ".raw" : ""}` : null };
}

/**
 * What a frame's series is called by: the series, else the frame's own stem.
 * @param name of the image, also with folders and "/" before it
 */
export function seriesOf(name: string, view: SidecarHints | null): string {
  const image = name.slice(name.lastIndexOf("/") + 1);
  return identifyFrame(image, { view }).series || stemOf(image);
}

/** By the name that the file had before it was found to be taken. */
function ofOriginalName(rest: string, hints: SidecarHints): FrameNumbers | null {
  for (const name of [hints.fileBase, hints.title]) {
    if (name === undefined || !isImageName(name)) continue;
    const original = kindOf(stemOf(name)).rest;
    const collision = original === rest ? null : insertedCounter(original, rest);
    if (collision === undefined) continue;
    return { ...ofUntakenName(original, hints), collision };
  }
  return null;
}

/** The counter that makes the one name the other: behind it, or before its first dot; undefined where none does. */
function insertedCounter(original: string, name: string): number | undefined {
  const dot = original.indexOf(".");
  for (const at of dot === -1 ? [original.length] : [original.length, dot]) {
    const [before, after] = [original.slice(0, at), original.slice(at)];
    if (!name.startsWith(before) || !name.endsWith(after) || name.length <= original.length) continue;
    const digits = /^-(\d+)$/.exec(name.slice(at, name.length - after.length))?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return undefined;
}

/** A name that holds no counter of a taken name: `BASE-COUNTER` or `BASE-COUNTER-PHASE`. */
function ofUntakenName(name: string, hints: SidecarHints): FrameNumbers {
  const found = /^(?<base>.*?)(?:-(?<before>\d+))?-(?<last>\d+)$/s.exec(name)?.groups;
  if (found === undefined) return { base: name, counter: null, phase: null, collision: null };
  const { base, before, last } = found as { base: string; before: string | undefined; last: string };
  const withPhase = before !== undefined && isPhase(before, last, hints);
  if (withPhase) return { base, counter: Number(before), phase: Number(last), collision: null };
  return { base: name.slice(0, -last.length - 1), counter: Number(last), phase: null, collision: null };
}

/** Whether two numbers at a name's end are counter and phase. */
function isPhase(before: string, last: string, { nPhases, phaseNumber, imageNumber }: SidecarHints): boolean {
  if (nPhases === undefined || nPhases < 0) {
    return imageNumber !== undefined && imageNumber > 0
      ? Number(before) === imageNumber && Number(last) !== imageNumber
      : numbersOf(`-${before}-${last}`).phase !== null;
  }
  return nPhases > 1 && (phaseNumber === undefined || Number(last) === phaseNumber);
}

/** 0.13: the base stands in the sidecar. */
function ofBase(rest: string, hints: SidecarHints): FrameNumbers | null {
  const { fileBase: base, imageSequenceNumber, phaseNumber, nPhases = 1 } = hints;
  if (base === undefined || base === "" || !rest.startsWith(base)) return null;
  const parts = rest.slice(base.length).match(/[-_]\d+/g) ?? [];
  if (parts.length === 0 || parts.join("") !== rest.slice(base.length)) return null;
  const numbers = parts.map((part) => Number(part.slice(1)));
  const counterAt = Math.max(0, numbers.indexOf(imageSequenceNumber ?? NaN));
  const phaseAt = nPhases > 1 ? numbers.findIndex((number, at) => at !== counterAt && number === phaseNumber) : -1;
  return { base, counter: numbers[counterAt]!, phase: numbers[phaseAt] ?? null, collision: null };
}

/** By the counter in the sidecar, where the name has one such number; 0 may stand there because nobody counted. */
function ofSidecarNumbers(rest: string, hints: SidecarHints, isTaken: (name: string) => boolean): FrameNumbers | null {
  const { imageNumber } = hints;
  if (imageNumber === undefined || imageNumber <= 0) return null;
  const untaken = ofUntakenName(rest, hints);
  const last = untaken.phase ?? untaken.counter;
  if (last === null) return null;
  const before = withoutLastCounter(rest);
  const ofTaken = before === null ? null : ofUntakenName(before, hints);
  if (ofTaken?.counter === imageNumber) {
    const isFirst = untaken.counter === imageNumber && !isTaken(before!) && numbersOf(rest).collision === null;
    if (!isFirst) return { ...ofTaken, collision: last };
  }
  return untaken.counter === imageNumber ? untaken : null;
}

/** QXRD adds a counter to a name only where that name is there already. */
function ofNeighbours(rest: string, isTaken: (name: string) => boolean): FrameNumbers | null {
  const before = withoutLastCounter(rest);
  if (before !== null && withoutLastCounter(before) !== null && isTaken(before)) {
    return { ...ofUntakenName(before, {}), collision: Number(rest.slice(before.length + 1)) };
  }
  // Up to 0.11.10: before the first dot.
  const early = /^([^.]*)-(\d{4,})(\..*)$/s.exec(rest);
  if (early === null || !isTaken(`${early[1]}${early[3]}`)) return null;
  return { ...ofUntakenName(`${early[1]}${early[3]}`, {}), collision: Number(early[2]) };
}

function withoutLastCounter(name: string): string | null {
  return /^(.*)-\d+$/s.exec(name)?.[1] ?? null;
}
