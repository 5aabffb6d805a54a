/** The count at which a pixel of this very frame is saturated: the configuration knows that of one exposure. */
import { DATA_TYPES } from "../../../qxrd/view.ts";
import { summedExposures } from "./exposure.ts";
import type { FrameFacts } from "../facts.ts";
import { configured, positive, type Sourced } from "../sources.ts";

/** What QXRD writes without any arithmetic but the sum over exposures. */
const RAW: ReadonlySet<string> = new Set(["raw 16 bit", "raw 32 bit", "dark"]);

/**
 * In counts; null where it does not hold. QXRD writes a single exposure as 16 bits and a sum as 32 bits; what is
 * subtracted, divided or scaled (float) has no such limit, nor has a mask.
 */
export function saturationValue(facts: FrameFacts): Sourced<number> | null {
  const one = positive(configured(facts, "detector", "saturation_value"));
  const { layout, view } = facts;
  if (one === null || layout === null || layout.sampleFormat !== "uint") return null;
  const type = DATA_TYPES[view?.dataType ?? 0] ?? "undefined";
  const summed = summedExposures(facts)?.value ?? null;
  if (layout.bitsPerSample === 16) {
    const isRaw = type === "undefined" || RAW.has(type);
    return isRaw && (summed === null || summed <= 1) ? one : null;
  }
  if (layout.bitsPerSample !== 32 || !RAW.has(type) || summed === null || summed < 1) return null;
  const value = one.value * summed;
  return value < 2 ** 32 ? { value, origin: `${one.origin} x summedExposures` } : null;
}
