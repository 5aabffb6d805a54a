/** The count at which a pixel of this very frame is saturated: the configuration knows that of one exposure. */
import { saturatedCount } from "../../../qxrd/saturation.ts";
import type { FrameFacts } from "../facts.ts";
import { configured, positive, type Sourced } from "../sources.ts";

/** In counts; null where no count stands for saturation, see saturatedCount(). */
export function saturationValue(facts: FrameFacts): Sourced<number> | null {
  const one = positive(configured(facts, "detector", "saturation_value"));
  const { layout, view } = facts;
  if (one === null || layout === null) return null;
  const value = saturatedCount(one.value, layout, view);
  if (value === null) return null;
  return { value, origin: layout.bitsPerSample === 16 ? one.origin : `${one.origin} x summedExposures` };
}
