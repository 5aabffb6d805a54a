/**
 * The count at which a pixel of this very frame is saturated: the configuration knows that of one exposure. A file of
 * its own: shared by the detector's group and the patterns.
 */
import { saturatedCount } from "../../../qxrd/saturation.ts";
import type { FrameFacts } from "../facts.ts";
import { configured, positive } from "../sources.ts";
import type { Sourced } from "../../../geometry/geometry.ts";

/** In counts; null where no count stands for saturation, see saturatedCount(). */
export function saturationValue(facts: FrameFacts): Sourced<number> | null {
  const one = positive(configured(facts, "detector", "saturation_value"));
  const { layout, view } = facts;
  if (one === null || layout === null) return null;
  const value = saturatedCount(one.value, layout, view);
  if (value === null) return null;
  return { ...one, value, origin: layout.bitsPerSample === 16 ? one.origin : `${one.origin} x summedExposures` };
}
