/** Ctrl-C in the middle of the work of the Windows executable. */
import assert from "node:assert/strict";
import { assertAllOnce, nexusFiles, simulateInto } from "../e2e/simulated.ts";
import { placeOfItsOwn, startOn } from "./place.ts";

const FRAMES = 40;

Deno.test("Ctrl-C ends it with 0; what is in progress is delivered, and the next start delivers the rest", async () => {
  using place = placeOfItsOwn();
  const frames = await simulateInto(place, FRAMES);
  {
    await using run = await startOn("windows", place);
    await run.until(() => nexusFiles(place).length >= 3, "the first frames");
    run.signal("SIGINT");
    assert.equal((await run.ended()).code, 0, run.text());
    assert.ok(run.text().includes("stopping (SIGINT)"), run.text());
    // What stands in the output is whole at this moment too.
    for (const name of nexusFiles(place)) assert.ok(place.has(name.replace(/\.nxs$/, ".tif")), name);
    assert.ok(nexusFiles(place).length < FRAMES, "it was done before it was stopped: the test shows nothing");
    place.assertNothingLost();
  }
  await using run = await startOn("windows", place);
  await run.until(() => nexusFiles(place).length === FRAMES && place.inProgress().length === 0, "all frames");
  run.signal("SIGINT");
  assert.equal((await run.ended()).code, 0, run.text());
  assert.deepEqual(run.complaints(), []);
  assertAllOnce(place, frames);
});
