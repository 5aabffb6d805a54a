/** The detector: its image, geometry, exposure, and what is kept beside them. */
import type { Geometry } from "../../../geometry/geometry.ts";
import { frameNumber, gainSetting, sequenceNumber, summedExposures, totalExposure } from "./exposure.ts";
import type { FrameFacts } from "../facts.ts";
import { compressionOf, darkGroup } from "./reference_dark.ts";
import { geometryFields, placementNodes } from "./placement.ts";
import { qxrdGroup } from "./qxrd_collection.ts";
import { saturationValue } from "./saturation.ts";
import { assumed, clean, configured, integerField, numberField, positive, textField } from "../sources.ts";
import { type Attributes, field, groupAt, type ImagePlan, type NexusGroup, type NexusNode } from "../../tree/tree.ts";

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
  return groupAt("instrument/detector", {
    children: [
      ...identity(facts),
      ...readout(facts),
      pixelMask(facts),
      ...geometryFields(geometry),
      ...placementNodes(geometry, facts.layout),
      dataFile(facts),
      qxrdGroup(facts),
      darkPlan === null ? null : darkGroup(facts, darkPlan),
      plan === null || facts.layout === null ? null : {
        kind: "image",
        name: "data",
        attributes: imageAttributes(facts, plan),
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
    textField("description", description ?? assumed(DESCRIPTION, "not configured")),
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

/** Bit 3 of NXdetector's pixel_mask: over-responding. */
const OVERFLOWED = 1 << 3;

/** Null where no pixel is known to have overflowed. */
function pixelMask({ overflow, layout }: FrameFacts): NexusNode | null {
  if (overflow === undefined || overflow.length === 0 || layout === null) return null;
  return {
    kind: "mask",
    name: "pixel_mask",
    attributes: { origin: "QXRD's list of overflowed pixels (.overflow)" },
    shape: [layout.height, layout.width],
    pixels: overflow,
    bits: OVERFLOWED,
  };
}

function dataFile(facts: FrameFacts): NexusGroup {
  return groupAt("instrument/detector/data_file", {
    children: [
      field("file_name", facts.imageName),
      field("type", "image/tiff"),
      facts.checksum ? { kind: "checksum", name: "checksum" } : null,
      facts.checksum ? field("algorithm", "sha256") : null,
    ],
  });
}

/** silx takes a dataset of three dimensions for a stack of images only where an attribute says so. */
function imageAttributes(facts: FrameFacts, plan: ImagePlan): Attributes {
  const { view } = facts;
  const name = clean(view?.dataTypeName ?? "");
  return {
    ...compressionOf(plan),
    interpretation: "image",
    units: "counts",
    long_name: name === "" ? facts.imageName : `${facts.imageName} (${name})`,
  };
}
