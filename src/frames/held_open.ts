/** Counts the frames that wait since another program holds one of their files open, and says which and since when. */
import { fileOf, messageOf, reasonOf } from "../files/errors.ts";
import type { Reporter } from "./events.ts";

/** A scanner's or a viewer's look passes unsaid. */
const SAID_AFTER_MS = 5000;

interface HeldFrame {
  readonly frame: string;
  readonly since: Date;
  /** On the monotonic clock. */
  readonly since_ms: number;
  /** The file's name and the system's words. */
  readonly what: string;
  round: number;
}

/** One of each stage. Only waiting frames are remembered: what was not added in a round is forgotten. */
export class HeldOpen {
  readonly #stage: string;
  readonly #clock: { now(): Date; monotonic_ms(): number };
  readonly #frames = new Map<string, HeldFrame>();
  #round = 0;

  constructor(stage: string, clock = { now: () => new Date(), monotonic_ms: () => performance.now() }) {
    this.#stage = stage;
    this.#clock = clock;
  }

  get count(): number {
    return this.#frames.size;
  }

  /** @param key distinguishes frames of one name */
  add(key: string, held: { frame: string; error: unknown }): void {
    const known = this.#frames.get(key);
    if (known !== undefined) {
      known.round = this.#round;
      return;
    }
    const file = fileOf(held.error);
    this.#frames.set(key, {
      frame: held.frame,
      since: this.#clock.now(),
      since_ms: this.#clock.monotonic_ms(),
      what: file === null ? messageOf(held.error) : `${file}: ${reasonOf(held.error)}`,
      round: this.#round,
    });
  }

  /** Ends a round of tries, and reports those that have waited for some time. */
  endRound(reporter: Reporter): void {
    for (const [key, held] of this.#frames) if (held.round !== this.#round) this.#frames.delete(key);
    this.#round++;
    const said_ms = this.#clock.monotonic_ms() - SAID_AFTER_MS;
    const waiting = [...this.#frames.values()].filter(({ since_ms }) => since_ms <= said_ms);
    reporter.condition({ key: `held open, ${this.#stage}`, message: waiting[0] === undefined ? null : text(waiting) });
  }
}

/** The same words as long as the same frames wait: what changes is reported anew. */
function text(waiting: readonly HeldFrame[]): string {
  const { frame, since, what } = waiting[0]!;
  const count = waiting.length;
  const frames = count === 1 ? `${frame} waits` : `${count} frames wait, the longest ${frame}`;
  return `${frames}: another program holds a file open since ${since.toISOString()} (${what}); retrying at each tick`;
}
