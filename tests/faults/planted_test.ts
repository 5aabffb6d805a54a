/** A daemon among things of others under all of its names goes on, ends on Ctrl-C, and touches nothing outside. */
import assert from "node:assert/strict";
import { runAmongPlanted } from "./planted.ts";
import { usualSeed } from "./random.ts";

const IS_LONG = Deno.env.get("PEWATCH_FAULTS") === "long";
const SEED = usualSeed();
const ROUNDS = IS_LONG ? 40 : 1;

for (const ordinary of [false, true]) {
  Deno.test({
    name: `among planted links, pipes and files it delivers and ends, ${ordinary ? "as an ordinary user" : "as root"}`,
    // An ordinary user runs the second one as itself; the first one takes root.
    ignore: Deno.build.os !== "linux" || (!ordinary && Deno.uid() !== 0),
    async fn() {
      for (let round = 0; round < ROUNDS; round++) {
        assert.deepEqual(await runAmongPlanted({ seed: SEED + round, ordinary }), []);
      }
    },
  });
}
