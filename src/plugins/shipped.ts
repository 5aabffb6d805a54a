/** Where the three stages' plugins lie: beside the sources, or inside the executable. */
import type { PluginSource } from "./hosted_plugin.ts";

/** In the way's order. They are imported by URL in a worker: `deno compile` has to --include them. */
export function shippedStages(): PluginSource[] {
  return [
    { url: new URL("../../plugins/01_prepare_raw.ts", import.meta.url).href, name: "01_prepare_raw", essential: true },
    { url: new URL("../../plugins/02_merge_data.ts", import.meta.url).href, name: "02_merge_data", essential: true },
    { url: new URL("../../plugins/03_finalize.ts", import.meta.url).href, name: "03_finalize", essential: true },
  ];
}
