/**
 * Whoever wants to know of each change; one that throws stops neither the others nor the daemon. A file of its own:
 * shared by frames, settings and the daemon.
 */
import { messageOf } from "../files/errors.ts";
import type { Logger } from "../log/logger.ts";

export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #options: { readonly of: string; readonly log: Logger };

  /** @param options.of what they listen to, "frames" */
  constructor(options: { readonly of: string; readonly log: Logger }) {
    this.#options = options;
  }

  /** @returns what removes it */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  report(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (error) {
        this.#options.log.error(`a listener of ${this.#options.of} failed: ${messageOf(error)}`);
      }
    }
  }
}
