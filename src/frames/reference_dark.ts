/**
 * Keeps the last dark of each kind of exposure, for the NeXus files of the frames that follow: its image and its sidecar
 * as they were, and a small index that names both. The index is replaced by a rename and the files have names of their
 * own, so a reader finds one dark, whole.
 */
import { readJson, writeJson } from "../files/json_file.ts";
import { type Check, isNumber, isText, oneOf, orNull, shape } from "../files/json_shape.ts";
import { join } from "node:path";
import { copyWhole } from "../files/copy/copy_spans.ts";
import { tryToRemove } from "../files/durable.ts";
import { isMissing } from "../files/errors.ts";
import { filesIfThere, listFolder, statOf } from "../files/listing.ts";
import { makeOwnFolder, readExisting } from "../files/plain_file.ts";
import { REFERENCE_FOLDER } from "../files/service_names.ts";
import type { ReferenceDark } from "../nexus/frame/facts.ts";
import { planThroughLibrary } from "../nexus/frame/plan_image.ts";
import { momentOf } from "../nexus/frame/time/moment.ts";
import { parseSidecar, SIDECAR_BYTES_MAX } from "../qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../qxrd/view.ts";
import { readLayoutOfFile } from "../tiff/layout.ts";

const INDEX_ENDING = ".json";
const INDEX_BYTES_MAX = 65_536;
/** Kinds of exposures whose darks are kept: each has the size of an image, and the state folder may be on a system disk. */
export const REFERENCES_MAX = 32;
/** What a stop left behind is removed when nobody can be writing it any more. */
const FORGOTTEN_MS = 3_600_000;
const OWN_FILE = /^\S+-[0-9a-f]{8}-[0-9a-f-]{27}\.tif(\.metadata)?$/;

/** A dark as it lies in raw. */
export interface DarkToKeep {
  /** Its folder, absolute. */
  readonly folder: string;
  readonly image: string;
  readonly sidecar: string;
  /** Its path below raw, forward slashes. */
  readonly frame: string;
  /** When it was written, milliseconds since 1970 UTC. */
  readonly written_ms: number;
}

interface ReferenceIndex {
  readonly version: 1;
  /** Names in this folder. */
  readonly image: string;
  readonly sidecar: string;
  /** The dark's own path below raw. */
  readonly frame: string;
  readonly summedExposures: number | null;
  /** When QXRD had processed it, milliseconds since 1970 UTC. */
  readonly time_ms: number;
  readonly written_ms: number;
}

/**
 * A dark fits a frame of the same size that was exposed, amplified, binned and read out alike; the number of exposures
 * that were summed up may differ, as QXRD's own subtraction scales by it. Null where the sidecar does not say.
 */
function exposureKey(view: SidecarView | null): string | null {
  if (view?.width === undefined || view.height === undefined || view.exposureTime_s === undefined) return null;
  const parts = [
    view.width,
    view.height,
    view.exposureTime_s,
    view.readoutMode,
    view.cameraGain,
    view.hBinning,
    view.vBinning,
  ];
  return parts.map((part) => String(part ?? "x")).join("_").replace(/[^0-9a-z_.+-]/gi, "-");
}

/**
 * Keeps a dark in the place of the one of its kind before it. One that is older than that changes nothing.
 * @returns why it is none to be kept, or null
 * @throws the system's error; the reference before it then still stands
 */
export function keepReference(
  stateDir: string,
  dark: DarkToKeep,
  options: { fsync: boolean; timeZone?: string | undefined },
): string | null {
  const source = join(dark.folder, dark.image);
  const sidecar = parseSidecar(readExisting(join(dark.folder, dark.sidecar), SIDECAR_BYTES_MAX));
  const view = viewSidecar(sidecar);
  const key = exposureKey(view);
  if (key === null) return "its sidecar does not say its size and exposure";
  const plan = planThroughLibrary(readLayoutOfFile(source), source);
  if (typeof plan === "string") return plan;
  const folder = makeOwnFolder(stateDir, REFERENCE_FOLDER);
  const { time_ms } = momentOf({ sidecar, view, writtenAt: new Date(dark.written_ms), timeZone: options.timeZone });
  const summedExposures = view.summedExposures ?? null;
  const indexName = `${key}_n${summedExposures ?? "x"}${INDEX_ENDING}`;
  const before = readIndex(join(folder, indexName));
  if (before !== null && before.time_ms > time_ms) return null;
  const image = `${key}-${crypto.randomUUID()}.tif`;
  const index: ReferenceIndex = {
    version: 1,
    image,
    sidecar: `${image}.metadata`,
    frame: dark.frame,
    summedExposures,
    time_ms,
    written_ms: dark.written_ms,
  };
  try {
    const copying = { verify: "compare", fsync: options.fsync } as const;
    copyWhole(source, join(folder, image), copying);
    copyWhole(join(dark.folder, dark.sidecar), join(folder, index.sidecar), copying);
    writeJson(join(folder, indexName), index, { ...options, indent: 1 });
  } catch (error) {
    // On a full volume the space of what is half made is needed.
    for (const name of [image, index.sidecar, `${indexName}.part`]) tryToRemove(join(folder, name));
    throw error;
  }
  removeOld(folder);
  return null;
}

