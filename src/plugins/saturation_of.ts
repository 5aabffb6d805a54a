/**
 * Saturation for plugins, by the same rule as in the NeXus file. A file of its own: it is part of the contract, and
 * workers for images load it without the rest.
 */
import type { Settings } from "../config/settings.ts";
import { type PixelKind, saturatedCount } from "../qxrd/saturation.ts";
import type { SidecarView } from "../qxrd/view.ts";
import type { PixelArray } from "./contract.ts";

/**
 * The count from which a pixel of this frame is saturated, by `[detector] saturation_value`; undefined where that is
 * not configured or no count stands for saturation (subtracted, scaled and floating-point frames, masks).
 *
 * @param data pixels as readImage() returns them: their type says how the file stores them
 * @param view of the frame's sidecar, null where it has none
 */
export function saturationOf(
  data: PixelArray,
  view: Pick<SidecarView, "dataType" | "summedExposures"> | null,
  settings: Pick<Settings, "detector">,
): number | undefined {
  const { saturation_value } = settings.detector;
  if (saturation_value === undefined) return undefined;
  return saturatedCount(saturation_value, kindOf(data), view) ?? undefined;
}

function kindOf(data: PixelArray): PixelKind {
  const isUnsigned = data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Uint32Array;
  return { sampleFormat: isUnsigned ? "uint" : "other", bitsPerSample: data.BYTES_PER_ELEMENT * 8 };
}
