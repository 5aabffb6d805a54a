import assert from "node:assert/strict";
import { InProgress } from "../../../src/cli/process/in_progress.ts";
import { newOutcome } from "../../../src/cli/process/report.ts";

Deno.test("what a stop waits for: counts, the first frames by name, the others by number", () => {
  const inProgress = new InProgress(), outcome = newOutcome(9);
  assert.equal(inProgress.text(outcome, "/out"), "0 of 9 frames are done");
  for (const frame of ["a", "b", "c", "d", "e", "f"]) inProgress.take({ type: "claimed", frame: `${frame}.tif` });
  inProgress.take({ type: "merged", frame: "a.tif", tagged: true });
  inProgress.take({ type: "dark_removed", frame: "b.tif", bytes: 1 });
  outcome.darksRemoved++;
  const text = "1 of 9 frames are done, in progress: a.tif, c.tif, d.tif and 2 more (to /out)";
  assert.equal(inProgress.text(outcome, "/out"), text);
  for (const frame of ["c", "d", "e"]) {
    inProgress.take({ type: "quarantined", frame: `${frame}.tif`, folder: "/q", reason: "broken" });
    outcome.quarantined++;
  }
  assert.equal(inProgress.text(outcome, "/out"), "4 of 9 frames are done, in progress: a.tif, f.tif (to /out)");
});
