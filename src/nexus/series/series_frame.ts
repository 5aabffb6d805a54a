/** Reads of a delivered NeXus file what its series' master has to know. */
import type { Hdf5Dataset, Hdf5Group, Hdf5Library, Hdf5Type } from "../../../ffi/hdf5/library.ts";
import { PLACE_IN_SERIES, SERIES_FIELD } from "../frame/series_field.ts";
import type { SeriesPlace } from "./series_layout.ts";

/** Where each frame's file has its image. */
export const FRAME_IMAGE = "/entry/data/data";
const DETECTOR = "entry/instrument/detector";
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
  /** Null where the file does not say it: older ones. */
  readonly place: SeriesPlace | null;
}

/** Or in words why the frame cannot stand in a master. @throws Hdf5Error where the file is none of HDF5 */
export function readFrameImage(hdf5: Hdf5Library, path: string): FrameImage | string {
  using file = hdf5.openFile(path);
  using image = openDataset(file.root, FRAME_IMAGE.slice(1));
  if (image === null) return "it has no image";
  // An image in another file would be looked for in the reader's working directory.
  if (image.fileOffset === null) return "its image is not in the file itself";
  const { shape, type } = image;
  const [frames, height, width] = shape ?? [];
  if (shape?.length !== 3 || frames !== 1 || type.class === "text" || type.class === "other") return "it has no image";
  if (numberAt(file.root, `${DETECTOR}/image_key`) === IMAGE_KEY_DARK) return "it is a dark";
  return {
    type,
    height: height!,
    width: width!,
    countTime_s: numberAt(file.root, `${DETECTOR}/count_time`),
    startTime: textAt(file.root, "entry/start_time"),
    endTime: textAt(file.root, "entry/end_time") ?? textAt(file.root, "entry/end_time_estimated"),
    place: placeIn(file.root),
  };
}

function placeIn(root: Hdf5Group): SeriesPlace | null {
  using dataset = openDataset(root, `entry/${SERIES_FIELD}`);
  const series = dataset?.read({ elementsMax: 1 }) ?? null;
  if (dataset === null || typeof series !== "string") return null;
  const number = attributeAt(dataset, PLACE_IN_SERIES.number);
  if (number === null) return null;
  return {
    series,
    number,
    phase: attributeAt(dataset, PLACE_IN_SERIES.phase) ?? -1,
    collision: attributeAt(dataset, PLACE_IN_SERIES.collision) ?? -1,
  };
}

/** A whole number of an attribute, or null. */
function attributeAt(dataset: Hdf5Dataset, name: string): number | null {
  if (!dataset.attributeNames().includes(name)) return null;
  const value = dataset.readAttribute(name, { elementsMax: 1 });
  const number = Array.isArray(value) ? value[0] : value;
  return typeof number === "number" || typeof number === "bigint" ? Number(number) : null;
}

/** The names of what a frame's file says of the measurement. */
export interface FrameMembers {
  readonly entry: readonly string[];
  readonly instrument: readonly string[];
  readonly detector: readonly string[];
}

/** @throws Hdf5Error */
export function readFrameMembers(hdf5: Hdf5Library, path: string): FrameMembers {
  using file = hdf5.openFile(path);
  const { root } = file;
  return {
    entry: namesIn(root, "entry"),
    instrument: namesIn(root, "entry/instrument"),
    detector: namesIn(root, DETECTOR),
  };
}

function namesIn(root: Hdf5Group, path: string): string[] {
  const opened = openAt(root, path);
  if (opened?.kind !== "group") return [];
  using group = opened.group;
  return group.links({ max: MEMBERS_MAX }).links.map((link) => link.name);
}

function openDataset(root: Hdf5Group, path: string): Hdf5Dataset | null {
  const opened = openAt(root, path);
  if (opened?.kind === "dataset") return opened.dataset;
  if (opened?.kind === "group") opened.group[Symbol.dispose]();
  return null;
}

/** Null where nothing is there: what is not known of a frame is not in its file. */
function openAt(root: Hdf5Group, path: string): ReturnType<Hdf5Group["open"]> | null {
  try {
    return root.open(path);
  } catch {
    return null;
  }
}

function valueAt(root: Hdf5Group, path: string): unknown {
  using dataset = openDataset(root, path);
  const value = dataset?.read({ elementsMax: 1 }) ?? null;
  return Array.isArray(value) ? value[0] ?? null : value;
}

function numberAt(root: Hdf5Group, path: string): number | null {
  const value = valueAt(root, path);
  return typeof value === "number" ? value : null;
}

function textAt(root: Hdf5Group, path: string): string | null {
  const value = valueAt(root, path);
  return typeof value === "string" ? value : null;
}
