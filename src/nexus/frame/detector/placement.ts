/**
 * Where the pixels are, as programs follow it: from the module's first pixel along `depends_on` to the sample.
 *
 * NeXus has z along the beam, y up, x to the left of who looks along it. The columns' numbers grow towards -x and the
 * rows' towards -y, as an image is shown: QXRD knows of no mounting. So the axes of src/geometry, x and y, are -x and -y
 * here, which is half a turn about the beam and leaves every rotation about z as it is.
 */
import { CENTER_CONVENTION, type Geometry, type Placement, placementOf } from "../../../geometry/geometry.ts";
import { absolute } from "../../../config/names/nexus_layout.ts";
import { mapped, numberField } from "../sources.ts";
import { type Attributes, field, groupAt, type NexusField, type NexusGroup, type NexusNode } from "../../tree/tree.ts";

const TRANSFORMATIONS = absolute("instrument/detector/transformations");
const MODULE_OFFSET = absolute("instrument/detector/module/module_offset");
const UM_PER_M = 1e6;
const DEG_PER_RAD = 180 / Math.PI;

/** The values that people look at; programs follow the chain, which says the same. */
export function geometryFields(geometry: Geometry): (NexusField | null)[] {
  const convention = { attributes: { convention: CENTER_CONVENTION } };
  const inUm = (metres: number) => rounded(metres * UM_PER_M);
  return [
    numberField("x_pixel_size", mapped(geometry.xPixelSize_m, inUm), "um"),
    numberField("y_pixel_size", mapped(geometry.yPixelSize_m, inUm), "um"),
    numberField("distance", geometry.distance_m, "m"),
    numberField("beam_center_x", geometry.beamCenterX_px, "pixel", convention),
    numberField("beam_center_y", geometry.beamCenterY_px, "pixel", convention),
  ];
}

/**
 * `depends_on`, the transformations and the module, in both profiles; nothing where a number of them is not known: half
 * a chain would put the first pixel onto the beam.
 */
export function placementNodes(
  geometry: Geometry,
  image: { readonly width: number; readonly height: number } | null,
): (NexusNode | null)[] {
  const placement = placementOf(geometry);
  if (placement === null || image === null) return [];
  const chain = transformations(geometry, placement);
  const last = `${TRANSFORMATIONS}/${chain.at(-1)!.name}`;
  return [
    field("depends_on", last),
    groupAt("instrument/detector/transformations", { children: chain }),
    moduleGroup(geometry, { placement, image, dependsOn: last }),
  ];
}

/** From the sample to the detector: each depends on the one before it. */
function transformations(geometry: Geometry, placement: Placement): NexusField[] {
  const { tilt_rad, tiltPlaneRotation_rad: rotation, roll_rad } = placement;
  const chain: NexusField[] = [];
  const add = (name: string, value: number, as: Omit<Transformation, "dependsOn">) => {
    const before = chain.at(-1);
    const dependsOn = before === undefined ? "." : `${TRANSFORMATIONS}/${before.name}`;
    chain.push(transformation(name, value, { ...as, dependsOn }));
  };
  const along = [0, 0, 1] as const;
  const distanceOrigin = geometry.distance_m!.origin;
  add("translation", placement.distance_m, { kind: "translation", vector: along, origin: distanceOrigin });
  const origin = geometry.tilt_rad!.origin;
  if (roll_rad !== 0) add("roll", roll_rad * DEG_PER_RAD, { kind: "rotation", vector: along, origin });
  if (tilt_rad !== 0) {
    const axis = [-Math.sin(rotation), Math.cos(rotation), 0] as const;
    add("tilt", tilt_rad * DEG_PER_RAD, { kind: "rotation", vector: axis, origin });
  }
  return chain;
}

/** The whole image is one module. NXmx has its frame dimension left out of `data_origin` and `data_size`. */
function moduleGroup(
  geometry: Geometry,
  { placement, image, dependsOn }: {
    readonly placement: Placement;
    readonly image: { readonly width: number; readonly height: number };
    readonly dependsOn: string;
  },
): NexusGroup {
  const { xPixelSize_m, yPixelSize_m } = placement;
  const direction = (name: string, value: number, vector: Vector, origin: string) =>
    transformation(name, value, { kind: "translation", vector, origin, dependsOn: MODULE_OFFSET });
  return groupAt("instrument/detector/module", {
    children: [
      field("data_origin", Int32Array.of(0, 0)),
      field("data_size", Int32Array.of(image.height, image.width)),
      transformation("module_offset", 0, {
        kind: "translation",
        vector: [1, 0, 0],
        // To the outer corner of the first pixel.
        offset: [placement.beamCenterX_px * xPixelSize_m, placement.beamCenterY_px * yPixelSize_m, 0],
        origin: geometry.beamCenterX_px!.origin,
        dependsOn,
      }),
      direction("fast_pixel_direction", xPixelSize_m, [-1, 0, 0], geometry.xPixelSize_m!.origin),
      direction("slow_pixel_direction", yPixelSize_m, [0, -1, 0], geometry.yPixelSize_m!.origin),
    ],
  });
}

type Vector = readonly [number, number, number];

interface Transformation {
  readonly kind: "translation" | "rotation";
  readonly vector: Vector;
  readonly offset?: Vector;
  readonly dependsOn: string;
  readonly origin: string;
}

/** Lengths in m, angles in degrees. */
function transformation(name: string, value: number, as: Transformation): NexusField {
  const attributes: Attributes = {
    transformation_type: as.kind,
    vector: Float64Array.from(as.vector),
    offset: Float64Array.from(as.offset ?? [0, 0, 0]),
    offset_units: "m",
    depends_on: as.dependsOn,
  };
  return field(name, value, { units: as.kind === "rotation" ? "degree" : "m", origin: as.origin, attributes });
}

/** 200 um, not 200.00000000000003: the number has been through metres. */
function rounded(value: number): number {
  return Number(value.toPrecision(15));
}
