import assert from "node:assert/strict";
import { replaced } from "../replaced.ts";

/** The module keeps the timers that it finds when it is imported. */
async function importWatch(onInterval: () => void) {
  using _counting = replaced(globalThis, "setInterval", (real) => {
    const counting = (...timer: Parameters<typeof setInterval>) => {
      onInterval();
      return real(...timer);
    };
    return counting as typeof setInterval;
  });
  return (await import("../../src/plugins/worker/memory_watch.ts")).MemoryWatch;
}

// Fails with a timer from the beginning of each call: one that is cleared wakes the thread all the same.
Deno.test("a call that awaits no event sets no timer, one that does is watched until it is over", async () => {
  let timers = 0, looks = 0;
  const MemoryWatch = await importWatch(() => timers++);
  const watch = new MemoryWatch({ limit_mib: 4096, onExhausted: assert.fail, onLook: () => looks++ });
  const event = () => new Promise((resolve) => setTimeout(resolve, 0));
  watch.begin();
  await Promise.resolve();
  watch.end();
  await event();
  assert.equal(timers, 0);
  watch.begin();
  const before = looks;
  while (looks < before + 2) await event();
  watch.end();
  assert.equal(timers, 1);
});
