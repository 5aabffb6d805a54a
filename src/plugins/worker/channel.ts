/** A worker's channel to the main thread: posts messages and asks questions, up to a limit. */
import type { Questions, ReplyTo, WorkerMessage } from "../messages.ts";

/**
 * Between two calls of `begin`: one firing and the time up to the next. The main thread takes some 10 µs for each message;
 * more would delay the ticks. A stage that delivers a frame each millisecond posts half as many in a firing of 5 s.
 */
const MESSAGES_MAX = 10_000;

const OF_FRAMES: readonly WorkerMessage["type"][] = ["frames_taken", "frame_begun", "frame_failed"];

export class Channel {
  readonly #send: (message: WorkerMessage) => void;
  readonly #messagesMax: number;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #nextId = 1;
  #count = 0;

  constructor(send: (message: WorkerMessage) => void, messagesMax = MESSAGES_MAX) {
    this.#send = send;
    this.#messagesMax = messagesMax;
  }

  begin(): void {
    this.#count = 0;
  }

  /** How many messages over the limit were dropped since `begin`. */
  get dropped(): number {
    return Math.max(0, this.#count - this.#messagesMax);
  }

  /** @returns false where the message was dropped */
  post(message: WorkerMessage): boolean {
    // Not counted: there are no more of them than frames, and a frame whose message is lost would be handed out again.
    const isSent = OF_FRAMES.includes(message.type) || ++this.#count <= this.#messagesMax;
    if (isSent) this.#send(message);
    return isSent;
  }

  /** @throws {RangeError} (as a rejection) over the limit */
  ask<What extends keyof Questions>(what: What, question: Questions[What]["question"]): Promise<ReplyTo<What>> {
    if (++this.#count > this.#messagesMax) {
      return Promise.reject(new RangeError(`Cannot ask for more: over ${this.#messagesMax} times in one firing`));
    }
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (value: unknown) => void);
      // The union's members are made of just these two, which the compiler does not see through the generic.
      this.#send({ type: "ask", id, question: { what, ...question } as never });
    });
  }

  reply(id: number, value: unknown): void {
    this.#waiting.get(id)?.(value);
    this.#waiting.delete(id);
  }
}
