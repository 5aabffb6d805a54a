/** `pewatch process` ends only when every master is written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { memoryLog } from "../daemon/helpers.ts";
import { Way } from "./way.ts";

Deno.test("one pass delivers a series and comes back with its master complete", async () => {
  using way = new Way({ nexus: { image: "embed", profile: "base", series: true } });
  for (let number = 1; number <= 40; number++) {
    way.put({ name: `P-${String(number).padStart(5, "0")}.tif`, seed: number });
  }
  const result = await runOnePass(way.settings, { log: memoryLog() });
  assert.deepEqual([result.frames.delivered, result.conditions, result.stageError], [40, [], null]);
  assert.deepEqual(way.inProgress(), []);
  using hdf5 = openHdf5Library();
  using file = hdf5.openFile(join(way.output, "P_master.h5"));
  using present = file.root.open("entry/data/present");
  if (present?.kind !== "dataset") throw new Error("it does not say which frames are present");
  assert.deepEqual(present.read({ elementsMax: 100 }), Array(40).fill(1));
});
