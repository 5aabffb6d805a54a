/** The detector: its image, geometry, exposure, and what is kept beside them. */
import { frameNumber, gainSetting, sequenceNumber, summedExposures, totalExposure } from "./exposure.ts";
import type { FrameFacts } from "./facts.ts";
import { darkGroup } from "./reference_dark.ts";
import { qxrdGroup } from "./qxrd_collection.ts";
import {
  clean,
  configured,
  firstOf,
  fromCenterfinder,
  integerField,
  mapped,
  numberField,
  positive,
  type Sourced,
  textField,
} from "./sources.ts";
import {
  type Attributes,
  field,
  group,
  groupIfAny,
  type ImagePlan,
  type NexusGroup,
  type NexusNode,
} from "../tree/tree.ts";

const DETECTOR_PATH = "/entry/instrument/detector";
/** The frame's own image, from the file's root. */
export const IMAGE_PATH = `${DETECTOR_PATH}/data`;
const TRANSLATION_PATH = `${DETECTOR_PATH}/transformations/translation`;
const MM_PER_M = 1000;
/** fabio and pyFAI read no image unless the detector has a description that is one text. */
const DESCRIPTION = "flat panel X-ray detector read out by QXRD";
/** NXtomo's numbers, which NXdetector took over. */
const IMAGE_KEY = { sample: 0, dark: 2 } as const;

export interface Geometry {
  readonly distance_m: Sourced<number> | null;
  readonly xPixelSize_um: Sourced<number> | null;
  readonly yPixelSize_um: Sourced<number> | null;
  readonly beamCenterX_px: Sourced<number> | null;
  readonly beamCenterY_px: Sourced<number> | null;
  readonly tilt_deg: Sourced<number> | null;
  readonly tiltPlaneRotation_deg: Sourced<number> | null;
}

/** The configuration first, then `[centerfinder]`. Its tilt counts only where QXRD itself applied one. */
export function geometryOf(facts: FrameFacts): Geometry {
  const tilted = facts.view?.centerfinder?.implementTilt === true;
  const distance_mm = firstOf(
    positive(configured(facts, "detector", "distance_mm")),
    positive(fromCenterfinder(facts, "detectorDistance_mm", "detectorDistance")),
  );
  return {
    distance_m: mapped(distance_mm, (value) => value / MM_PER_M),
    xPixelSize_um: firstOf(
      positive(configured(facts, "detector", "x_pixel_size_um")),
      positive(fromCenterfinder(facts, "detectorXPixelSize_um", "detectorXPixelSize")),
    ),
    yPixelSize_um: firstOf(
      positive(configured(facts, "detector", "y_pixel_size_um")),
      positive(fromCenterfinder(facts, "detectorYPixelSize_um", "detectorYPixelSize")),
    ),
    beamCenterX_px: firstOf(
      configured(facts, "detector", "beam_center_x_px"),
      fromCenterfinder(facts, "centerX_px", "centerX"),
    ),
    beamCenterY_px: firstOf(
      configured(facts, "detector", "beam_center_y_px"),
      fromCenterfinder(facts, "centerY_px", "centerY"),
    ),
    tilt_deg: firstOf(
      configured(facts, "detector", "tilt_deg"),
      tilted ? fromCenterfinder(facts, "detectorTilt_deg", "detectorTilt") : null,
    ),
    tiltPlaneRotation_deg: firstOf(
      configured(facts, "detector", "tilt_plane_rotation_deg"),
      tilted ? fromCenterfinder(facts, "tiltPlaneRotation_deg", "tiltPlaneRotation") : null,
    ),
  };
}

export interface DetectorParts {
  readonly geometry: Geometry;
  readonly plan: ImagePlan | null;
  readonly darkPlan: ImagePlan | null;
  /** What an application definition wants besides. */
  readonly extra: readonly (NexusNode | null)[];
}

