/** The detector: its image, geometry, exposure, and what is kept beside them. */
import type { Geometry } from "../../../geometry/geometry.ts";
import { frameNumber, gainSetting, sequenceNumber, summedExposures, totalExposure } from "./exposure.ts";
import type { FrameFacts } from "../facts.ts";
import { darkGroup } from "./reference_dark.ts";
import { geometryFields, placementNodes } from "./placement.ts";
import { qxrdGroup } from "./qxrd_collection.ts";
import { saturationValue } from "./saturation.ts";
import { clean, configured, integerField, numberField, positive, textField } from "../sources.ts";
import { type Attributes, field, group, type ImagePlan, type NexusGroup, type NexusNode } from "../../tree/tree.ts";

const DETECTOR_PATH = "/entry/instrument/detector";
/** The frame's own image, from the file's root. */
export const IMAGE_PATH = `${DETECTOR_PATH}/data`;
/** fabio and pyFAI read no image unless the detector has a description that is one text. */
const DESCRIPTION = "flat panel X-ray detector read out by QXRD";
/** NXtomo's numbers, which NXdetector took over. */
const IMAGE_KEY = { sample: 0, dark: 2 } as const;

export interface DetectorParts {
  readonly geometry: Geometry;
  readonly plan: ImagePlan | null;
  readonly darkPlan: ImagePlan | null;
}

export function detectorGroup(facts: FrameFacts, parts: DetectorParts): NexusGroup {
  const { geometry, plan, darkPlan } = parts;
  return group("detector", "NXdetector", {
    children: [
      ...identity(facts),
      ...readout(facts),
      ...geometryFields(geometry),
      ...placementNodes(geometry, facts.layout),
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
    integerField("number_of_cycles", positive(summedExposures(facts))),
    integerField("sequence_number", sequenceNumber(facts)),
    integerField("frame_start_number", frameNumber(facts)),
    textField("gain_setting", configured(facts, "detector", "gain_setting") ?? gainSetting(facts)),
    integerField("bit_depth_readout", configured(facts, "detector", "bit_depth_readout")),
    numberField("saturation_value", saturationValue(facts)),
    field("image_key", Int32Array.of(facts.dark ? IMAGE_KEY.dark : IMAGE_KEY.sample)),
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

/** silx takes a dataset of three dimensions for a stack of images only where an attribute says so. */
function imageAttributes(facts: FrameFacts): Attributes {
  const { view } = facts;
  const name = clean(view?.dataTypeName ?? "");
  return {
    interpretation: "image",
    units: "counts",
    long_name: name === "" ? facts.imageName : `${facts.imageName} (${name})`,
  };
}
