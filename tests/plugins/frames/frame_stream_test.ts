import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameStreams } from "../../../src/plugins/worker/frame_streams.ts";
import { SharedServices } from "../served_worker.ts";

/** A stream whose line to the main thread is a call, and breaks with its worker. */
function connect(shared: SharedServices, plugin: string) {
  const served = { name: plugin, count: (counter: string, by: number) => shared.count(counter, by) };
  void shared.services.frames.begin(plugin, 1);
  const asked = { times: 0 };
  const stream = new FrameStreams({
    contract: () => 1,
    channel: {
      post: (message) => {
        if (message.type === "frames_taken") shared.services.receive(served, message);
        return true;
      },
      ask: (what, question) => {
        asked.times++;
        return Promise.resolve(shared.services.answer(served, { what, ...question } as never)) as never;
      },
    },
  });
  return { stream, asked };
}

async function loop(stream: FrameStreams, take = Infinity, over = () => false): Promise<number[]> {
  const numbers: number[] = [];
  if (take === 0) return numbers;
  for await (const { number } of stream.during(over)) {
    numbers.push(number);
    if (numbers.length >= take) break;
  }
  return numbers;
}

Deno.test("a loop takes all that was delivered, in one question a batch", async () => {
  const shared = new SharedServices({ batch: 4 });
  const { stream, asked } = connect(shared, "roi");
  shared.deliver(10);
  assert.deepEqual(await loop(stream), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(asked.times, 3);
  assert.deepEqual(await loop(stream), []);
});

Deno.test("frames that come while a slow plugin loops are the next loop's", async () => {
  const shared = new SharedServices({ batch: 4 });
  const { stream } = connect(shared, "roi");
  shared.deliver(2);
  const numbers: number[] = [];
  for await (const { number } of stream.during(() => false)) {
    numbers.push(number);
    shared.deliver(1);
  }
  assert.deepEqual(numbers, [1, 2]);
  assert.deepEqual(await loop(stream), [3, 4]);
});

Deno.test("a loop ends when its firing has to, and keeps what it has not handed out", async () => {
  const shared = new SharedServices();
  const { stream } = connect(shared, "roi");
  shared.deliver(5);
  let left = 2;
  assert.deepEqual(await loop(stream, Infinity, () => left-- <= 0), [1]);
  assert.deepEqual(await loop(stream), [2, 3, 4, 5]);
});

Deno.test("two loops at once share the frames", async () => {
  const shared = new SharedServices({ batch: 3 });
  const { stream } = connect(shared, "roi");
  shared.deliver(10);
  const both = await Promise.all([loop(stream), loop(stream)]);
  assert.deepEqual(both.flat().toSorted((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("whatever is delivered, taken, killed and reloaded: each frame once, in order, or counted as missed", async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant("deliver" as const), count: fc.nat(9) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("loop" as const), take: fc.nat(7), endless: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("new worker" as const) }) },
  );
  const limits = fc.record({ kept: fc.integer({ min: 1, max: 20 }), batch: fc.integer({ min: 1, max: 6 }) });
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    limits,
    fc.nat(5),
    async (steps, limit, before) => {
      const shared = new SharedServices(limit);
      shared.deliver(before);
      let { stream } = connect(shared, "roi");
      let delivered = before;
      /** Up to here a frame may have been pushed out when the plugin came to ask. */
      let lost = before;
      const handed: number[] = [];
      for (const one of [...steps, { type: "loop", take: 0, endless: true } as const]) {
        if (one.type === "deliver") {
          shared.deliver(one.count);
          delivered += one.count;
        } else if (one.type === "new worker") {
          ({ stream } = connect(shared, "roi"));
        } else {
          lost = Math.max(lost, delivered - limit.kept);
          handed.push(...await loop(stream, one.endless ? Infinity : one.take));
        }
      }
      // What the last worker had in its buffer may have ended the loop before: now nothing may be left.
      handed.push(...await loop(stream));
      assert.deepEqual(handed, [...new Set(handed)].toSorted((a, b) => a - b), "each once, oldest first");
      assert.ok(handed.every((number) => number > before && number <= delivered));
      const missing = Array.from({ length: delivered - before }, (_, index) => before + 1 + index)
        .filter((number) => !handed.includes(number));
      assert.ok(missing.every((number) => number <= lost), `lost without need: ${missing}`);
      assert.equal(shared.counters.get("frames missed") ?? 0, missing.length);
      assert.equal(shared.log.lines.length, missing.length > 0 ? 1 : 0, "said once");
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