export function detectorGroup(facts: FrameFacts, parts: DetectorParts): NexusGroup {
  const { geometry, plan, darkPlan } = parts;
  return group("detector", "NXdetector", {
    children: [
      ...identity(facts),
      ...readout(facts),
      numberField("x_pixel_size", geometry.xPixelSize_um, "um"),
      numberField("y_pixel_size", geometry.yPixelSize_um, "um"),
      numberField("distance", geometry.distance_m, "m"),
      numberField("beam_center_x", geometry.beamCenterX_px, "pixel"),
      numberField("beam_center_y", geometry.beamCenterY_px, "pixel"),
      groupIfAny("tilt", "NXcollection", [
        numberField("tilt", geometry.tilt_deg, "degree"),
        numberField("tilt_plane_rotation", geometry.tiltPlaneRotation_deg, "degree"),
      ]),
      ...transformations(geometry),
      dataFile(facts),
      qxrdGroup(facts),
      darkPlan === null ? null : darkGroup(facts, darkPlan),
      plan === null || facts.layout === null ? null : {
        kind: "image",
        name: "data",
        attributes: imageAttributes(facts),
        plan,
        shape: [1, facts.layout.height, facts.layout.width],
      },
      ...parts.extra,
    ],
  });
}

function identity(facts: FrameFacts): (NexusNode | null)[] {
  const known = (key: "local_name" | "type" | "serial_number" | "sensor_material") =>
    textField(key, configured(facts, "detector", key));
  const description = configured(facts, "detector", "description");
  return [
    textField("description", description ?? { value: DESCRIPTION, origin: "not configured" }),
    known("local_name"),
    known("type"),
    known("serial_number"),
    known("sensor_material"),
    field("layout", "area"),
    numberField("sensor_thickness", positive(configured(facts, "detector", "sensor_thickness_um")), "um"),
  ];
}

function readout(facts: FrameFacts): (NexusNode | null)[] {
  const exposure = totalExposure(facts);
  return [
    numberField("count_time", exposure, "s"),
    numberField("frame_time", exposure, "s"),
    integerField("number_of_cycles", positive(summedExposures(facts))),
    integerField("sequence_number", sequenceNumber(facts)),
    integerField("frame_start_number", frameNumber(facts)),
    textField("gain_setting", configured(facts, "detector", "gain_setting") ?? gainSetting(facts)),
    integerField("bit_depth_readout", configured(facts, "detector", "bit_depth_readout")),
    numberField("saturation_value", configured(facts, "detector", "saturation_value")),
    field("image_key", Int32Array.of(facts.dark ? IMAGE_KEY.dark : IMAGE_KEY.sample)),
  ];
}

/** The detector stands at its distance along the beam; where its first pixel is, the beam centre tells. */
function transformations(geometry: Geometry): (NexusNode | null)[] {
  const distance = geometry.distance_m;
  if (distance === null) return [];
  const attributes: Attributes = {
    transformation_type: "translation",
    vector: Float64Array.of(0, 0, 1),
    offset: Float64Array.of(0, 0, 0),
    offset_units: "m",
    depends_on: ".",
  };
  return [
    field("depends_on", TRANSLATION_PATH),
    group("transformations", "NXtransformations", {
      children: [field("translation", distance.value, { units: "m", origin: distance.origin, attributes })],
    }),
  ];
}

function dataFile(facts: FrameFacts): NexusGroup {
  return group("data_file", "NXnote", {
    children: [
      field("file_name", facts.imageName),
      field("type", "image/tiff"),
      facts.checksum ? { kind: "checksum", name: "checksum" } : null,
      facts.checksum ? field("algorithm", "sha256") : null,
    ],
  });
}

/** silx takes a dataset of three dimensions for a stack of images only where it is told so. */
function imageAttributes(facts: FrameFacts): Attributes {
  const { view } = facts;
  const name = clean(view?.dataTypeName ?? "");
  return {
    interpretation: "image",
    units: "counts",
    long_name: name === "" ? facts.imageName : `${facts.imageName} (${name})`,
  };
}
