/**
 * The detector's full load for half a minute, a whole one with `build/test load --long`; ten minutes, and what it takes
 * in time, are the benchmark's matter (bench load).
 */
import assert from "node:assert/strict";
import { IMAGES_PER_EXPOSURE, LoadedDaemon, loadText } from "../bench/load_run.ts";
import { inMemory, TempFolder } from "../temp_folder.ts";

/** Asked of the whole process, workers included. */
const MEMORY_MB_MAX = 400;
const SECONDS = Deno.env.get("PEWATCH_LOAD_LONG") === "1" ? 60 : 30;
const LOAD = { side: 2048, rate_per_s: 15, seconds: SECONDS, drain_s_max: 300 } as const;

Deno.test("raw and processed images at the detector's rate are all delivered, once, in bounded memory", async () => {
  using folder = new TempFolder(inMemory());
  await using daemon = await LoadedDaemon.start(folder.path);
  const result = await daemon.run(LOAD);
  console.log(loadText(result));
  const { written, delivered, lost, strays, samples } = result;
  assert.equal(written, IMAGES_PER_EXPOSURE * LOAD.rate_per_s * LOAD.seconds);
  assert.deepEqual([lost, strays], [[], []]);
  assert.equal(delivered, written);
  const most_mb = Math.max(...samples.map((sample) => sample.rss_mb));
  assert.ok(most_mb < MEMORY_MB_MAX, `${most_mb} MB`);
});
