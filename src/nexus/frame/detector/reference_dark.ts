/** The dark image that belongs to a frame, kept beside it, and what is known of how and when it was taken. */
import { gainSetting, summedExposures, totalExposure } from "./exposure.ts";
import type { FrameFacts } from "../facts.ts";
import { fromMetadata, integerField, numberField, textField } from "../sources.ts";
import type { Sourced } from "../../../geometry/geometry.ts";
import { momentOf } from "../time/moment.ts";
import { formatMoment } from "../../../time/iso_time.ts";
import { neededToRead } from "../../chunks/chunk_layout.ts";
import { type Attributes, field, groupAt, type ImagePlan, type NexusGroup } from "../../tree/tree.ts";

const MS_PER_S = 1000;

/**
 * In two dimensions: Dioptas opens the first dataset of three or more that it comes upon, which has to be the frame's.
 * `frame_to_dark_ratio` is what the dark is multiplied by before it is subtracted, as QXRD does (`subtractDarkImage`):
 * the frame's number of summed exposures over the dark's.
 */
export function darkGroup(facts: FrameFacts, plan: ImagePlan): NexusGroup | null {
  const dark = facts.referenceDark;
  if (dark === null) return null;
  const { imageName, sidecar, view, writtenAt } = dark;
  const own: FrameFacts = { ...facts, imageName, sidecar, view, writtenAt, dark: true, referenceDark: null };
  const taken = momentOf(own);
  const age_s = (momentOf(facts).time_ms - taken.time_ms) / MS_PER_S;
  return groupAt("instrument/detector/reference_dark", {
    children: [
      field("file_name", imageName),
      field("source", dark.frame),
      field("end_time", formatMoment(taken), { origin: taken.origin }),
      field("age", age_s, { units: "s", origin: "end_time of the frame, less end_time of the dark" }),
      numberField("exposure_time", fromMetadata(own, "exposureTime_s", ["exposureTime"]), "s"),
      integerField("summed_exposures", summedExposures(own)),
      numberField("count_time", totalExposure(own), "s"),
      numberField("frame_to_dark_ratio", ratioOf(summedExposures(facts), summedExposures(own))),
      textField("gain_setting", gainSetting(own)),
      integerField("readout_mode", fromMetadata(own, "readoutMode", ["readoutMode"])),
      integerField("h_binning", fromMetadata(own, "hBinning", ["hBinning"])),
      integerField("v_binning", fromMetadata(own, "vBinning", ["vBinning"])),
      {
        kind: "image",
        name: "image",
        attributes: {
          ...compressionOf(plan),
          interpretation: "image",
          units: "counts",
          long_name: `dark: ${imageName}`,
        },
        plan,
        shape: [dark.layout.height, dark.layout.width],
      },
    ],
  });
}

/** An attribute where readers need more than HDF5 has. */
export function compressionOf(plan: ImagePlan): Attributes {
  const compression = "compression" in plan ? plan.compression : undefined;
  const needed = compression === undefined ? null : neededToRead(compression);
  return needed === null ? {} : { compression: `${compression}: ${needed}` };
}

/** 0 summed exposures mean one. */
function ratioOf(frame: Sourced<number> | null, dark: Sourced<number> | null): Sourced<number> | null {
  if (frame === null || dark === null) return null;
  return {
    value: Math.max(1, frame.value) / Math.max(1, dark.value),
    origin: "summedExposures of the frame over those of the dark",
  };
}
