/** Tells how long a file has not changed, also when the system's clock is wrong or set back. */
import type { FileFacts } from "../files/listing.ts";

interface Watched {
  readonly size: number;
  readonly modified_ms: number;
  /** On the monotonic clock. */
  readonly unchangedSince_ms: number;
  round: number;
}

/**
 * Remembers each waiting file's size and time. A file's age by the system's clock counts where it is believable (not
 * negative); from then on the monotonic clock counts. Files that were not asked for in a round are forgotten, so
 * memory follows what waits.
 */
export class Watch {
  readonly #files = new Map<string, Watched>();
  readonly #clock: { now_ms(): number; monotonic_ms(): number };
  #round = 0;

  constructor(clock = { now_ms: Date.now, monotonic_ms: () => performance.now() }) {
    this.#clock = clock;
  }

  /** Seconds since the file last changed, as far as is known. */
  unchanged_s(path: string, facts: FileFacts): number {
    const now = this.#clock.monotonic_ms();
    const known = this.#files.get(path);
    if (known !== undefined && known.size === facts.size && known.modified_ms === facts.modified_ms) {
      known.round = this.#round;
      return (now - known.unchangedSince_ms) / 1000;
    }
    // A file that changed under our eyes is as old as this look; one seen for the first time may be older.
    const age_ms = known === undefined ? Math.max(0, this.#clock.now_ms() - facts.modified_ms) : 0;
    this.#files.set(path, { ...facts, unchangedSince_ms: now - age_ms, round: this.#round });
    return age_ms / 1000;
  }

  /** Ends a round of questions and forgets the files that nobody asked for in it. */
  endRound(): void {
    for (const [path, watched] of this.#files) if (watched.round !== this.#round) this.#files.delete(path);
    this.#round++;
  }

  get size(): number {
    return this.#files.size;
  }
}