/** The dark that fits a frame best: of as many exposures if there is one, else the newest. Null where none fits. */
export function referenceFor(stateDir: string, view: SidecarView | null): ReferenceDark | null {
  const key = exposureKey(view);
  if (key === null) return null;
  const folder = join(stateDir, REFERENCE_FOLDER);
  // Between the index and the image another dark may take its place: then the index names that one.
  for (let tries = 2;; tries--) {
    const fitting = readAll(folder)
      .filter(({ name }) => name.startsWith(`${key}_n`))
      .map(({ index }) => index)
      .toSorted((a, b) => sameSums(b, view) - sameSums(a, view) || b.time_ms - a.time_ms);
    let failure: unknown = null;
    for (const index of fitting) {
      try {
        return open(folder, index);
      } catch (error) {
        failure ??= error;
        if (tries > 1 && isMissing(error)) break;
      }
    }
    if (failure === null) return null;
    if (tries <= 1 || !isMissing(failure)) throw failure;
  }
}

function sameSums(index: ReferenceIndex, view: SidecarView | null): number {
  return index.summedExposures === (view?.summedExposures ?? null) ? 1 : 0;
}

/** The one that was opened last: it fits the next frame too, and a file is never changed under its name. */
let opened: ReferenceDark | null = null;

function open(folder: string, index: ReferenceIndex): ReferenceDark {
  const path = join(folder, index.image);
  if (opened?.path === path && statOf(path) !== null) return opened;
  const sidecar = parseSidecar(readExisting(join(folder, index.sidecar), SIDECAR_BYTES_MAX));
  opened = {
    imageName: index.frame.split("/").at(-1)!,
    frame: index.frame,
    path,
    layout: readLayoutOfFile(path),
    sidecar,
    view: viewSidecar(sidecar),
    writtenAt: new Date(index.written_ms),
  };
  return opened;
}

function readAll(folder: string): { name: string; index: ReferenceIndex }[] {
  return filesIfThere(folder).filter((name) => name.endsWith(INDEX_ENDING)).flatMap((name) => {
    const index = readIndex(join(folder, name));
    return index === null ? [] : [{ name, index }];
  });
}

/**
 * Null where there is none, one that a power cut has damaged, or one that cannot be read: it is the reference of one
 * kind of frames, and those of others go on. The next dark of its kind replaces it.
 */
function readIndex(path: string): ReferenceIndex | null {
  try {
    return readJson(path, { bytesMax: INDEX_BYTES_MAX, what: "an index of a reference dark", isRight: isIndex });
  } catch {
    return null;
  }
}

const isOwnFile: Check = (name) => isText(name) && OWN_FILE.test(name) && !/[/\\]/.test(name);

const isIndex = shape<ReferenceIndex>({
  version: oneOf(1),
  image: isOwnFile,
  sidecar: isOwnFile,
  frame: isText,
  summedExposures: orNull(isNumber),
  time_ms: Number.isFinite,
  written_ms: Number.isFinite,
});

/** Removes the oldest references beyond the bound, and files that no index names. */
function removeOld(folder: string): void {
  const kept = readAll(folder).toSorted((a, b) => b.index.time_ms - a.index.time_ms);
  for (const { name } of kept.splice(REFERENCES_MAX)) tryToRemove(join(folder, name));
  const named = new Set(kept.flatMap(({ index }) => [index.image, index.sidecar]));
  for (const name of listFolder(folder).files) {
    if (!OWN_FILE.test(name) || named.has(name)) continue;
    const path = join(folder, name);
    // A frame that is merged now may still read the one that was just replaced.
    if (ageOf(path) > FORGOTTEN_MS) tryToRemove(path);
  }
}

/** In milliseconds; 0 where it cannot be asked. */
function ageOf(path: string): number {
  try {
    return Date.now() - (statOf(path)?.modified_ms ?? 0);
  } catch {
    return 0;
  }
}
