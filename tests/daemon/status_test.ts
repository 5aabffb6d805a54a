import assert from "node:assert/strict";
import type { PluginStatus } from "../../src/plugins/host/plugin_status.ts";
import { FrameStatistics, percentile, STUCK_S } from "../../src/daemon/status.ts";

function deliver(statistics: FrameStatistics, at_ms: number, latency_s = 0.5): void {
  statistics.frame({ type: "delivered", frame: "a/P-1.tif", files: [], bytes: 1000, latency_s }, at_ms);
}

Deno.test("FrameStatistics counts what happens to frames", () => {
  const statistics = new FrameStatistics();
  deliver(statistics, 0, 0.25);
  deliver(statistics, 1, 0.75);
  statistics.frame({ type: "dark_removed", frame: "d.tif", bytes: 5 }, 2);
  statistics.frame({ type: "quarantined", frame: "q.tif", folder: "/q", reason: "it is empty" }, 3);
  statistics.backlog({ raw: 4 }, 3);
  statistics.backlog({ proc: 2 }, 3);
  assert.deepEqual(statistics.counts(10), {
    delivered: 2,
    failed: 1,
    darksRemoved: 1,
    bytesDelivered: 2000,
    backlog: 6,
    unclaimed: {},
    rate_per_s: 0.2,
    latency_s: 0.75,
    lastFrame: "a/P-1.tif",
    lastError: "q.tif: it is empty",
  });
});

Deno.test("the rate is that of the last seconds only", () => {
  const statistics = new FrameStatistics();
  for (let frame = 0; frame < 150; frame++) deliver(statistics, frame * 100);
  assert.equal(statistics.counts(15_000).rate_per_s, 9.9);
  assert.equal(statistics.counts(30_000).rate_per_s, 0);
});

Deno.test("the latency is the 95th percentile of the last 100 frames", () => {
  const statistics = new FrameStatistics();
  deliver(statistics, 0, 1000);
  for (let frame = 1; frame <= 100; frame++) deliver(statistics, 0, frame);
  assert.equal(statistics.counts(0).latency_s, 95);
});

Deno.test("percentile() of none is null", () => {
  assert.equal(percentile([], 0.95), null);
  assert.equal(percentile([3], 0.95), 3);
});

Deno.test("the state is FAULT as long as a condition holds frames up, with its text", () => {
  const statistics = new FrameStatistics();
  assert.equal(statistics.state(true, 0).state, "RUNNING");
  statistics.condition({ key: "raw", message: "the raw folder is gone" });
  statistics.condition({ key: "output", message: "the output is full" });
  assert.deepEqual(statistics.state(true, 0), {
    state: "FAULT",
    text: "the raw folder is gone\nthe output is full",
    behind: false,
  });
  statistics.condition({ key: "raw", message: null });
  statistics.condition({ key: "output", message: null });
  assert.equal(statistics.state(true, 0).state, "RUNNING");
  assert.equal(statistics.counts(0).lastError, "the output is full");
});

Deno.test("what frames do without is an ALARM: a plugin, its report, a series, one frame; a stage that fails a FAULT", () => {
  const statistics = new FrameStatistics();
  const keys = ["plugin:bright.ts", "plugin:bright.ts:file", "nats/broker", "series", "claim 1"];
  for (const key of keys) {
    statistics.condition({ key, message: `${key} fails` });
    assert.deepEqual(statistics.state(true, 0), { state: "ALARM", text: `${key} fails`, behind: false }, key);
    statistics.condition({ key, message: null });
  }
  statistics.condition({ key: keys[0]!, message: `${keys[0]} fails` });
  const plugin = { name: "bright", state: "aside", essential: false } as PluginStatus;
  assert.equal(statistics.state(true, 0, [plugin]).state, "ALARM");
  assert.equal(statistics.state(true, 0, [{ ...plugin, essential: true }]).state, "FAULT");
  // What holds frames up goes first, and what they do without is said too.
  statistics.condition({ key: "output", message: "the output is full" });
  const fault = {
    state: "FAULT",
    text: "the output is full\nplugin:bright.ts fails\nnats/broker fails",
    behind: false,
  };
  statistics.condition({ key: "nats/broker", message: "nats/broker fails" });
  assert.deepEqual(statistics.state(true, 0, [plugin]), fault);
  statistics.condition({ key: "output", message: null });
  for (let at_s = 0; at_s <= 20; at_s++) statistics.backlog({ raw: 20 * at_s }, 1000 * at_s);
  const { state, text, behind } = statistics.state(true, 20_000, [plugin]);
  assert.deepEqual([state, behind], ["ALARM", true]);
  assert.match(text, /^400 frames wait, and their number grows\nplugin:bright\.ts fails\n/);
});

Deno.test("what stays in the raw folder has a count of each kind, in every state", () => {
  const statistics = new FrameStatistics();
  statistics.backlog({ raw: 0, unclaimed: { other: 2, link: 1 } }, 0);
  statistics.backlog({ temp: 0 }, 0);
  assert.deepEqual(statistics.counts(0).unclaimed, { other: 2, link: 1 });
  assert.match(
    statistics.state(true, 0).text,
    /^Waiting for frames\nThese stay in the raw folder: 2 other files, 1 links$/,
  );
  statistics.condition({ key: "output", message: "the output is full" });
  assert.match(statistics.state(true, 0).text, /^the output is full\nThese stay/);
  statistics.backlog({ unclaimed: {} }, 0);
  assert.equal(statistics.state(true, 0).text, "the output is full");
});

