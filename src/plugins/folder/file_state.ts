/** What is seen of a file without reading it, and since when it has been so. */
import type { FileStat } from "../../files/listing.ts";

/** Size and time as one text: what differs has changed. */
export type FileState = string;

export const MISSING: FileState = "missing";

export function stateOf(facts: FileStat): FileState {
  return `${facts.size} bytes at ${facts.modified_ms}`;
}

export function statOf(info: Deno.FileInfo): FileStat {
  return { size: info.size, modified_ms: info.mtime?.getTime() ?? 0 };
}

export interface Clock {
  now_ms(): number;
  monotonic_ms(): number;
}

interface Seen {
  readonly state: FileState;
  readonly since_ms: number;
}

/**
 * Finds the files that have kept size and time for the settle time while they were looked at. A file's own time is not
 * enough: programs that copy set the time of the original, and some do so before the last byte is written.
 * That a file is missing has to settle too: editors take the old file away for a moment before the new one comes.
 */
export class Settling {
  readonly #settle_ms: number;
  readonly #clock: Clock;
  #seen = new Map<string, Seen>();

  constructor(settle_s: number, clock: Clock) {
    this.#settle_ms = settle_s * 1000;
    this.#clock = clock;
  }

  /**
   * Takes what a round of looking has found, and forgets all other files.
   * @param trustTimes the files' own times, where these count
   * @returns the files that have settled
   */
  look(round: ReadonlyMap<string, FileState>, trustTimes: ReadonlyMap<string, number> | null): Set<string> {
    const now = this.#clock.monotonic_ms();
    const seen = new Map<string, Seen>();
    const settled = new Set<string>();
    for (const [path, state] of round) {
      const before = this.#seen.get(path);
      const modified_ms = trustTimes?.get(path);
      const age_ms = modified_ms === undefined ? 0 : Math.max(0, this.#clock.now_ms() - modified_ms);
      const since_ms = before?.state === state ? before.since_ms : now - age_ms;
      seen.set(path, { state, since_ms });
      if (now - since_ms >= this.#settle_ms) settled.add(path);
    }
    this.#seen = seen;
    return settled;
  }

  /** Begins to watch a file before the next round. */
  begin(path: string, state: FileState): void {
    this.#seen.set(path, { state, since_ms: this.#clock.monotonic_ms() });
  }
}
