/** Frames of the simulator for the commands, and what is in a folder before and after. */
import { join } from "node:path";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { filesBelow, sha256 } from "../folders.ts";

/** Writes small frames, and darks before them. */
export async function writeFrames(folder: string, options: { count: number; darks?: number }): Promise<void> {
  for await (const _frame of simulate({ folder, base: "S", width: 64, rate_per_s: 0, darks: 0, ...options })) {
    // each is whole when it comes
  }
}

/** All files below a folder with their contents' SHA-256, names relative to it. */
export function contentsBelow(folder: string): Map<string, string> {
  return new Map(filesBelow(folder).map((name) => [name, sha256(Deno.readFileSync(join(folder, ...name.split("/"))))]));
}
