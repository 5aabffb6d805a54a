/** Kills the Windows executable under fire; PEWATCH_KILLS says how often, PEWATCH_SEED repeats a run's moments. */
import assert from "node:assert/strict";
import { killRun, reportText } from "../faults/kill_run.ts";
import { WINDOWS_PROGRAM } from "./programs.ts";

/** One of each kind, with a burst of four, and one more; the same run of the sources has 20 (tests/faults/kill_test.ts). */
const KILLS_USUAL = 8;
/** Wine takes more of the processor than the detector's PC. */
const FRAMES_PER_S = 6;
const WORK_S = 4;

Deno.test("the executable that is killed at random moments loses, tears and doubles nothing", async () => {
  const report = await killRun({
    kills: KILLS_USUAL,
    rate_per_s: FRAMES_PER_S,
    program: WINDOWS_PROGRAM,
    work_s: WORK_S,
  });
  console.log(reportText(report));
  assert.deepEqual(report.problems, []);
  assert.ok(report.deliveredUnderFire > 0, "no frame was delivered between kills");
});
