/** The host's limits of time, with workers and a clock that the test holds. */
import assert from "node:assert/strict";
import { PLUGIN_END_MS_MAX, STAGE_END_MS_MAX } from "../../src/plugins/host/plugin_worker.ts";
import { PluginHost, START_MS_MAX } from "../../src/plugins/host/plugin_host.ts";
import type { PluginSource } from "../../src/plugins/source.ts";
import { memoryLog, settingsIn } from "../daemon/helpers.ts";
import { type Behaviour, FakeWorkers, settle, VirtualClock } from "./fake_workers.ts";

const FINE: Behaviour = { ticktack: 1, offset: 0, starts: "well", fires: "well", duration_ms: 0, heedsAbort: true };
const LIMIT_S = 300;

function hostOf(behaviour: Partial<Behaviour>, options: { essential: boolean; file: string | null }) {
  const clock = new VirtualClock();
  const workers = new FakeWorkers(clock, () => ({ ...FINE, ...behaviour }));
  const conditions = new Map<string, string>();
  const source: PluginSource = { name: "it", url: "x:it", hash: "", problem: null, ...options };
  const log = memoryLog();
  const shipped: PluginSource = { ...source, url: "x:shipped", file: null };
  let changed: PluginSource[] | null = options.file === null ? [] : [source];
  const host = new PluginHost({
    sources: options.essential || options.file === null ? [shipped] : [],
    folder: {
      poll: () => {
        const sources = changed;
        changed = null;
        return Promise.resolve(sources);
      },
      prune: () => Promise.resolve(),
      problem: null,
    },
    clock,
    openWorker: workers.open,
    log,
    settings: () => settingsIn("/nowhere"),
    onFrame: () => {},
    onCondition: ({ key, message }) => void (message === null ? conditions.delete(key) : conditions.set(key, message)),
    onBacklog: () => {},
  });
  return { clock, workers, conditions, host, log, status: () => host.statuses()[0]! };
}

async function comesWithin(promise: Promise<unknown>, clock: VirtualClock, ms: number): Promise<void> {
  let come = false;
  void promise.then(() => come = true);
  await clock.go(ms - 1);
  assert.equal(come, false, `not before ${ms} ms`);
  await clock.go(1);
  assert.equal(come, true, `after ${ms} ms`);
}

Deno.test("a firing beyond its time limit is ended, counted as a failure, and fires anew at its next due tick", async () => {
  const { host, clock, workers, status } = hostOf({ duration_ms: Infinity }, { essential: false, file: "/it.ts" });
  await host.start();
  host.tick(1);
  await clock.go(LIMIT_S * 1000 - 1);
  assert.deepEqual([status().state, workers.live.size], ["firing", 1]);
  await clock.go(1);
  assert.deepEqual([status().state, status().failures, workers.live.size], ["failed", 1, 0]);
  assert.match(status().lastError ?? "", /its firing took longer than time_limit_s = 300/);
  host.tick(2);
  await settle();
  assert.deepEqual([status().state, status().firings, workers.live.size], ["firing", 2, 1]);
});

Deno.test("a shipped stage beyond the limit is reported as a condition and never ended, until it moves again", async () => {
  const { host, clock, workers, conditions, status } = hostOf({ duration_ms: 1e6 }, { essential: true, file: null });
  await host.start();
  host.tick(1);
  await clock.go(LIMIT_S * 1000 - 1);
  assert.equal(conditions.size, 0);
  await clock.go(1);
  assert.match(conditions.get("plugin:it:slow") ?? "", /^it: its firing has made no progress for 300 s$/);
  assert.deepEqual([status().state, workers.live.size], ["firing", 1]);
  await clock.go(1e6);
  assert.deepEqual([status().state, status().failures, conditions.size], ["ready", 0, 0]);
});

for (
  const [what, options, bound_ms] of [
    ["a plugin", { essential: false, file: "/it.ts" }, PLUGIN_END_MS_MAX],
    ["a shipped stage", { essential: true, file: null }, STAGE_END_MS_MAX],
    ["a replaced stage", { essential: true, file: "/it.ts" }, STAGE_END_MS_MAX],
  ] as const
) {
  Deno.test(`stop() ends ${what} that hangs after ${bound_ms / 1000} s`, async () => {
    const { host, clock, workers } = hostOf({ duration_ms: Infinity, heedsAbort: false }, options);
    await host.start();
    host.tick(1);
    await settle();
    await comesWithin(host.stop(), clock, bound_ms);
    assert.equal(workers.live.size, 0);
  });
}

Deno.test("stop() comes though an import hangs, and start() does not wait for it for long", async () => {
  const { host, clock, workers } = hostOf({ starts: "hangs" }, { essential: false, file: "/it.ts" });
  await comesWithin(host.start(), clock, START_MS_MAX);
  await comesWithin(host.stop(), clock, PLUGIN_END_MS_MAX);
  assert.equal(workers.live.size, 0);
});

Deno.test("stop() comes at once where everything heeds its signal", async () => {
  const { host, workers } = hostOf({ duration_ms: Infinity }, { essential: true, file: null });
  await host.start();
  host.tick(1);
  await settle();
  await host.stop();
  assert.equal(workers.live.size, 0);
});
