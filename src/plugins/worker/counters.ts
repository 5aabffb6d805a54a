/** `context.counters` in the plugin's worker: added up here, posted now and then. */
import type { Channel } from "./channel.ts";

/** A plugin that counts under ever new names would fill the memory; the main thread keeps no more either. */
const NAMES_MAX = 100;
const NAME_LENGTH_MAX = 100;
/** During a long firing the status is never older than this. */
const FLUSH_MS = 100;

/** Lives as long as the worker; `flush` posts one sum a name. */
export class Counters {
  readonly #channel: Pick<Channel, "post">;
  readonly #sums = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(channel: Pick<Channel, "post">) {
    this.#channel = channel;
  }

  add(name: string, by = 1): void {
    const key = String(name).slice(0, NAME_LENGTH_MAX);
    const sum = (this.#sums.get(key) ?? 0) + Number(by);
    if (!Number.isFinite(sum) || (this.#sums.size >= NAMES_MAX && !this.#sums.has(key))) return;
    this.#sums.set(key, sum);
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [name, by] of this.#sums) this.#channel.post({ type: "count", name, by });
    this.#sums.clear();
  }
}
