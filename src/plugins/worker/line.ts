/** A worker's line to the main thread: tells, and asks; a flood is cut. */
import type { Questions, ReplyTo, Telling } from "../messages.ts";

/**
 * Between two calls of `begin`, so of a firing and the time up to the next. The main thread takes some 10 µs for each:
 * more would hold up the ticks. A firing of a stage that delivers a frame each millisecond tells half as much in 5 s.
 */
export const TELLINGS_MAX = 10_000;

export interface LineOptions {
  readonly tellingsMax?: number;
}

export class Line {
  readonly #post: (telling: Telling) => void;
  readonly #tellingsMax: number;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #next = 1;
  #told = 0;

  constructor(post: (telling: Telling) => void, { tellingsMax = TELLINGS_MAX }: LineOptions = {}) {
    this.#post = post;
    this.#tellingsMax = tellingsMax;
  }

  begin(): void {
    this.#told = 0;
  }

  /** How many tellings were left out since `begin`, since there were too many. */
  get dropped(): number {
    return Math.max(0, this.#told - this.#tellingsMax);
  }

  /** @returns false where it was left out */
  tell(telling: Telling): boolean {
    // Not counted: there are no more of them than frames, and one that is lost would be handed out again.
    const isHeard = telling.type === "frames_taken" || ++this.#told <= this.#tellingsMax;
    if (isHeard) this.#post(telling);
    return isHeard;
  }

  /** @throws {RangeError} (as a rejection) where too much was told and asked already */
  ask<What extends keyof Questions>(what: What, question: Questions[What]["question"]): Promise<ReplyTo<What>> {
    if (++this.#told > this.#tellingsMax) {
      return Promise.reject(new RangeError(`Cannot ask for more: over ${this.#tellingsMax} times in one firing`));
    }
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (value: unknown) => void);
      // The union's members are made of just these two, which the compiler does not see through the generic.
      this.#post({ type: "ask", id, question: { what, ...question } as never });
    });
  }

  reply(id: number, value: unknown): void {
    this.#waiting.get(id)?.(value);
    this.#waiting.delete(id);
  }
}
