/** A load for twenty seconds; what it takes in time is the benchmarks' matter (tests/bench/load.ts). */
import assert from "node:assert/strict";
import { LoadedDaemon } from "../bench/load_run.ts";
import { usualFolder } from "../faults/kill_run.ts";
import { TempFolder } from "../temp_folder.ts";

/** Asked of the whole process, workers included. */
const MEMORY_MB_MAX = 400;
/** Fewer bytes than the detector's, so that what waits while a machine is busy with other tests fits anywhere. */
const LOAD = { side: 512, rate_per_s: 15, seconds: 20, drain_s_max: 300 } as const;

Deno.test("raw and processed images at the detector's rate are all delivered, once, in bounded memory", async () => {
  const on = usualFolder();
  using folder = new TempFolder(on === null ? {} : { on });
  await using daemon = await LoadedDaemon.start(folder.path);
  const { written, delivered, lost, strays, samples } = await daemon.run(LOAD);
  assert.equal(written, 2 * LOAD.rate_per_s * LOAD.seconds);
  assert.deepEqual([lost, strays], [[], []]);
  assert.equal(delivered, written);
  const most_mb = Math.max(...samples.map((sample) => sample.rss_mb));
  assert.ok(most_mb < MEMORY_MB_MAX, `${most_mb} MB`);
});
