/** What is remembered of the lines on the disk: the last ones whole, and of more which claims have one. */
import { isDelivered, type LedgerEntry, type LedgerLine, type Receipt } from "./line.ts";

/** Lines that are kept whole: consumers that keep up never read the disk. */
const RECENT_MAX = 1000;
/**
 * Claims whose lines are remembered, so that a delivery that is repeated after a crash gets no second line: far more
 * than can be in progress at once.
 */
export const CLAIMS_MAX = 5000;

type Key = Pick<LedgerEntry, "type" | "claim">;

export class LedgerMemory {
  readonly #claims = new Map<string, Receipt>();
  #recent: LedgerLine[] = [];

  /** The last lines, oldest first. */
  get recent(): readonly LedgerLine[] {
    return this.#recent;
  }

  /** The line that a claim has already, if it is remembered. */
  receiptOf(entry: Key): Receipt | undefined {
    return this.#claims.get(keyOf(entry));
  }

  /** Of another ledger's lines, none is kept whole any more. */
  begin(lines: readonly LedgerLine[]): void {
    this.#recent = [];
    this.add(lines);
  }

  /** Lines that are on the disk. */
  add(lines: readonly LedgerLine[]): void {
    this.#recent.push(...lines);
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
    for (const line of lines) {
      if (line.type === "chain") continue;
      const number = isDelivered(line) ? line.number : null;
      this.#claims.set(keyOf(line), { sequence: line.sequence, number, known: true });
      if (this.#claims.size > CLAIMS_MAX) this.#claims.delete(this.#claims.keys().next().value!);
    }
  }
}

/** One line of each type belongs to a claim. */
export function keyOf({ type, claim }: Key): string {
  return `${type} ${claim}`;
}
