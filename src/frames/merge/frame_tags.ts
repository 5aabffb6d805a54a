/**
 * Chooses what of a frame's sidecar and parameters goes into the TIFF's tags. A file of its own: it is the choice
 * alone, which tests and benchmarks use without a merge.
 */
import type { Settings } from "../../config/settings.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import type { Sidecar } from "../../qxrd/sidecar.ts";
import type { FrameTags } from "../../tiff/tags/tag_table.ts";
import { mainKeys } from "../../tiff/tags/main_keys.ts";
import { parametersJson } from "../../parameters/tag_json.ts";

/** @param sidecar null where there is none that can be trusted: then only the parameters are left */
export function tagsOf(
  sidecar: Sidecar | null,
  settings: Settings,
  parameters: readonly ParameterReading[] = [],
): FrameTags {
  const values = new Map<string, string>();
  for (const entry of sidecar?.entries ?? []) if (entry.section === "metadata") values.set(entry.key, entry.raw);
  const keys = mainKeys(values);
  const described = settings.tiff.image_description && sidecar !== null;
  return {
    keys,
    sidecarText: sidecar?.text ?? null,
    parametersJson: parametersJson(parameters),
    imageDescription: described ? keys.map(([key, value]) => `${key}=${value}`).join("\n") : null,
  };
}
