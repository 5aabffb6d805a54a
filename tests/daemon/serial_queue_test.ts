import assert from "node:assert/strict";
import { SerialQueue } from "../../src/time/serial_queue.ts";

Deno.test("what takes turns is done one after the other, also where one of it fails", async () => {
  const turns = new SerialQueue();
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  const all = [
    turns.take(async () => {
      await first.promise;
      done.push("first");
    }),
    assert.rejects(turns.take(() => Promise.reject(new Error("second"))), /second/),
    turns.take(() => Promise.resolve(void done.push("third"))),
  ];
  first.resolve();
  await Promise.all(all);
  assert.deepEqual(done, ["first", "third"]);
});

Deno.test("what is begun too late is refused, and never done", async () => {
  const turns = new SerialQueue();
  const long = Promise.withResolvers<void>();
  const before = turns.take(() => long.promise);
  let done = false;
  const work = () => Promise.resolve(void (done = true));
  await assert.rejects(turns.takeBy(performance.now() + 5, work, () => new Error("late")), /late/);
  await assert.rejects(turns.takeBy(performance.now() - 1, work, () => new Error("late")), /late/);
  long.resolve();
  await before;
  await turns.take(() => Promise.resolve());
  assert.equal(done, false);
});

Deno.test("what is begun in time is waited for, however long it takes", async () => {
  const turns = new SerialQueue();
  const deadline_ms = performance.now() + 50;
  const work = () => new Promise<void>((resolve) => setTimeout(resolve, 80));
  await turns.takeBy(deadline_ms, work, () => new Error("late"));
  assert.ok(performance.now() > deadline_ms);
});
