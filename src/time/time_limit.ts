/** Waits for what may never come back, as a call to a network share that is away, for so long and no longer. */

export const TIMED_OUT = Symbol("late");

/** What came of it, or TIMED_OUT where it has not finished by then; it goes on. */
export async function withTimeout<Value>(what: Promise<Value>, limit_ms: number): Promise<Value | typeof TIMED_OUT> {
  const { promise: late, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => resolve(TIMED_OUT), Math.max(0, limit_ms));
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** It did not come back in time; it goes on in the background. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

/** Each call that hangs holds one of the runtime's threads: with more of them its other file work would stand still. */
const HANGING_MAX = 8;

export class TimeLimit {
  #hanging = 0;

  /** @throws {TimeLimitError} where it takes longer; what comes of it then is dropped */
  async run<Value>(work: () => Promise<Value>, limit_ms: number): Promise<Value> {
    if (this.#hanging >= HANGING_MAX) throw new TimeLimitError(`${this.#hanging} folders do not respond`);
    this.#hanging++;
    const result = work().finally(() => this.#hanging--);
    result.catch(() => {}); // nobody may be waiting any more
    const value = await withTimeout(result, limit_ms);
    if (value === TIMED_OUT) throw new TimeLimitError(`it did not answer within ${(limit_ms / 1000).toFixed(1)} s`);
    return value;
  }
}
