/** Beats at a fixed period on a monotonic clock: no drift, and a beat that was missed is left out, not made up for. */

import { type Clock, SYSTEM_CLOCK } from "./clock.ts";

export interface HeartbeatOptions {
  readonly period_ms: number;
  /** One beat; `missed` says how many were left out since the last one, since the thread was held up. */
  readonly beat: (missed: number) => void;
  readonly clock?: Clock;
}

export class Heartbeat {
  readonly #period_ms: number;
  readonly #beat: (missed: number) => void;
  readonly #clock: Clock;
  #start_ms = 0;
  #last = -1;
  #cancel: (() => void) | null = null;

  constructor(options: HeartbeatOptions) {
    if (!(options.period_ms > 0)) {
      throw new RangeError(`Cannot tick every ${options.period_ms} ms: the period must be above 0`);
    }
    this.#period_ms = options.period_ms;
    this.#beat = options.beat;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  /** The first beat comes at once, though not within this call. Starting twice is once. */
  start(): void {
    if (this.#cancel !== null) return;
    this.#start_ms = this.#clock.now_ms();
    this.#last = -1;
    this.#cancel = this.#clock.after(0, () => this.#wake());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #wake(): void {
    const elapsed_ms = this.#clock.now_ms() - this.#start_ms;
    const number = Math.floor(elapsed_ms / this.#period_ms);
    // A timer may wake a hair early: then this beat is not due yet, and only the timer is set again.
    const due = number > this.#last;
    // The timer goes first, so that a beat that throws does not end the heart; each beat is counted from the start, so
    // late ones do not add up.
    const next = (due ? number : this.#last) + 1;
    this.#cancel = this.#clock.after(Math.max(0, next * this.#period_ms - elapsed_ms), () => this.#wake());
    if (!due) return;
    const missed = number - this.#last - 1;
    this.#last = number;
    this.#beat(missed);
  }
}
