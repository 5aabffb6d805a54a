/** Masses of reads, writes and subscriptions: the memory stays flat, nothing breaks. `build/test tango --long` does ten times as many. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { readProcess } from "../../bench/process_readings.ts";
import { pause } from "../../faults/detector.ts";
import { Client, PYTHON_CLIENTS } from "./client.ts";
import { ServedPewatch } from "./served_pewatch.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
/** 100,000 reads, 10,000 writes, 1,000 subscriptions and cancellations, or a tenth of each. */
const TIMES = Deno.env.get("PEWATCH_TANGO_LONG") === "1" ? 10 : 1;
const MASSES = { reads: 10_000 * TIMES, writes: 1000 * TIMES, subscriptions: 100 * TIMES };
/** Each kind is done twice: the first time warms heaps and caches, what the second adds is a leak. */
const GROWTH_MB_MAX = 12;
/** The shim returns what is free each ten seconds, JavaScript when it likes: the least within a while is what is held. */
const GIVEN_BACK_MS = 12_000;
const READING_MS = 250;
const PATIENCE_MS = 300_000 * TIMES;

async function perform(python: string, name: string, kind: string, times: number): Promise<void> {
  const { code, stderr } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "client", "masses.py"), name, kind, String(times)],
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** The least of a while, or the first that is below `enough_mb`. */
async function memoryHeld_mb(pid: number, enough_mb = 0): Promise<number> {
  let least = Infinity;
  for (const end_ms = performance.now() + GIVEN_BACK_MS; least >= enough_mb; await pause(READING_MS)) {
    least = Math.min(least, readProcess(pid).rss_mb);
    if (performance.now() > end_ms) break;
  }
  return least;
}

Deno.test({
  name: "masses of reads, of writes and of subscriptions cost no memory that is not given back",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch();
    const name = await pewatch.name();
    const { python } = PYTHONS.at(-1)!;
    for (const [kind, times] of Object.entries(MASSES)) await perform(python, name, kind, times);
    let before = await memoryHeld_mb(pewatch.child.pid);
    for (const [kind, times] of Object.entries(MASSES)) {
      await perform(python, name, kind, times);
      const after = await memoryHeld_mb(pewatch.child.pid, before + GROWTH_MB_MAX);
      console.log(`  ${before.toFixed(1)} MB, after ${times} more ${kind} ${after.toFixed(1)} MB`);
      assert.ok(after - before < GROWTH_MB_MAX, `${kind}: ${before} MB became ${after} MB`);
      before = Math.min(before, after);
    }
    await using client = await Client.connect(PYTHON_CLIENTS[0]!, name);
    assert.equal(await client.do("command", "State"), "RUNNING");
    await pewatch.stop();
  },
});
