/** QXRD's file names: what the parts of an image's name say, and which other files travel with it. */

/** What a name says the frame is; "processed" where it says neither of the others. */
export type FrameKind = "processed" | "raw" | "dark";

export interface FrameNumbers {
  /** What the user called the series: `CeO2`; with several detectors QXRD adds `-01`. All of it without a counter. */
  readonly base: string;
  /** The frame's number; null where the name has none. */
  readonly counter: number | null;
  /** Phase number of a measurement with several phases, else null. */
  readonly phase: number | null;
  /** QXRD's own number for a name that was taken; null where the name was free. */
  readonly collision: number | null;
}

/** QXRD of 2018 can compress the whole file. */
const IMAGE_NAME = /^(.*)\.tiff?(?:\.(?:bz2|gz))?$/is;
const SIDECAR_SUFFIX = ".metadata";
/** What QSettings and QSaveFile leave for a moment: the lock, and a temporary name with six random letters. */
const IGNORED_NAME = /\.lock$|\.metadata\.[A-Za-z]{6}$/i;
/** Counter, phase, collision as they stand behind the base, by their digits: see numbersOf(). */
const NUMBER_PATTERNS: readonly RegExp[] = [
  /^(?<base>.*)-(?<counter>0\d{3,5})-(?<phase>\d{1,3})-(?<collision>\d{4,})$/s,
  /^(?<base>.*)-(?<counter>0\d{3,5}|\d{5,6})-(?<phase>\d{1,3})$/s,
  /^(?<base>.*)-(?<counter>0\d{3,5})-(?<collision>\d{4,})$/s,
  /^(?<base>.*)-(?<counter>\d+)$/s,
];
/** QXRD always has a counter before it (`getFileBaseAndName`): `quartz.dark-00001` is frame 1 of a series "quartz.dark". */
const KIND = /^(.*[-_]\d+)(\.(raw|dark))(?:-(\d+))?$/is;

/** Whether a name is an image's: `.tif`, `.tiff`, and with `.bz2` or `.gz` behind it. */
export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/** Whether a name is a sidecar's. */
export function isSidecarName(name: string): boolean {
  return name.length > SIDECAR_SUFFIX.length && name.toLowerCase().endsWith(SIDECAR_SUFFIX);
}

/** Whether a name is there only while something is being written: `*.lock`, `*.metadata.AbCdEf`. */
export function isIgnoredName(name: string): boolean {
  return IGNORED_NAME.test(name);
}

/** `P-00001.dark` of `P-00001.dark.tif`; a name that is no image's is all stem. */
export function stemOf(imageName: string): string {
  return IMAGE_NAME.exec(imageName)?.[1] ?? imageName;
}

/** A stem without what says its kind: `P-00001` of `P-00001.dark-00002`. */
export function kindOf(stem: string): {
  readonly rest: string;
  readonly kind: FrameKind;
  /** As it stands in the stem: ".dark", or "". */
  readonly ending: string;
  /** QXRD's number for a taken name where it stands behind the kind (0.11.16 and newer). */
  readonly lateCollision: number | null;
} {
  const found = KIND.exec(stem);
  if (found === null) return { rest: stem, kind: "processed", ending: "", lateCollision: null };
  const [, rest, ending, kind, late] = found;
  return {
    rest: rest!,
    kind: kind!.toLowerCase() as "raw" | "dark",
    ending: ending!,
    lateCollision: numberOrNull(late),
  };
}

/**
 * The numbers at a name's end, by their digits alone. The counter has five digits by default, filled up with zeros, the
 * phase three, the counter of a taken name five. So a number before another one is the counter only where it begins with
 * 0, or has five digits before a phase: in `X-20171109-00001` and `Fe-1200-00001` it is a part of the base.
 */
export function numbersOf(text: string): FrameNumbers {
  for (const pattern of NUMBER_PATTERNS) {
    const found = pattern.exec(text)?.groups;
    if (found === undefined) continue;
    const { base, counter, phase, collision } = found;
    return {
      base: base!,
      counter: numberOrNull(counter),
      phase: numberOrNull(phase),
      collision: numberOrNull(collision),
    };
  }
  return { base: text, counter: null, phase: null, collision: null };
}

