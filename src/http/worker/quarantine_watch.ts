/** What lies in the quarantine: looked at while somebody watches, at most every few seconds. */
import type { QuarantinePayload } from "../payloads.ts";
import { withTimeout } from "../../time/time_limit.ts";

const PERIOD_MS = 10_000;
/** Whoever opens the page does not wait longer for an output that does not answer. */
const FIRST_MS_MAX = 1500;

export interface QuarantineWatchOptions {
  readonly list: (root: string) => Promise<readonly QuarantinePayload[]>;
  readonly onChange: (list: readonly QuarantinePayload[]) => void;
}

export class QuarantineWatch {
  readonly #options: QuarantineWatchOptions;
  #root: string | null = null;
  #retried_ms: readonly number[] = [];
  #list: readonly QuarantinePayload[] = [];
  #looked_ms = -Infinity;
  #looking: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: QuarantineWatchOptions) {
    this.#options = options;
  }

  /** While active, it is looked at by itself. */
  setActive(active: boolean): void {
    clearInterval(this.#timer);
    this.#timer = active ? setInterval(() => void this.#refresh(), PERIOD_MS) : undefined;
  }

  /** Something has changed there, or the root is another. */
  look(root: string, retried_ms: readonly number[]): void {
    this.#root = root;
    this.#retried_ms = retried_ms;
    if (this.#timer !== undefined) void this.#refresh();
    else this.#looked_ms = -Infinity;
  }

  /** Not older than the period, where the output answers in time. */
  async current(): Promise<readonly QuarantinePayload[]> {
    if (performance.now() - this.#looked_ms > PERIOD_MS) {
      await withTimeout(this.#refresh(), FIRST_MS_MAX);
    }
    return this.#list;
  }

  #refresh(): Promise<void> {
    this.#again = this.#looking !== null;
    return this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#again) void this.#refresh();
    });
  }

  async #look(): Promise<void> {
    this.#again = false;
    if (this.#root === null) return;
    try {
      const found = await this.#options.list(this.#root);
      const list = found.map((one) => {
        const since_ms = Date.parse(one.since);
        return { ...one, tries: this.#retried_ms.filter((at_ms) => at_ms > since_ms).length };
      });
      this.#looked_ms = performance.now();
      const isSame = JSON.stringify(list) === JSON.stringify(this.#list);
      this.#list = list;
      if (!isSame) this.#options.onChange(list);
    } catch {
      // an output that is away is a condition of the daemon
    }
  }
}
