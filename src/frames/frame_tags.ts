/** Chooses what of a sidecar goes into the TIFF's tags. */
import type { Settings } from "../config/settings.ts";
import type { Sidecar } from "../qxrd/sidecar.ts";
import { type FrameTags, mainKeys } from "../tiff/merge_tags.ts";

export function tagsOf(sidecar: Sidecar, settings: Settings): FrameTags {
  const values = new Map<string, string>();
  for (const entry of sidecar.entries) if (entry.section === "metadata") values.set(entry.key, entry.raw);
  const keys = mainKeys(values);
  return {
    keys,
    sidecarText: sidecar.text,
    parametersJson: null,
    imageDescription: settings.tiff.image_description ? keys.map(([key, value]) => `${key}=${value}`).join("\n") : null,
  };
}
