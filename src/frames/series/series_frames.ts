/** Finds the frames of a series in the output: the folder itself says which there are, no list is kept beside it. */
import { join } from "node:path";
import { Hdf5Error } from "../../../ffi/hdf5/error.ts";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import { isMissing, messageOf, reasonOf } from "../../files/errors.ts";
import { listFolder } from "../../files/listing.ts";
import { openPlain } from "../../files/plain_file.ts";
import { describeType } from "../../nexus/tree/read_tree.ts";
import { type FrameImage, readFrameImage } from "../../nexus/series/series_frame.ts";
import { inSeriesOrder, mayBeOf, placeByName, type SeriesPlace } from "../../nexus/series/series_layout.ts";
import { VALUES_MAX } from "../../nexus/series/series_parameters.ts";
import type { MasterFrame } from "../../nexus/series/series_tree.ts";

/** More frames than this of one name are skipped: their master would take many seconds to write and to open. */
const FRAMES_MAX = 20_000;
/** So many are named. */
const NOTES_MAX = 100;

/** What was read of a frame's file, or in words why it has no place in a master. By file name. */
export type KnownFrames = Map<string, FrameImage | string>;

export interface CollectedFrames {
  /** Of one size and type. */
  readonly frames: readonly MasterFrame[];
  /** One line for each frame that is skipped. */
  readonly skipped: readonly string[];
  /** Why a file could not be read that the system may let be read later; null where there is none. */
  readonly unreadable: Error | null;
}

/**
 * Reads what is not known yet.
 * @returns null where `hasTime` ended it; `known` then holds what was read so far
 * @throws the system's error where the folder cannot be read, or no file of it
 */
export function collectFrames(
  hdf5: Hdf5Library,
  series: { readonly folder: string; readonly name: string },
  options: { known: KnownFrames; hasTime: () => boolean },
): CollectedFrames | null {
  const { known, hasTime } = options;
  const files = listFolder(series.folder).files;
  const names = new Set(files);
  for (const name of known.keys()) if (!names.has(name)) known.delete(name);
  const skipped: string[] = [];
  const read: MasterFrame[] = [];
  let unreadable: Error | null = null;
  const wanted = folded(series.name);
  for (const file of files.filter((file) => mayBeOf(wanted, folded(file)))) {
    let image = known.get(file);
    if (image === undefined) {
      if (!hasTime()) return null;
      let found: ReturnType<typeof readOne>;
      try {
        const parametersMax = Math.ceil(VALUES_MAX / (known.size + 1));
        found = readOne(hdf5, join(series.folder, file), { parametersMax });
      } catch (error) {
        skipped.push(`${file}: skipped, it cannot be read: ${reasonOf(error)}`);
        unreadable ??= new Error(`${join(series.folder, file)}: ${reasonOf(error)}`, { cause: error });
        continue;
      }
      if (found === null) continue;
      if (!found.passing) known.set(file, found.image);
      image = found.image;
    }
    const place = placeOf(file, image, names);
    if (place === null || folded(place.series) !== wanted) continue;
    if (typeof image === "string") skipped.push(`${file}: skipped, ${image}`);
    else read.push({ ...place, file, image });
  }
  if (unreadable !== null && read.length === 0) throw unreadable;
  const ordered = inSeriesOrder(read);
  for (const { file } of ordered.slice(FRAMES_MAX)) {
    skipped.push(`${file}: skipped, a master has ${FRAMES_MAX} frames at most`);
  }
  return { ...ofOneKind(ordered.slice(0, FRAMES_MAX), skipped), unreadable };
}

/** As the file says; an older one, or one that cannot be read, by its name and those beside it. */
function placeOf(file: string, image: FrameImage | string, names: ReadonlySet<string>): SeriesPlace | null {
  return typeof image !== "string" && image.place !== null ? image.place : placeByName(file, (name) => names.has(name));
}

/** On Windows names that differ in case only are one. */
function folded(name: string): string {
  return Deno.build.os === "windows" ? name.toLowerCase() : name;
}

/** Null where the file has gone meanwhile; `passing`: ask again next time. */
function readOne(
  hdf5: Hdf5Library,
  path: string,
  options: { readonly parametersMax: number },
): { image: FrameImage | string; passing: boolean } | null {
  try {
    return { image: readFrameImage(hdf5, path, options), passing: false };
  } catch (error) {
    if (!(error instanceof Hdf5Error)) throw error;
    try {
      // HDF5 does not say whether the file or its folder is at fault.
      openPlain(path).close();
    } catch (fault) {
      if (isMissing(fault)) return null;
      throw fault;
    }
    return { image: `it cannot be read: ${messageOf(error)}`, passing: true };
  }
}

/** A stack has one size and type: the one of most frames, so that a single odd one does not put out the others. */
function ofOneKind(read: readonly MasterFrame[], skipped: string[]): Pick<CollectedFrames, "frames" | "skipped"> {
  const counts = new Map<string, number>();
  for (const { image } of read) counts.set(kindOf(image), (counts.get(kindOf(image)) ?? 0) + 1);
  let kind = "";
  for (const [candidate, count] of counts) if (count > (counts.get(kind) ?? 0)) kind = candidate;
  const frames: MasterFrame[] = [];
  for (const frame of read) {
    const own = kindOf(frame.image);
    if (own === kind) frames.push(frame);
    else skipped.push(`${frame.file}: skipped, it is of ${own}, the series of ${kind}`);
  }
  const more = skipped.length - NOTES_MAX;
  return { frames, skipped: more > 0 ? [...skipped.slice(0, NOTES_MAX), `and ${more} more`] : skipped };
}

function kindOf({ width, height, type }: FrameImage): string {
  return `${width} x ${height} pixels, ${describeType(type)}`;
}
