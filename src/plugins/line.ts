/** A worker's line to the main thread: tells, and asks. */
import type { Questions, ReplyTo, Telling } from "./messages.ts";

export class Line {
  readonly #post: (telling: Telling) => void;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #next = 1;

  constructor(post: (telling: Telling) => void) {
    this.#post = post;
  }

  tell(telling: Telling): void {
    this.#post(telling);
  }

  ask<What extends keyof Questions>(what: What, question: Questions[What]["question"]): Promise<ReplyTo<What>> {
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
