/** How long a frame was exposed, and its numbers in the series. */
import { parseFrameName } from "../../qxrd/frame_name.ts";
import type { FrameFacts } from "./facts.ts";
import { fromMetadata, mapped, type Sourced } from "./sources.ts";

/** Seconds of all exposures that were summed into the frame; null where the sidecar does not tell. */
export function totalExposure(facts: FrameFacts): Sourced<number> | null {
  const one = fromMetadata(facts, "exposureTime_s", ["exposureTime"]);
  if (one === null || one.value < 0) return null;
  const summed = summedExposures(facts);
  // 0 in masks and in frames of 8 bit: there one exposure is all.
  if (summed === null || summed.value < 1) return one;
  return { value: one.value * summed.value, origin: `${one.origin} x summedExposures` };
}

export function summedExposures(facts: FrameFacts): Sourced<number> | null {
  return fromMetadata(facts, "summedExposures", ["summedExposures"]);
}

/** The frame's number in its series; null for a dark, which has none. */
export function frameNumber(facts: FrameFacts): Sourced<number> | null {
  const told = fromMetadata(facts, "imageNumber", ["imageNumber", "fileIndex"]);
  if (told !== null) return told.value >= 0 ? told : null;
  const { counter } = parseFrameName(facts.imageName);
  return counter === null ? null : { value: counter, origin: "file name" };
}

/** A number that grows over the whole session where QXRD counts one, else the one in the series. */
export function sequenceNumber(facts: FrameFacts): Sourced<number> | null {
  const told = fromMetadata(facts, "imageSequenceNumber", ["imageSequenceNumber"]);
  return told !== null && told.value >= 0 ? told : frameNumber(facts);
}

export function gainSetting(facts: FrameFacts): Sourced<string> | null {
  return mapped(fromMetadata(facts, "cameraGain", ["cameraGain"]), String);
}
