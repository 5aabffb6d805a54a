import assert from "node:assert/strict";
import { Heartbeat } from "../../src/time/heartbeat.ts";
import type { Clock } from "../../src/time/clock.ts";

/** A clock that stands until a test lets it go. */
class TestClock implements Clock {
  time_ms = 1000;
  #timers: { at_ms: number; wake: () => void }[] = [];

  now_ms(): number {
    return this.time_ms;
  }

  after(delay_ms: number, wake: () => void): () => void {
    const timer = { at_ms: this.time_ms + delay_ms, wake };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Goes on by so much; a timer that is due wakes `late_ms` after it was. */
  go(by_ms: number, late_ms = 0): void {
    const end_ms = this.time_ms + by_ms;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at_ms - b.at_ms)[0];
      if (next === undefined || next.at_ms + late_ms > end_ms) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.time_ms = Math.max(this.time_ms, next.at_ms + late_ms);
      next.wake();
    }
    this.time_ms = end_ms;
  }
}

/** One that beats by a clock of the test. */
function beating(clock: TestClock, beat: (missed: number) => void, period_ms = 100): Heartbeat {
  const heart = new Heartbeat({ period_ms, clock, beat });
  heart.start();
  return heart;
}

Deno.test("Heartbeat beats at once and then at each period", () => {
  const clock = new TestClock();
  const beats: number[] = [];
  beating(clock, () => beats.push(clock.time_ms - 1000));
  assert.deepEqual(beats, []);
  clock.go(350);
  assert.deepEqual(beats, [0, 100, 200, 300]);
});

Deno.test("Heartbeat does not drift where every timer wakes late", () => {
  const clock = new TestClock();
  let beats = 0;
  beating(clock, () => beats++, 1000 / 3);
  clock.go(1_000_000 + 20, 15);
  assert.equal(beats, 3001);
});

Deno.test("Heartbeat leaves missed beats out and counts them", () => {
  const clock = new TestClock();
  const missed: number[] = [];
  beating(clock, (left) => missed.push(left));
  clock.go(0);
  clock.time_ms += 470; // the thread is held up
  clock.go(130);
  assert.deepEqual(missed, [0, 3, 0, 0]);
});

Deno.test("Heartbeat goes on after a beat that threw", () => {
  const clock = new TestClock();
  let beats = 0;
  beating(clock, () => {
    beats++;
    throw new Error("on purpose");
  });
  assert.throws(() => clock.go(10));
  assert.throws(() => clock.go(100));
  assert.equal(beats, 2);
});

Deno.test("stop() leaves no timer behind", () => {
  const clock = new TestClock();
  const heart = beating(clock, () => {});
  clock.go(250);
  heart.stop();
  assert.equal(clock.waiting, 0);
});

Deno.test("Heartbeat refuses a period that is not above 0", () => {
  assert.throws(() => new Heartbeat({ period_ms: 0, beat: () => {} }), RangeError);
});
