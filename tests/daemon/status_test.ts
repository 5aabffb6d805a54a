import assert from "node:assert/strict";
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

Deno.test("the state is FAULT as long as a condition stands, with its text", () => {
  const statistics = new FrameStatistics();
  assert.equal(statistics.state(true, 0).state, "RUNNING");
  statistics.condition({ key: "raw", message: "the raw folder is gone" });
  statistics.condition({ key: "output", message: "the output is full" });
  assert.deepEqual(statistics.state(true, 0), { state: "FAULT", text: "the raw folder is gone\nthe output is full" });
  statistics.condition({ key: "raw", message: null });
  statistics.condition({ key: "output", message: null });
  assert.equal(statistics.state(true, 0).state, "RUNNING");
  assert.equal(statistics.counts(0).lastError, "the output is full");
});

Deno.test("what stays in the raw folder has a count of each kind, in every state", () => {
  const statistics = new FrameStatistics();
  statistics.backlog({ raw: 0, unclaimed: { other: 2, link: 1 } }, 0);
  statistics.backlog({ temp: 0 }, 0);
  assert.deepEqual(statistics.counts(0).unclaimed, { other: 2, link: 1 });
  assert.match(
    statistics.state(true, 0).text,
    /^Waiting for frames\nThese stay in the raw folder: 2 no frame, 1 links$/,
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

Deno.test("the state is ALARM where frames wait and none is delivered", () => {
  const statistics = new FrameStatistics();
  for (let at_ms = 0; at_ms <= 2 * STUCK_S * 1000; at_ms += 1000) statistics.backlog({ temp: 1 }, at_ms);
  assert.equal(statistics.state(true, STUCK_S * 1000 - 1).state, "RUNNING");
  assert.equal(statistics.state(true, 2 * STUCK_S * 1000).state, "ALARM");
  deliver(statistics, 2 * STUCK_S * 1000);
  assert.equal(statistics.state(true, 2 * STUCK_S * 1000).state, "RUNNING");
});
