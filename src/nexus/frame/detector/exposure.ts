/** How long a frame was exposed, and its numbers in the series. */
import { type FrameIdentity, identifyFrame } from "../../../qxrd/frame_identity.ts";
import type { FrameFacts } from "../facts.ts";
import { assumed, fromMetadata, mapped } from "../sources.ts";
import type { Sourced } from "../../../geometry/geometry.ts";

/** Seconds of all exposures that were summed into the frame; null where the sidecar does not say. */
export function totalExposure(facts: Pick<FrameFacts, "sidecar" | "view">): Sourced<number> | null {
  const one = fromMetadata(facts, "exposureTime_s", ["exposureTime"]);
  if (one === null || one.value < 0) return null;
  const summed = summedExposures(facts);
  // 0 in masks and in frames of 8 bit: there one exposure is all.
  if (summed === null || summed.value < 1) return one;
  return { ...one, value: one.value * summed.value, origin: `${one.origin} x summedExposures` };
}

export function summedExposures(facts: Pick<FrameFacts, "sidecar" | "view">): Sourced<number> | null {
  return fromMetadata(facts, "summedExposures", ["summedExposures"]);
}

const identities = new WeakMap<FrameFacts, FrameIdentity>();

/** Which frame of which series it is. */
export function identityOf(facts: FrameFacts): FrameIdentity {
  let identity = identities.get(facts);
  if (identity === undefined) {
    const { imageName, view, isThere } = facts;
    identity = identifyFrame(imageName, { view, ...isThere === undefined ? {} : { isThere } });
    identities.set(facts, identity);
  }
  return identity;
}

/** The frame's number in its series; null for a dark, which has none. */
export function frameNumber(facts: FrameFacts): Sourced<number> | null {
  if (facts.dark) return null;
  const { counter } = identityOf(facts);
  const known = fromMetadata(facts, "imageNumber", ["imageNumber", "fileIndex"]);
  // 0 stands there too where nothing was acquired, as in a mask.
  const least = (facts.view?.nPhases ?? 0) > 0 ? 0 : 1;
  if (counter === null) return known !== null && known.value >= least ? known : null;
  return known?.value === counter ? known : assumed(counter, "file name");
}

/** A number that sorts the frames of a series: of one number the phases follow each other. */
export function sequenceNumber(facts: FrameFacts): Sourced<number> | null {
  const number = frameNumber(facts);
  const { phase } = identityOf(facts);
  const phases = facts.view?.nPhases ?? 0;
  if (number === null || phase === null || phase >= phases) return number;
  return { ...number, value: number.value * phases + phase, origin: `${number.origin} x nPhases + phase` };
}

export function gainSetting(facts: FrameFacts): Sourced<string> | null {
  return mapped(fromMetadata(facts, "cameraGain", ["cameraGain"]), String);
}
