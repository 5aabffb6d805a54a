/** Reads of a delivered NeXus file what its series' master has to know. */
import type { Hdf5Dataset, Hdf5Group, Hdf5Library, Hdf5Type } from "../../../ffi/hdf5/library.ts";
import { type FrameGeometry, readGeometry } from "./frame_geometry.ts";
import { readParameters } from "./frame_parameters.ts";
import { packed, type PackedParameters } from "./packed_parameters.ts";
import { absolute, type LayoutPath } from "../../config/names/nexus_layout.ts";
import { attributeOf, numberAt, openDataset, openGroup, valueAt } from "./read_at.ts";
import { PLACE_IN_SERIES, SERIES_FIELD } from "../frame/series_field.ts";
import type { SeriesPlace } from "./series_layout.ts";

/** Where each frame's file has its image. */
export const FRAME_IMAGE = absolute("data/data");
/** An instrument has some twenty members; a wild file ends somewhere. */
const MEMBERS_MAX = 1000;
const IMAGE_KEY_DARK = 2;

export interface FrameImage {
  readonly type: Hdf5Type;
  readonly height: number;
  readonly width: number;
  readonly countTime_s: number | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly parameters: PackedParameters;
  readonly geometry: FrameGeometry;
  /** Null where the file does not say it: older ones. */
  readonly place: SeriesPlace | null;
}

/** Or in words why the frame cannot stand in a master. @throws Hdf5Error where it is not an HDF5 file */
export function readFrameImage(
  hdf5: Hdf5Library,
  path: string,
  options: { readonly parametersMax?: number } = {},
): FrameImage | string {
  using file = hdf5.openFile(path);
  using image = openDataset(file.root, FRAME_IMAGE.slice(1));
  if (image === null) return "it has no image";
  // An image in another file would be looked for in the reader's working directory.
  if (image.isExternal) return "its image is not in the file itself";
  const { shape, type } = image;
  const [frames, height, width] = shape ?? [];
  if (shape?.length !== 3 || frames !== 1 || type.class === "text" || type.class === "other") return "it has no image";
  if (numberAt(file.root, "instrument/detector/image_key") === IMAGE_KEY_DARK) return "it is a dark";
  return {
    type,
    height: height!,
    width: width!,
    countTime_s: numberAt(file.root, "instrument/detector/count_time"),
    startTime: textAt(file.root, "start_time"),
    endTime: textAt(file.root, "end_time") ?? textAt(file.root, "end_time_estimated"),
    parameters: packed(readParameters(file.root, { max: options.parametersMax ?? Infinity })),
    geometry: readGeometry(file.root),
    place: placeIn(file.root),
  };
}

function placeIn(root: Hdf5Group): SeriesPlace | null {
  using dataset = openDataset(root, `entry/${SERIES_FIELD}`);
  const series = dataset?.read({ elementsMax: 1 }) ?? null;
  if (dataset === null || typeof series !== "string") return null;
  const number = integerOf(dataset, PLACE_IN_SERIES.number);
  if (number === null) return null;
  return {
    series,
    number,
    phase: integerOf(dataset, PLACE_IN_SERIES.phase) ?? -1,
    collision: integerOf(dataset, PLACE_IN_SERIES.collision) ?? -1,
  };
}

/** A whole number of an attribute, or null. */
function integerOf(dataset: Hdf5Dataset, name: string): number | null {
  const value = attributeOf(dataset, name);
  const number = Array.isArray(value) ? value[0] : value;
  return typeof number === "number" || typeof number === "bigint" ? Number(number) : null;
}

/** The groups of a frame's file that say something of the measurement, by path below the root: "entry/sample". */
export type FrameMembers = ReadonlyMap<string, FrameGroup>;

export interface FrameGroup {
  readonly nxClass: string;
  readonly names: readonly string[];
}

/** Of the groups that a master makes anew: those that are named, and all around them. @throws Hdf5Error */
export function readFrameMembers(hdf5: Hdf5Library, path: string, groups: readonly string[]): FrameMembers {
  using file = hdf5.openFile(path);
  const found = new Map<string, FrameGroup>();
  for (const group of ["entry/instrument", "entry/instrument/detector", ...groups]) {
    const names = group.split("/");
    for (let depth = 1; depth <= names.length; depth++) {
      const at = names.slice(0, depth).join("/");
      const read = found.has(at) ? null : readGroup(file.root, at);
      if (read !== null) found.set(at, read);
    }
  }
  return found;
}

function readGroup(root: Hdf5Group, path: string): FrameGroup | null {
  using group = openGroup(root, path);
  if (group === null) return null;
  const nxClass = attributeOf(group, "NX_class");
  return {
    nxClass: typeof nxClass === "string" ? nxClass : "NXcollection",
    names: group.links({ max: MEMBERS_MAX }).links.map((link) => link.name),
  };
}

function textAt(root: Hdf5Group, path: LayoutPath): string | null {
  const value = valueAt(root, path);
  return typeof value === "string" ? value : null;
}
