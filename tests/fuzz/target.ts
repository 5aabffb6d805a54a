/** What is fuzzed: how an input is made of a number, and what has to hold for it. */
import { Random } from "../faults/random.ts";

export interface Target {
  readonly name: string;
  /** Makes an input. It depends on the numbers alone, so that a case can be had again. */
  make(random: Random): Uint8Array;
  /** Opens what the check needs; in the process that may end by it. */
  open(): Checker | Promise<Checker>;
}

export interface Checker extends Disposable {
  /**
   * @returns what became of the input, in a word that is counted: "read", "refused"
   * @throws where the program did not behave
   */
  check(input: Uint8Array): string | Promise<string>;
  /** After this case the process is not to be used any more; no fault of the program's, which does the same. */
  readonly isSpent?: boolean;
}

/** The input of a case: the same for the same seed and index on every machine. */
export function inputOf(target: Target, { seed, index }: { seed: number; index: number }): Uint8Array {
  // Two odd constants of the golden ratio and of murmur: neighbouring cases have unlike numbers.
  return target.make(new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)));
}
