/** What of a frame's geometry a master may show as that of the series: only what all its frames have in common. */
import type { Hdf5Dataset, Hdf5Group } from "../../../ffi/hdf5/library.ts";
import { openDataset } from "./read_at.ts";

const DETECTOR = "entry/instrument/detector";
/** Below the detector: the numbers that all else of the geometry follows from. */
const NUMBERS = ["distance", "beam_center_x", "beam_center_y", "x_pixel_size", "y_pixel_size", "transformations/roll"];
const TILT = "transformations/tilt";

/** Of the detector, what says where its pixels are. */
export const GEOMETRY_MEMBERS: ReadonlySet<string> = new Set([
  "depends_on",
  "transformations",
  "module",
  "distance",
  "beam_center_x",
  "beam_center_y",
  "x_pixel_size",
  "y_pixel_size",
]);
/** Of the instrument, what says the wavelength. */
export const BEAM_MEMBERS: ReadonlySet<string> = new Set(["monochromator", "beam"]);

export interface FrameGeometry {
  /** Equal where the pixels are at the same places. */
  readonly detector: string;
  /** In angstrom; null where the file does not say. */
  readonly wavelength: number | null;
}

export function readGeometry(root: Hdf5Group): FrameGeometry {
  const numbers = NUMBERS.map((path) => numberAt(root, `${DETECTOR}/${path}`));
  using tilt = openDataset(root, `${DETECTOR}/${TILT}`);
  const axis = tilt === null ? null : JSON.stringify([tilt.read({ elementsMax: 1 }), axisOf(tilt)]);
  return {
    detector: JSON.stringify([...numbers, axis]),
    wavelength: numberAt(root, "entry/instrument/beam/incident_wavelength"),
  };
}

function axisOf(tilt: Hdf5Dataset): unknown {
  return tilt.attributeNames().includes("vector") ? tilt.readAttribute("vector", { elementsMax: 3 }) : null;
}

function numberAt(root: Hdf5Group, path: string): number | null {
  using dataset = openDataset(root, path);
  const value = dataset?.read({ elementsMax: 1 }) ?? null;
  return typeof value === "number" ? value : null;
}
