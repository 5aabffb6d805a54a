/** The time limit of one call of a plugin. */
import type { Clock } from "../../time/clock.ts";

export interface CallWatchOptions {
  readonly clock: Clock;
  readonly limit_ms: number;
  /** The time is up. */
  onLimit(): void;
  /** There is progress again. */
  onMoving?(): void;
}

/** Runs from its construction to its disposal. */
export class CallWatch implements Disposable {
  readonly #options: CallWatchOptions;
  #since_ms: number;
  #over = false;
  #cancel: (() => void) | null = null;

  constructor(options: CallWatchOptions) {
    this.#options = options;
    this.#since_ms = options.clock.now_ms();
    this.#set(options.limit_ms);
  }

  /** The time starts anew. */
  progress(): void {
    this.#since_ms = this.#options.clock.now_ms();
    if (!this.#over) return; // the timer sees by itself how long it has to go on
    this.#over = false;
    this.#options.onMoving?.();
    this.#set(this.#options.limit_ms);
  }

  /** The call has finished. */
  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#over) this.#options.onMoving?.();
    this.#over = false;
  }

  #set(delay_ms: number): void {
    this.#cancel = this.#options.clock.after(delay_ms, () => this.#wake());
  }

  #wake(): void {
    const { clock, limit_ms } = this.#options;
    const left_ms = limit_ms - (clock.now_ms() - this.#since_ms);
    if (left_ms > 0) return this.#set(left_ms);
    this.#over = true;
    this.#options.onLimit();
  }
}
