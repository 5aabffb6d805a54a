/**
 * Distinguishes a dark frame (taken with the shutter closed) from one with a sample in the beam. A file of its own: it is a
 * rule by which frames are removed, to be found and tested by itself.
 */
import { kindOf, stemOf } from "./frame_name.ts";
import type { SidecarView } from "./view.ts";

/** `dataType` of a dark, from 0.11.16 on. */
const DATA_TYPE_DARK = 3;

/** What says that a frame is a dark. A name alone is a hint: nothing may be removed for it. */
export type DarkEvidence = "sidecar" | "name";

/**
 * What says that a frame is a dark; null where nothing does. The metadata decide: `dataType` 3, or (QXRD up to 0.11.10
 * gives darks the data type of raw frames) `imageNumber` -1 together with `nPhases` 0. The name counts only where there
 * is no sidecar at all.
 *
 * @param view null where the frame has no sidecar, or one that cannot be read
 * @param imageName name of the image, without its folder: "dark" in a folder's name means nothing
 */
export function darkEvidence(view: SidecarView | null, imageName: string): DarkEvidence | null {
  if (view === null) return kindOf(stemOf(imageName)).kind === "dark" ? "name" : null;
  return view.dataType === DATA_TYPE_DARK || (view.imageNumber === -1 && view.nPhases === 0) ? "sidecar" : null;
}
