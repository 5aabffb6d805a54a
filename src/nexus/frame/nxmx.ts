/** What the application definition NXmx wants besides the base classes. */
import type { Geometry } from "./detector.ts";
import type { FrameFacts } from "./facts.ts";
import { type Attributes, field, group, type NexusGroup } from "../tree/tree.ts";

export const DEFINITION = "NXmx";
/** Of the definition itself, in definitions 2026.01. */
export const DEFINITION_VERSION = "1.8";
const TRANSLATION = "/entry/instrument/detector/transformations/translation";
const MODULE = "/entry/instrument/detector/module";
const UM_PER_M = 1e6;

/**
 * Where the pixels are: the first one's place from the beam centre, and the directions of rows and columns. The
 * directions are those of McStas with rows running away from the viewer's left, as NXmx files have them; QXRD knows
 * of no mounting. Null where the geometry is not known.
 */
export function moduleGroup(facts: FrameFacts, geometry: Geometry): NexusGroup | null {
  const { layout } = facts;
  const x = geometry.xPixelSize_um;
  const y = geometry.yPixelSize_um;
  if (layout === null || x === null || y === null || geometry.distance_m === null) return null;
  const [x_m, y_m] = [x.value / UM_PER_M, y.value / UM_PER_M];
  const centerX_m = (geometry.beamCenterX_px?.value ?? 0) * x_m;
  const centerY_m = (geometry.beamCenterY_px?.value ?? 0) * y_m;
  const direction = (vector: readonly [number, number, number]): Attributes => ({
    transformation_type: "translation",
    vector: Float64Array.from(vector),
    offset: Float64Array.of(0, 0, 0),
    offset_units: "m",
    depends_on: `${MODULE}/module_offset`,
  });
  const offset: Attributes = {
    transformation_type: "translation",
    vector: Float64Array.of(1, 0, 0),
    offset: Float64Array.of(centerX_m, centerY_m, 0),
    offset_units: "m",
    depends_on: TRANSLATION,
  };
  return group("module", "NXdetector_module", {
    children: [
      field("data_origin", Int32Array.of(0, 0, 0)),
      field("data_size", Int32Array.of(1, layout.height, layout.width)),
      field("module_offset", 0, { units: "m", attributes: offset }),
      field("fast_pixel_direction", x_m, { units: "m", origin: x.origin, attributes: direction([-1, 0, 0]) }),
      field("slow_pixel_direction", y_m, { units: "m", origin: y.origin, attributes: direction([0, -1, 0]) }),
    ],
  });
}
