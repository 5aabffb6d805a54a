/** Confirmations of delivered sets, from the daemon's side: each is carried out by the last stage, one after the other. */
import type { ConfirmProgress } from "../frames/events.ts";
import type { ConfirmOrder } from "../frames/stage.ts";

/** A firing takes 2 s at most where frames flow. */
const ANSWER_MS_MAX = 20_000;

export class Confirmations {
  readonly #names: () => readonly string[];
  #nextId = 1;
  #current: { readonly order: ConfirmOrder; readonly done: PromiseWithResolvers<ConfirmProgress> } | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param names the consumers of `[deliver] confirm`, asked at each confirmation */
  constructor(names: () => readonly string[]) {
    this.#names = names;
  }

  get order(): ConfirmOrder | undefined {
    return this.#current?.order;
  }

  /** @throws where no such consumer is named, or the stage does not answer in time */
  async request(consumer: string, sums: readonly string[]): Promise<ConfirmProgress> {
    const names = this.#names();
    if (!names.includes(consumer)) {
      const known = names.length === 0 ? "none" : names.join(", ");
      throw new Error(`[deliver] confirm does not name ${consumer}; it names ${known}`);
    }
    const run = this.#queue.then(() => this.#request(consumer, sums));
    this.#queue = run.catch(() => {});
    return await run;
  }

  progress(progress: ConfirmProgress): void {
    if (this.#current?.order.id === progress.id) this.#current.done.resolve(progress);
  }

  async #request(consumer: string, sums: readonly string[]): Promise<ConfirmProgress> {
    const done = Promise.withResolvers<ConfirmProgress>();
    this.#current = { order: { id: this.#nextId++, consumer, sums }, done };
    const late = () => done.reject(new Error(`the delivery has not answered for ${ANSWER_MS_MAX / 1000} s; try again`));
    const timer = setTimeout(late, ANSWER_MS_MAX);
    try {
      return await done.promise;
    } finally {
      clearTimeout(timer);
      this.#current = null;
    }
  }
}
