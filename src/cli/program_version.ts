/** The version of pewatch, from the one place that states it. */
import manifest from "../../deno.json" with { type: "json" };

export const PROGRAM_VERSION: string = manifest.version;