Deno.test("the state is ON when stopped, whatever stands", () => {
  const statistics = new FrameStatistics();
  statistics.condition({ key: "raw", message: "the raw folder is gone" });
  assert.equal(statistics.state(false, 0).state, "ON");
});

Deno.test("the state is ALARM while the backlog grows, and RUNNING when it stays or shrinks", () => {
  const grows = new FrameStatistics();
  const stays = new FrameStatistics();
  const shrinks = new FrameStatistics();
  for (let at_ms = 0; at_ms <= 20_000; at_ms += 1000) {
    for (const statistics of [grows, stays, shrinks]) deliver(statistics, at_ms);
    grows.backlog({ raw: at_ms / 100 }, at_ms);
    stays.backlog({ raw: 15 + (at_ms % 3000) / 1000 }, at_ms);
    shrinks.backlog({ raw: 400 - at_ms / 100 }, at_ms);
  }
  assert.equal(grows.state(true, 20_000).state, "ALARM");
  assert.match(grows.state(true, 20_000).text, /200 frames wait/);
  assert.equal(stays.state(true, 20_000).state, "RUNNING");
  assert.equal(shrinks.state(true, 20_000).state, "RUNNING");
});

Deno.test("the state is ALARM where frames arrive late and more wait, until they arrive in time again", () => {
  const statistics = new FrameStatistics();
  statistics.backlog({ proc: 25 }, 0);
  for (let at_ms = 0; at_ms < 10_000; at_ms += 1000) deliver(statistics, at_ms, 11);
  const late = statistics.state(true, 10_000);
  assert.equal(late.state, "ALARM");
  assert.match(late.text, /^Late: 25 frames wait, and those of the last 10 s took 11 s/);
  statistics.backlog({ proc: 2 }, 10_000);
  assert.equal(statistics.state(true, 10_000).state, "RUNNING", "a few late frames are no backlog");
  statistics.backlog({ proc: 25 }, 10_000);
  for (let at_ms = 11_000; at_ms <= 20_000; at_ms += 1000) deliver(statistics, at_ms, 0.5);
  assert.equal(statistics.state(true, 20_000).state, "RUNNING");
  assert.equal(statistics.state(true, 40_000).state, "RUNNING", "what was delivered long ago says nothing");
});

Deno.test("the state is ALARM where frames wait and none is delivered", () => {
  const statistics = new FrameStatistics();
  for (let at_ms = 0; at_ms <= 2 * STUCK_S * 1000; at_ms += 1000) statistics.backlog({ temp: 1 }, at_ms);
  assert.equal(statistics.state(true, STUCK_S * 1000 - 1).state, "RUNNING");
  assert.equal(statistics.state(true, 2 * STUCK_S * 1000).state, "ALARM");
  deliver(statistics, 2 * STUCK_S * 1000);
  assert.equal(statistics.state(true, 2 * STUCK_S * 1000).state, "RUNNING");
});

Deno.test("each condition says since when it stands and what to do; its tries are counted by what it is about", () => {
  const statistics = new FrameStatistics();
  statistics.condition({ key: "output", message: "full" });
  const [first] = statistics.standing;
  statistics.condition({ key: "output", message: "fuller" });
  statistics.condition({ key: "claim 1", message: "refused" });
  statistics.condition({ key: "roi/its own", message: "odd" });
  const [output, frame, plugin] = statistics.standing;
  assert.deepEqual([output!.kind, output!.message, output!.since], ["output", "fuller", first!.since]);
  assert.match(output!.todo, /Make room/);
  assert.deepEqual([frame!.kind, plugin!.kind], ["frame", "plugin"]);
  assert.deepEqual(statistics.retries, { output: 2, frame: 1, plugin: 1 });
  statistics.condition({ key: "output", message: null });
  assert.deepEqual(statistics.standing.map(({ key }) => key), ["claim 1", "roi/its own"]);
});

Deno.test("it is quiet when nothing waits, nothing stands, and nothing has happened for some seconds", () => {
  const statistics = new FrameStatistics();
  assert.equal(statistics.isQuiet(0), false);
  assert.equal(statistics.isQuiet(10_000), true);
  statistics.backlog({ raw: 1, temp: 0, proc: 0 }, 10_000);
  assert.equal(statistics.isQuiet(10_000), false);
  statistics.backlog({ raw: 0, series: 1 }, 10_000);
  assert.equal(statistics.isQuiet(10_000), false);
  statistics.backlog({ series: 0 }, 10_000);
  statistics.frame({ type: "claimed", frame: "a" }, 11_000);
  assert.equal(statistics.isQuiet(12_000), false);
  assert.equal(statistics.isQuiet(20_000), true);
  statistics.condition({ key: "raw", message: "away" });
  assert.equal(statistics.isQuiet(20_000), false);
});
