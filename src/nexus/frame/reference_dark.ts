/** The dark image that belongs to a frame, kept beside it. */
import type { FrameFacts } from "./facts.ts";
import { field, group, type ImagePlan, type NexusGroup } from "../tree/tree.ts";

/**
 * In two dimensions: Dioptas opens the first dataset of three or more that it comes upon, which has to be the frame's.
 */
export function darkGroup(facts: FrameFacts, plan: ImagePlan): NexusGroup | null {
  const dark = facts.referenceDark;
  if (dark === null) return null;
  return group("reference_dark", "NXcollection", {
    children: [
      field("file_name", dark.imageName),
      {
        kind: "image",
        name: "image",
        attributes: { interpretation: "image", units: "counts", long_name: `dark: ${dark.imageName}` },
        plan,
        shape: [dark.layout.height, dark.layout.width],
      },
    ],
  });
}
