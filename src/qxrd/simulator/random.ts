/** Numbers that look random and are the same for the same seed on every machine. */

/** Mixes whole numbers into one unsigned 32-bit seed; each of them changes all of it. */
export function mixSeed(...parts: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const part of parts) {
    state = Math.imul(state ^ part, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return state >>> 0;
}

/** Unsigned 32-bit numbers (mulberry32): a few operations each, good enough for detector noise. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Nearly normal, mean 0, standard deviation 1: the sum of the four bytes of one number. */
  normal(): number {
    const bits = this.next();
    const sum = (bits & 0xff) + ((bits >>> 8) & 0xff) + ((bits >>> 16) & 0xff) + (bits >>> 24);
    return (sum - 510) * BYTE_SUM_SCALE;
  }

  /** Letters, upper and lower case, as Qt's temporary names have them. */
  letters(count: number): string {
    const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return Array.from({ length: count }, () => alphabet[this.next() % alphabet.length]).join("");
  }
}

/** One byte has variance (256² - 1) / 12; four of them are summed. */
const BYTE_SUM_SCALE = 1 / Math.sqrt((4 * (256 ** 2 - 1)) / 12);