function numberOrNull(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits);
}

export interface GroupOptions {
  /** Whether names that differ in case only are the same, as on Windows. */
  readonly caseInsensitive: boolean;
}

/** The files of a folder that are one frame. */
export interface FrameGroup {
  readonly image: string;
  readonly sidecar: string | null;
  /** What else carries the image's name: `.tif.overflow`, `.txt`, `.avg`, any other `.tif.*`. */
  readonly others: string[];
}

/**
 * Names that are shared with the image's stem instead of its full name. QXRD gives an image that it saves as text a
 * sidecar and an overflow list of their own.
 */
const STEM_COMPANION = /^(.+)\.(?:txt|avg)(?:\.(?:metadata|overflow))?$/is;
const IMAGE_COMPANION = /^(.+\.tiff?(?:\.(?:bz2|gz))?)\.[^.]+$/is;

/** The image that a file travels with by its name, or that image's stem; null for a name that is no companion's. */
export function companionOf(
  name: string,
): { readonly image: string; readonly stem: null } | { readonly image: null; readonly stem: string } | null {
  const image = isImageName(name) ? undefined : IMAGE_COMPANION.exec(name)?.[1];
  if (image !== undefined) return { image, stem: null };
  const stem = STEM_COMPANION.exec(name)?.[1];
  return stem === undefined ? null : { image: null, stem };
}

/**
 * Sorts the names of one folder into frames, in the order in which the images come, in time that grows with the
 * number of names. Strays are what belongs to no image that is there (a sidecar whose image has gone, other files);
 * names that are there only while something is written are left out.
 */
export function groupFrames(
  names: Iterable<string>,
  options: GroupOptions,
): { frames: FrameGroup[]; strays: string[] } {
  const fold = options.caseInsensitive ? foldCase : keepCase;
  const rest: string[] = [];
  const frames = new Map<string, { image: string; sidecar: string | null; others: string[] }>();
  const byStem = new Map<string, string>();
  // A folder that distinguishes cases (a share of Linux) may hold P.tif and p.tif: one after the other, each with its own.
  const second: string[] = [];
  const strays: string[] = [];
  for (const name of names) {
    if (isIgnoredName(name)) continue;
    if (!isImageName(name)) {
      rest.push(name);
      continue;
    }
    if (frames.has(fold(name))) {
      second.push(name);
      strays.push(name);
      continue;
    }
    const key = fold(name);
    frames.set(key, { image: name, sidecar: null, others: [] });
    const stem = fold(stemOf(name));
    // Two images of one stem (`X.tif` and `X.tif.bz2`): what shares it goes with the first.
    if (!byStem.has(stem)) byStem.set(stem, key);
  }
  for (const name of rest) {
    const frame = frames.get(ownerOf(fold(name), { frames, byStem }) ?? "");
    const isOf = (image: string) => name.startsWith(`${stemOf(image)}.`);
    if (frame === undefined || (second.some(isOf) && !isOf(frame.image))) strays.push(name);
    else if (isSidecarOf(fold(name), fold(frame.image)) && frame.sidecar === null) frame.sidecar = name;
    else frame.others.push(name);
  }
  return { frames: [...frames.values()], strays };
}

interface ImageIndex {
  readonly frames: ReadonlyMap<string, unknown>;
  readonly byStem: ReadonlyMap<string, string>;
}

/** The image that a name belongs to: the longest image name that it begins with, or the image of the same stem. */
function ownerOf(name: string, index: ImageIndex): string | undefined {
  for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
    const image = name.slice(0, dot);
    if (index.frames.has(image)) return image;
  }
  const stem = STEM_COMPANION.exec(name)?.[1];
  return stem === undefined ? undefined : index.byStem.get(stem);
}

function isSidecarOf(name: string, image: string): boolean {
  return name.length === image.length + SIDECAR_SUFFIX.length && name.startsWith(image) && isSidecarName(name);
}

function foldCase(name: string): string {
  return name.toLowerCase();
}

function keepCase(name: string): string {
  return name;
}
