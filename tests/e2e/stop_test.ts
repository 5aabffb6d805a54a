/** Stops in the middle of the work: what is begun is ended or found again, each frame arrives once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { simulate, type SimulatedFrame } from "../../src/qxrd/simulator/simulate.ts";
import { sha256 } from "./frames.ts";
import type { Run } from "./child.ts";
import { Place } from "./harness.ts";

const FRAMES = 60;
/** Large enough that a stop falls into the work. */
const SIZE = 256;

async function writeFrames(place: Place): Promise<SimulatedFrame[]> {
  const frames: SimulatedFrame[] = [];
  for await (const frame of simulate({ folder: place.raw, base: "S", count: FRAMES, width: SIZE, rate_per_s: 0 })) {
    frames.push(frame);
  }
  return frames;
}

function nexusFiles(place: Place): string[] {
  return place.delivered().filter((name) => name.endsWith(".nxs"));
}

/** Every frame stands once in the output, whole, with its own pixels. */
function assertAllOnce(place: Place, frames: readonly SimulatedFrame[]): void {
  const stems = frames.map(({ imagePath }) => imagePath.split("/").at(-1)!.replace(/\.tif$/, ""));
  assert.deepEqual(
    place.delivered(),
    stems.flatMap((stem) => [`${stem}.nxs`, `${stem}.tif`, `${stem}.tif.metadata`]).sort(),
  );
  for (const [index, frame] of frames.entries()) {
    const bytes = Deno.readFileSync(join(place.output, `${stems[index]}.tif`));
    assert.equal(sha256(bytes.subarray(8, 8 + frame.pixelBytes)), frame.sha256OfPixels(), stems[index]);
  }
  assert.deepEqual(place.onTheWay(), []);
}

async function finish(place: Place, frames: readonly SimulatedFrame[]): Promise<void> {
  await using run = await place.start().running();
  await run.until(() => nexusFiles(place).length === FRAMES && place.onTheWay().length === 0, "all frames");
  await run.stop();
  assert.deepEqual(run.complaints(), []);
  assertAllOnce(place, frames);
}

async function midWork(place: Place): Promise<Run> {
  const run = await place.start().running();
  await run.until(() => nexusFiles(place).length >= 3, "the first frames");
  return run;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} in the middle of the work ends with 0, and the next start delivers the rest`, async () => {
    using place = new Place();
    const frames = await writeFrames(place);
    await using run = await midWork(place);
    run.signal(signal);
    const { code } = await run.ended();
    assert.equal(code, 0, run.text());
    assert.ok(run.text().includes(`stopping (${signal})`), run.text());
    // What stands in the output is whole at this moment too.
    for (const name of nexusFiles(place)) assert.ok(place.has(name.replace(/\.nxs$/, ".tif")), name);
    assert.ok(nexusFiles(place).length < FRAMES, "it was done before it was stopped: the test shows nothing");
    await finish(place, frames);
  });
}

Deno.test("a second Ctrl-C ends at once, safely", async () => {
  using place = new Place();
  const frames = await writeFrames(place);
  await using run = await midWork(place);
  run.signal("SIGINT");
  run.signal("SIGINT");
  const { code } = await run.ended();
  // Where the first one was quicker it ended well; both leave everything for the next start.
  assert.ok(code === 130 || code === 0, `${code}\n${run.text()}`);
  await finish(place, frames);
});

Deno.test("killed several times in the middle of the work, each frame arrives once", async () => {
  using place = new Place();
  const frames = await writeFrames(place);
  for (let kill = 1; kill <= 3; kill++) {
    const run = await place.start().running();
    const before = nexusFiles(place).length;
    await run.until(() => nexusFiles(place).length > before || before === FRAMES, "a frame more");
    run.signal("SIGKILL");
    await run.ended();
  }
  await finish(place, frames);
});
