/** Kills a daemon under fire; PEWATCH_KILLS says how often, PEWATCH_SEED repeats a run's moments. */
import assert from "node:assert/strict";
import { killRun, reportText } from "./kill_run.ts";

Deno.test({
  name: "a daemon that is killed at random moments loses, tears and doubles nothing",
  // A child process kills no other on Windows as a power switch would; SIGKILL is what is meant here.
  ignore: Deno.build.os === "windows",
  async fn() {
    const report = await killRun({ kills: 20, rate_per_s: 15 });
    console.log(reportText(report));
    assert.deepEqual(report.problems, []);
    assert.ok(report.frames > 0, "no frame was written");
  },
});
