/**
 * The count at which a pixel of a frame is saturated. Apart from view.ts, so that plugins need not load the reader of
 * sidecars for it.
 */
import type { SidecarView } from "./view.ts";

/** What `dataType` counts. */
const DATA_TYPES = [
  "undefined",
  "raw 16 bit",
  "raw 32 bit",
  "dark",
  "mask",
  "subtracted",
  "gain",
  "bad pixels",
] as const;

/** What QXRD writes without any arithmetic but the sum over exposures. */
const RAW: ReadonlySet<string> = new Set(["raw 16 bit", "raw 32 bit", "dark"]);

/** How the pixels are stored. */
export interface PixelKind {
  readonly sampleFormat: string;
  readonly bitsPerSample: number;
}

/**
 * In counts, from the count of one exposure; null where no count stands for saturation. QXRD writes a single exposure
 * as 16 bits and a sum as 32 bits; what is subtracted, divided or scaled (float) has no such limit, nor has a mask.
 */
export function saturatedCount(
  oneExposure: number,
  { sampleFormat, bitsPerSample }: PixelKind,
  view: Pick<SidecarView, "dataType" | "summedExposures"> | null,
): number | null {
  if (sampleFormat !== "uint") return null;
  const type = DATA_TYPES[view?.dataType ?? 0] ?? "undefined";
  const summed = view?.summedExposures ?? null;
  if (bitsPerSample === 16) {
    const isRaw = type === "undefined" || RAW.has(type);
    return isRaw && (summed === null || summed <= 1) ? oneExposure : null;
  }
  if (bitsPerSample !== 32 || !RAW.has(type) || summed === null || summed < 1) return null;
  const value = oneExposure * summed;
  return value < 2 ** 32 ? value : null;
}

/** Whether QXRD has taken a dark off a frame already. */
export function isSubtracted(view: Pick<SidecarView, "dataType">): boolean {
  return DATA_TYPES[view.dataType ?? 0] === "subtracted";
}
