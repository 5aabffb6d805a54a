/** Measures how long a file has not changed, also when the system's clock is wrong or set back. */
import type { FileStat } from "../../files/listing.ts";

interface Watched {
  readonly size: number;
  readonly modified_ms: number;
  /** On the monotonic clock. */
  readonly unchangedSince_ms: number;
  round: number;
}

/**
 * Remembers each waiting file's size and time. A file's age by the system's clock counts where it is believable: not
 * negative, and less what that clock was set forward meanwhile, or a frame that is being written would be taken
 * for one that nobody finishes. From then on the monotonic clock counts. Files that were not asked for in a round are forgotten, so
 * memory follows what waits.
 */
export class Watch {
  readonly #files = new Map<string, Watched>();
  readonly #clock: { now_ms(): number; monotonic_ms(): number };
  /** The system's clock less the monotonic one, at its least: when the system's was set back furthest. */
  #difference_ms = Infinity;
  /** When the folder was listed whose names are asked for, on the monotonic clock. */
  #listed_ms: number;
  #round = 0;

  constructor(clock = { now_ms: Date.now, monotonic_ms: () => performance.now() }) {
    this.#clock = clock;
    this.#listed_ms = clock.monotonic_ms();
    this.#setForward_ms();
  }

  /** Before a folder is listed. */
  beginListing(): void {
    this.#listed_ms = this.#clock.monotonic_ms();
  }

  /** Since the folder was listed, seconds: what the listing lacks may have been written in this time. */
  get sinceListing_s(): number {
    return (this.#clock.monotonic_ms() - this.#listed_ms) / 1000;
  }

  /** Seconds since the file last changed, as far as is known. */
  unchanged_s(path: string, facts: FileStat): number {
    const now = this.#clock.monotonic_ms();
    const known = this.#files.get(path);
    if (known !== undefined && known.size === facts.size && known.modified_ms === facts.modified_ms) {
      known.round = this.#round;
      return (now - known.unchangedSince_ms) / 1000;
    }
    // A file that changed under our eyes is as old as this look; one seen for the first time may be older.
    const age_ms = known === undefined ? this.#ageBySystem_ms(facts) : 0;
    this.#files.set(path, { ...facts, unchangedSince_ms: now - age_ms, round: this.#round });
    return age_ms / 1000;
  }

  #ageBySystem_ms({ modified_ms }: FileStat): number {
    return Math.max(0, this.#clock.now_ms() - modified_ms - this.#setForward_ms());
  }

  /** What the system's clock was set forward, at most, since a file can have been written. */
  #setForward_ms(): number {
    const difference_ms = this.#clock.now_ms() - this.#clock.monotonic_ms();
    this.#difference_ms = Math.min(this.#difference_ms, difference_ms);
    return difference_ms - this.#difference_ms;
  }

  /** Ends a round of questions and forgets the files that nobody asked for in it. */
  endRound(): void {
    for (const [path, watched] of this.#files) if (watched.round !== this.#round) this.#files.delete(path);
    this.#round++;
    this.#setForward_ms(); // a clock that is set back, and forward before the next new file, is seen too
  }

  get size(): number {
    return this.#files.size;
  }
}
