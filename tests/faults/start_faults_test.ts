/** Every system call of a start and a stop that changes files fails once; the usual run takes some of them. */
import assert from "node:assert/strict";
import { usualSeed } from "./random.ts";
import { startFaults } from "./start_faults.ts";

const IS_LONG = Deno.env.get("PEWATCH_FAULTS") === "long";
const SEED = usualSeed();
/** Each takes a start or two. */
const EVERY = 6;

Deno.test({
  name: "a start and a stop in which any call fails lose nothing, and the next start works",
  ignore: Deno.env.get("PEWATCH_CALLS") === undefined,
  async fn() {
    const { problems, faults } = await startFaults((index) => IS_LONG || index % EVERY === SEED % EVERY);
    assert.deepEqual(problems, []);
    assert.ok(faults > 0, "no call was failed");
  },
});
