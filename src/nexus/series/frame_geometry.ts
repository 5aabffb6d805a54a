/** What of a frame's geometry a master may show as that of the series: only what all its frames have in common. */
import type { Hdf5Group } from "../../../ffi/hdf5/library.ts";
import type { LayoutPath } from "../../config/names/nexus_layout.ts";
import { attributeOf, numberAt, openDataset } from "./read_at.ts";

/** The numbers that all else of the geometry follows from, but for the tilt, of which the axis counts too. */
const NUMBERS: readonly LayoutPath[] = [
  "instrument/detector/distance",
  "instrument/detector/beam_center_x",
  "instrument/detector/beam_center_y",
  "instrument/detector/x_pixel_size",
  "instrument/detector/y_pixel_size",
  "instrument/detector/transformations/roll",
];

export interface FrameGeometry {
  /** Equal where the pixels are at the same places. */
  readonly detector: string;
  /** In angstrom; null where the file does not say. */
  readonly wavelength: number | null;
}

export function readGeometry(root: Hdf5Group): FrameGeometry {
  const numbers = NUMBERS.map((path) => numberAt(root, path));
  using tilt = openDataset(root, "entry/instrument/detector/transformations/tilt");
  const axis = tilt === null ? null : JSON.stringify([tilt.read({ elementsMax: 1 }), attributeOf(tilt, "vector", 3)]);
  return {
    detector: JSON.stringify([...numbers, axis]),
    wavelength: numberAt(root, "instrument/beam/incident_wavelength"),
  };
}
