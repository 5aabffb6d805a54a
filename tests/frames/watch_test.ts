import assert from "node:assert/strict";
import { Watch } from "../../src/frames/prepare/watch.ts";

/** A clock that the test sets, milliseconds. */
function makeClock() {
  const clock = { wall: 1_000_000, monotonic: 0, now_ms: () => clock.wall, monotonic_ms: () => clock.monotonic };
  return clock;
}

Deno.test("a file that is seen for the first time is as old as its time says", () => {
  const watch = new Watch(makeClock());
  assert.equal(watch.unchanged_s("a", { size: 1, modified_ms: 995_000 }), 5);
});

Deno.test("a file from the future ages by the monotonic clock", () => {
  const clock = makeClock();
  const watch = new Watch(clock);
  const facts = { size: 1, modified_ms: 9_000_000 };
  assert.equal(watch.unchanged_s("a", facts), 0);
  clock.wall -= 3_600_000;
  clock.monotonic += 2000;
  watch.endRound();
  assert.equal(watch.unchanged_s("a", facts), 2);
});

// Fails without #setForward_ms() in watch.ts: an image that was just being written then went to quarantine, cut off.
Deno.test("a clock that is set forward makes no file old, also where it had been set back before", () => {
  for (const setBack_ms of [0, 3_600_000]) {
    const clock = makeClock();
    const watch = new Watch(clock);
    clock.wall -= setBack_ms;
    watch.endRound();
    const modified_ms = clock.wall;
    clock.wall += 3_600_000;
    assert.equal(watch.unchanged_s("a", { size: 1, modified_ms }), 0);
    clock.monotonic += 2000;
    clock.wall += 2000;
    assert.equal(watch.unchanged_s("a", { size: 1, modified_ms }), 2);
  }
});

Deno.test("a file that changes is new again, whatever its time says", () => {
  const clock = makeClock();
  const watch = new Watch(clock);
  watch.unchanged_s("a", { size: 1, modified_ms: 0 });
  assert.equal(watch.unchanged_s("a", { size: 2, modified_ms: 0 }), 0);
});

Deno.test("files that nobody asks for any more are forgotten", () => {
  const watch = new Watch(makeClock());
  for (let count = 0; count < 100; count++) watch.unchanged_s(`${count}`, { size: 1, modified_ms: 0 });
  watch.endRound();
  watch.unchanged_s("5", { size: 1, modified_ms: 0 });
  watch.endRound();
  assert.equal(watch.size, 1);
});
