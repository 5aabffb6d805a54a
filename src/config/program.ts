/** Name and version of the program, from the one place that states them; a file of its own, since every room uses it. */
import manifest from "../../deno.json" with { type: "json" };

export const PROGRAM = "pewatch";
export const PROGRAM_VERSION: string = manifest.version;
