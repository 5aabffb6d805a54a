/** The lines of a group of entries, as they would follow the last line; nothing is written or remembered here. */
import type { Link } from "./chain.ts";
import {
  CHAIN_START,
  type ChainEntry,
  encodeLine,
  hashOfLine,
  type LedgerEntry,
  type LedgerLine,
  NOTES_MAX,
  type Receipt,
} from "./line.ts";
import { keyOf } from "./memory.ts";

export interface WrittenLine {
  readonly line: string;
  readonly parsed: LedgerLine;
}

/** Where the ledger stands. */
export interface LedgerState {
  readonly last: Link | null;
  /** A ledger without a line begins behind this number. */
  readonly floor: number;
  /** Its id; null before its first line. */
  readonly ledger: string | null;
  /** Of the last delivered frame. */
  readonly number: number;
  /** Of the new lines, ISO 8601 in UTC. */
  readonly time: string;
  /** The line that an entry's claim has already. */
  receiptOf(entry: LedgerEntry): Receipt | undefined;
}

export interface Composed {
  readonly lines: readonly WrittenLine[];
  /** One for each entry; null where it is null, which only asks whether something could be written. */
  readonly receipts: (Receipt | null)[];
  readonly number: number;
  readonly ledger: string | null;
}

/** Of one claim there is one line of each type: where it is there already, none is made. */
export function composeLines(entries: readonly (LedgerEntry | null)[], end: LedgerState): Composed {
  const lines: WrittenLine[] = [];
  let { last, number, ledger } = end;
  const add = (entry: LedgerEntry | ChainEntry, count: number | null): number => {
    const sequence = (last?.sequence ?? end.floor) + 1;
    const line = encodeLine({ sequence, previous: last?.hash ?? CHAIN_START, time: end.time }, entry, count);
    lines.push({ line, parsed: JSON.parse(line) as LedgerLine });
    last = { sequence, hash: hashOfLine(line) };
    return sequence;
  };
  const inGroup = new Map<string, Receipt>();
  const receipts = entries.map((entry): Receipt | null => {
    if (entry === null) return null;
    const known = end.receiptOf(entry) ?? inGroup.get(keyOf(entry));
    if (known !== undefined) return { ...known, known: true };
    if (last === null) {
      ledger ??= crypto.randomUUID();
      add({ type: "chain", ledger, follows: afterRemoval(end.floor) }, null);
    }
    const isFrame = entry.type === "delivered" || entry.type === "dark_archived";
    const count = isFrame ? ++number : null;
    const receipt = { sequence: add(bounded(entry), count), number: count, known: false };
    inGroup.set(keyOf(entry), receipt);
    return receipt;
  });
  return { lines, receipts, number, ledger };
}

function afterRemoval(floor: number): ChainEntry["follows"] {
  return floor === 0 ? null : { segment: "", line: 0, problem: `the lines up to ${floor} were removed by somebody` };
}

function bounded(entry: LedgerEntry): LedgerEntry {
  if (!("notes" in entry) || entry.notes.length <= NOTES_MAX) return entry;
  const more = entry.notes.length - NOTES_MAX + 1;
  return { ...entry, notes: [...entry.notes.slice(0, NOTES_MAX - 1), `and ${more} more notes`] };
}
