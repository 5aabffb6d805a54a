/**
 * The power is cut at every step; PEWATCH_FAULTS=long in more ways, PEWATCH_SEED repeats a run's. PEWATCH_CUT, a regular
 * expression for a cut's text ("late.json.*everything"), chooses those that a start follows, up to twenty.
 */
import assert from "node:assert/strict";
import { powerLoss, reportText } from "./power_loss.ts";

const CUT = Deno.env.get("PEWATCH_CUT");
const IS_LONG = Deno.env.get("PEWATCH_FAULTS") === "long";

Deno.test({
  name: "whenever the power is cut no name in the output has torn content, and a start after it delivers every frame",
  ignore: Deno.env.get("PEWATCH_CALLS") === undefined,
  async fn() {
    const report = await powerLoss({
      chances: IS_LONG ? 100 : 5,
      restarts: IS_LONG ? 200 : CUT === undefined ? 4 : 20,
      only: CUT === undefined ? undefined : new RegExp(CUT),
    });
    console.log(reportText(report));
    assert.deepEqual(report.problems, []);
    assert.ok(report.cuts > 0 && report.restarts > 0, "the power was not cut");
  },
});
