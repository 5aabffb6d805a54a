/** Numbers by chance that a seed repeats (mulberry32). */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From 0 to below `end`. */
  integer(end: number): number {
    return Math.floor(this.share() * end);
  }
}

/** PEWATCH_SEED, which repeats a run; another number each time without it. */
export function usualSeed(): number {
  return Number(Deno.env.get("PEWATCH_SEED") ?? Date.now() % 1_000_000);
}
