/** Stops in the middle of the work: what is begun is ended or found again, each frame arrives once. */
import assert from "node:assert/strict";
import type { SimulatedFrame } from "../../src/qxrd/simulator/simulate.ts";
import type { Run } from "./child.ts";
import { Place } from "./harness.ts";
import { assertAllOnce, nexusFiles, simulateInto } from "./simulated.ts";

const FRAMES = 60;

async function finish(place: Place, frames: readonly SimulatedFrame[]): Promise<void> {
  await using run = await place.start().running();
  await run.until(() => nexusFiles(place).length === FRAMES && place.inProgress().length === 0, "all frames");
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
    const frames = await simulateInto(place, FRAMES);
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
  const frames = await simulateInto(place, FRAMES);
  await using run = await midWork(place);
  run.signal("SIGINT");
  run.signal("SIGINT");
  const { code } = await run.ended();
  // Where the first one was quicker it ended well; both leave everything for the next start.
  assert.ok(code === 130 || code === 0, `${code}\n${run.text()}`);
  await finish(place, frames);
});
