/** `pewatch process` ends only when every master is written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { memoryLog } from "../daemon/helpers.ts";
import { nodeAt } from "../nexus/frame.ts";
import { libraries, Way } from "./way.ts";

Deno.test("one pass delivers a series and comes back with its master complete", async () => {
  using way = new Way({ nexus: { image: "embed", profile: "base", series: true } });
  for (let number = 1; number <= 40; number++) {
    way.put({ name: `P-${String(number).padStart(5, "0")}.tif`, seed: number });
  }
  const result = await runOnePass(way.settings, { log: memoryLog() });
  assert.deepEqual([result.frames.delivered, result.conditions, result.stageError], [40, [], null]);
  assert.deepEqual(way.inProgress(), []);
  const tree = readTree(libraries.hdf5, join(way.output, "P_master.h5"), { elementsMax: 100 });
  const present = nodeAt(tree, "entry/data/present");
  assert.deepEqual(present?.kind === "dataset" && present.value, Array(40).fill(1));
});
