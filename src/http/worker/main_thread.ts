/** Asks the main thread, and waits for its answers, but not for ever: it may be busy with frames. */
import type { Asked, FromHttpWorker, Question, ReplyTo, ToHttpWorker } from "../messages.ts";

const ANSWER_MS_MAX = 3000;
/** An order waits for what it starts: a stop finishes the frames in progress. */
const ORDER_MS_MAX = 20_000;
/** More at once would only wait. */
const ASKED_MAX = 256;

/** The main thread did not answer in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export class MainThread {
  readonly #post: (message: FromHttpWorker) => void;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(post: (message: FromHttpWorker) => void) {
    this.#post = post;
  }

  /** @throws NoAnswerError; Error with the main thread's own reason */
  async ask<What extends keyof Asked>(what: What, question: Asked[What]["question"]): Promise<ReplyTo<What>> {
    if (this.#waiting.size >= ASKED_MAX) throw new NoAnswerError("pewatch is busy");
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<ReplyTo<What>>();
    this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
    const late = () => reject(new NoAnswerError("pewatch is busy and did not answer in time"));
    const timer = setTimeout(late, what === "order" ? ORDER_MS_MAX : ANSWER_MS_MAX);
    this.#post({ type: "ask", id, question: { what, ...question } as Question });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  answered({ id, value, error }: ToHttpWorker & { type: "reply" }): void {
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(value as never);
    else waiting?.reject(new Error(error));
  }
}
