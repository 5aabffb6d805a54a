/** When what failed is retried: at once, then ever later, so that minutes pass before somebody gives up. */

/** A seam: tests put a clock of their own here. */
export const retryClock = { now_ms: (): number => performance.now() };

/** From one try to the next. A program that holds a file for a moment costs one tick; a share that is away has minutes. */
const PAUSES_MS = [0, 2_000, 10_000, 30_000, 60_000, 120_000] as const;
/** So many tries, with their pauses three and a half minutes, are enough to give up. */
export const TRIES_MAX = PAUSES_MS.length;

interface Failed {
  readonly count: number;
  readonly next_ms: number;
}

/** What fails, by a key of its owner's; as many entries as there are things that wait. */
export class Retries {
  readonly #failed = new Map<string, Failed>();

  isDue(key: string): boolean {
    return retryClock.now_ms() >= (this.#failed.get(key)?.next_ms ?? -Infinity);
  }

  /** How often it has failed. */
  count(key: string): number {
    return this.#failed.get(key)?.count ?? 0;
  }

  /** @returns how often it has failed by now */
  fail(key: string): number {
    const count = this.count(key) + 1;
    const pause_ms = PAUSES_MS[Math.min(count, PAUSES_MS.length) - 1]!;
    this.#failed.set(key, { count, next_ms: retryClock.now_ms() + pause_ms });
    return count;
  }

  /** Somebody has mended something: nothing waits for its time any more. */
  hurry(): void {
    for (const [key, { count }] of this.#failed) this.#failed.set(key, { count, next_ms: -Infinity });
  }

  forget(key: string): void {
    this.#failed.delete(key);
  }
}
