/** Frames of the simulator that lie in raw before the daemon starts, and whether each has arrived once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { simulate, type SimulatedFrame } from "../../src/qxrd/simulator/simulate.ts";
import type { Place } from "./harness.ts";
import { sha256 } from "../folders.ts";

/** Large enough that a stop falls into the work. */
const SIZE = 256;

export async function simulateInto(place: Place, count: number): Promise<SimulatedFrame[]> {
  const frames: SimulatedFrame[] = [];
  for await (const frame of simulate({ folder: place.raw, base: "S", count, width: SIZE, rate_per_s: 0 })) {
    frames.push(frame);
  }
  return frames;
}

export function nexusFiles(place: Place): string[] {
  return place.delivered().filter((name) => name.endsWith(".nxs"));
}

/** Every frame stands once in the output, whole, with its own pixels. */
export function assertAllOnce(place: Place, frames: readonly SimulatedFrame[]): void {
  const stems = frames.map(({ imagePath }) => imagePath.split("/").at(-1)!.replace(/\.tif$/, ""));
  assert.deepEqual(
    place.delivered(),
    stems.flatMap((stem) => [`${stem}.nxs`, `${stem}.tif`, `${stem}.tif.metadata`]).sort(),
  );
  for (const [index, frame] of frames.entries()) {
    const bytes = Deno.readFileSync(join(place.output, `${stems[index]}.tif`));
    assert.equal(sha256(bytes.subarray(8, 8 + frame.pixelBytes)), frame.sha256OfPixels(), stems[index]);
  }
  assert.deepEqual(place.inProgress(), []);
}
