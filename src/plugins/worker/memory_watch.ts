/** Notices inside of a worker that its memory ran out, where V8 does not report it. */
import { getHeapStatistics } from "node:v8";

/** Between two looks while a call of the plugin is in progress. One costs microseconds. */
const LOOK_MS = 250;
/** Buffers count until they are collected: so many looks in a row separate those that are kept from those just dropped. */
const BUFFER_LOOKS_MAX = 6;
const MIB = 2 ** 20;

// Kept from plugins that put their own in place of these.
const { setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;

export interface MemoryWatchOptions {
  readonly limit_mib: number;
  /** Called once, with the reason, when the worker has to be ended. */
  onExhausted(reason: string): void;
  /** At each look of the timer: the thread is not stuck. */
  onLook?(): void;
}

export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #heapLimit = getHeapStatistics().heap_size_limit;
  #timer: ReturnType<typeof setInterval> | undefined;
  #starting: ReturnType<typeof setImmediate> | undefined;
  #looksOver = 0;
  #reported = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** A call begins. */
  begin(): void {
    this.#options.onLook?.();
    // A call that awaits no event needs no timer: also one that is cleared wakes the thread when its time comes.
    this.#starting ??= setImmediate(() => this.#startLooking());
  }

  /** The call is over. */
  end(): void {
    clearImmediate(this.#starting);
    clearInterval(this.#timer);
    this.#starting = undefined;
    this.#timer = undefined;
    this.look();
  }

  #startLooking(): void {
    this.#timer ??= setInterval(() => {
      this.#options.onLook?.();
      this.look();
    }, LOOK_MS);
  }

  look(): void {
    const { heap_size_limit, external_memory } = getHeapStatistics();
    const { limit_mib } = this.#options;
    // At the limit Deno cuts off whatever runs and raises the limit to get so far. Where that hits the plugin behind an
    // await, its promise is never settled, there is no event, and the worker goes on: the raised limit is the only trace.
    if (heap_size_limit > this.#heapLimit) {
      return this.#report(`it needs more memory than memory_limit_mib = ${limit_mib}`);
    }
    this.#looksOver = external_memory > limit_mib * MIB ? this.#looksOver + 1 : 0;
    if (this.#looksOver <= BUFFER_LOOKS_MAX) return;
    const kept_mib = Math.round(external_memory / MIB);
    this.#report(`it keeps ${kept_mib} MiB in buffers, more than memory_limit_mib = ${limit_mib}`);
  }

  #report(reason: string): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#options.onExhausted(reason);
  }
}
