/** Programs outside that read the ledger under a name: their cursors stand beside those of plugins. */
import type { Cursors } from "../ledger/cursors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { isDelivered, type LedgerLine } from "../ledger/line.ts";

/** No plugin's name has a colon, so that no client can move the cursor of one. */
const PREFIX = "http:";

/** Where a client goes on. */
export interface LedgerPlace {
  readonly folder: string;
  /** The ledger's own id; null before its first line. */
  readonly ledger: string | null;
  /** Sequence number of the last line on the disk. */
  readonly newest: number;
  /** Of the consumer that was asked for; null where no consumer has this name. */
  readonly cursor: number | null;
}

/** What a consumer has processed; a name that is new begins there. */
export type DoneUpTo = "newest" | "oldest" | { readonly sequence: number };

export class ClientConsumers {
  readonly #ledger: Ledger;
  readonly #cursors: Cursors;
  readonly #readers = new Map<string, ReturnType<Ledger["reader"]>>();

  constructor(ledger: Ledger, cursors: Cursors) {
    this.#ledger = ledger;
    this.#cursors = cursors;
  }

  /** @param consumer null for a client without a name */
  place(consumer: string | null): LedgerPlace {
    const { folder, id, newest } = this.#ledger;
    const cursor = consumer === null ? undefined : this.#cursors.get(PREFIX + consumer);
    return { folder, ledger: id, newest, cursor: cursor?.sequence ?? null };
  }

  /**
   * A known consumer moves on where a line is given; it never goes back.
   * @returns the last line that it has processed
   * @throws RangeError where the line is not written yet
   */
  async acknowledge(consumer: string, upTo: DoneUpTo): Promise<number> {
    const { newest, delivered } = this.#ledger;
    const name = PREFIX + consumer;
    if (typeof upTo === "string") {
      const at = upTo === "oldest" ? { sequence: 0, number: 0 } : { sequence: newest, number: delivered };
      return (await this.#cursors.begin(name, at)).sequence;
    }
    const { sequence } = upTo;
    if (sequence > newest) {
      throw new RangeError(`line ${sequence} is not written yet; the newest is ${newest}. Is this the same ledger?`);
    }
    const at = { sequence, number: await this.#numberUpTo(name, sequence) };
    await this.#cursors.begin(name, at);
    this.#cursors.move(name, at);
    return this.#cursors.get(name)!.sequence;
  }

  /** The number of the last delivered frame up to a line; older lines are read on from the last acknowledgement. */
  async #numberUpTo(name: string, sequence: number): Promise<number> {
    const { newest, delivered, recent } = this.#ledger;
    if (sequence >= newest) return delivered;
    const before = this.#cursors.get(name);
    if (before !== undefined && sequence <= before.sequence) return before.number;
    let number = before?.number ?? 0;
    if ((recent[0]?.sequence ?? Infinity) <= sequence) {
      const line = recent.findLast((one) => one.sequence <= sequence && isDelivered(one));
      return Math.max(number, numberOf(line));
    }
    const reader = this.#readers.get(name) ?? this.#ledger.reader();
    this.#readers.set(name, reader);
    for (let after = before?.sequence ?? Math.max(0, sequence - LOOK_BACK); after < sequence;) {
      const read = await reader.read(after, sequence);
      number = Math.max(number, numberOf(read.lines.findLast(isDelivered)));
      after = read.lines.at(-1)?.sequence ?? read.upTo;
    }
    return number;
  }
}

/** Lines, of which some are of delivered frames. */
const LOOK_BACK = 1000;

function numberOf(line: LedgerLine | undefined): number {
  return line !== undefined && isDelivered(line) ? line.number : 0;
}
