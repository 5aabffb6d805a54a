/** Frames with 200 values at the detector's rate beside bad devices; ten minutes of it are the benchmark's (bench values). */
import assert from "node:assert/strict";
import { median } from "../../bench/table.ts";
import { RATE_PER_S, ValuesDaemon } from "../../bench/values_run.ts";
import { CAN_HAVE_SOURCES, ValuesSources } from "../../bench/values_sources.ts";
import { inMemory, TempFolder } from "../../temp_folder.ts";

const SECONDS = 20;
const DATABASE_PERIOD_S = 5;
/** The daemon and what reads the values, also where a busy machine lets frames wait. */
const MEMORY_MB_MAX = 800;

Deno.test({
  name:
    "200 values at 1 Hz, a hung device, a database that comes and goes: every frame is delivered and has the good ones",
  ignore: !CAN_HAVE_SOURCES,
  async fn() {
    await using sources = await ValuesSources.start();
    using folder = new TempFolder(inMemory());
    await using daemon = await ValuesDaemon.start(folder.path, sources.tables, sources.expected);
    const { delays_ms, incomplete, rss_mb } = await daemon.feed(SECONDS, (at_s) => {
      sources.databaseAway(Math.floor(at_s / DATABASE_PERIOD_S) % 2 === 1);
    });
    await sources.settled();
    const most_mb = Math.max(...rss_mb.map((sample) => sample.daemon + sample.client));
    console.log(`latency ${median(delays_ms).toFixed(0)} ms (median), ${most_mb.toFixed(0)} MB`);
    assert.equal(delays_ms.length, RATE_PER_S * SECONDS);
    assert.deepEqual(incomplete, []);
    assert.ok(most_mb < MEMORY_MB_MAX, `${most_mb} MB`);
    assert.equal(daemon.log.match(/HDF5 writes all NeXus files/g), null);
  },
});
