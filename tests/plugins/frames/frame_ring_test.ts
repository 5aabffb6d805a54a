import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameRing } from "../../../src/plugins/host/frame_ring.ts";

function pushed(count: number, limits?: { kept?: number; batch?: number }): FrameRing {
  const ring = new FrameRing(limits);
  for (let index = 0; index < count; index++) push(ring);
  return ring;
}

function push(ring: FrameRing): void {
  const roles = { image: "/out/P.tif", sidecar: null, nexus: null };
  const kind = { dark: false, again: false };
  ring.push({ name: "P.tif", files: [], roles, bytes: 1, latency_s: 0, delivered_ms: 0, ...kind });
}

function numbers(ring: FrameRing, plugin: string): number[] {
  return ring.next(plugin).frames.map(({ number }) => number);
}

Deno.test("a plugin sees the frames from its beginning on, none from before", () => {
  const ring = pushed(3);
  ring.begin("roi");
  assert.deepEqual(numbers(ring, "roi"), []);
  push(ring);
  push(ring);
  assert.deepEqual(numbers(ring, "roi"), [4, 5]);
});

Deno.test("what was not taken is returned again, what was taken is not", () => {
  const ring = new FrameRing();
  ring.begin("roi");
  for (let index = 0; index < 3; index++) push(ring);
  assert.deepEqual(numbers(ring, "roi"), [1, 2, 3]);
  ring.taken("roi", 2);
  assert.deepEqual(numbers(ring, "roi"), [3]);
  ring.begin("roi");
  assert.deepEqual(numbers(ring, "roi"), [3], "a second beginning changes nothing");
});

Deno.test("frames come in batches, and each says whether there are more", () => {
  const ring = new FrameRing({ batch: 2 });
  ring.begin("roi");
  for (let index = 0; index < 3; index++) push(ring);
  assert.equal(ring.next("roi").more, true);
  ring.taken("roi", 2);
  assert.deepEqual([ring.next("roi").more, numbers(ring, "roi")], [false, [3]]);
});

Deno.test("a plugin that falls behind misses the oldest, which is reported once", () => {
  const ring = new FrameRing({ kept: 4 });
  ring.begin("roi");
  for (let index = 0; index < 10; index++) push(ring);
  const first = ring.next("roi");
  assert.deepEqual([first.missed, first.frames.map(({ number }) => number)], [6, [7, 8, 9, 10]]);
  assert.equal(ring.next("roi").missed, 0);
});

Deno.test("a position that cannot be is not taken", () => {
  const ring = new FrameRing();
  ring.begin("roi");
  push(ring);
  for (const wrong of [2, NaN, 0.5, -1, Infinity, "1" as unknown as number]) ring.taken("roi", wrong);
  assert.deepEqual(numbers(ring, "roi"), [1]);
});

Deno.test("the plugins' positions are independent, whatever order things come in", () => {
  const step = fc.record({ plugin: fc.constantFrom("a", "b"), push: fc.nat(4), take: fc.nat(6) });
  const property = fc.property(fc.array(step), fc.integer({ min: 1, max: 8 }), (steps, kept) => {
    const ring = new FrameRing({ kept, batch: 3 });
    // The model: of each plugin the frames that wait for it, the oldest dropped beyond `kept`.
    const waiting: Record<string, number[]> = { a: [], b: [] };
    ring.begin("a");
    ring.begin("b");
    let newest = 0;
    for (const { plugin, push: pushes, take } of steps) {
      for (let index = 0; index < pushes; index++) {
        push(ring);
        newest++;
        for (const queue of Object.values(waiting)) queue.push(newest);
      }
      const queue = waiting[plugin]!;
      const missed = queue.splice(0, Math.max(0, queue.length - kept)).length;
      const batch = ring.next(plugin);
      assert.equal(batch.missed, missed);
      assert.deepEqual(batch.frames.map(({ number }) => number), queue.slice(0, 3));
      assert.equal(batch.more, queue.length > 3);
      const taken = queue.splice(0, Math.min(take, 3));
      if (taken.length > 0) ring.taken(plugin, taken.at(-1)!);
    }
  });
  fc.assert(property, { numRuns: 300 });
});
