/** Reads where the ledger ends, and repairs what a kill or a power cut has left of its last line. */
import { removeFile } from "../files/durable.ts";
import { ChainCheck, linesOf, type Link } from "./chain.ts";
import { LedgerDamageError } from "./error.ts";
import { hashOfLine, isDelivered, type LedgerLine, parseLine } from "./line.ts";
import {
  type ChainStart,
  cutSegment,
  ledgerOf,
  linesIn,
  listSegments,
  readChainStart,
  readSegment,
  type Segment,
} from "./segments.ts";

export interface LedgerEnd {
  /** The one to go on with; null where a new one is begun. */
  readonly segment: Segment | null;
  /** Its bytes. */
  readonly size: number;
  /** The last line; null in a new ledger. */
  readonly last: Link | null;
  /** Of the ledger; null in a new one. */
  readonly ledger: string | null;
  /** Of the last delivered frame. */
  readonly number: number;
  /** The last lines, oldest first. */
  readonly recent: readonly LedgerLine[];
  /** Bytes of an unfinished last line that were removed. */
  readonly torn: number;
}

/**
 * @param options.recent how many of the last lines are parsed
 * @throws LedgerDamageError, or the system's error
 */
export function recoverEnd(folder: string, options: { recent: number }): LedgerEnd {
  const segments = listSegments(folder);
  const start = readChainStart(folder);
  let torn = 0;
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index]!;
    const bytes = readSegment(segment);
    const found = checkEnd(segment, bytes, linkBefore(segments[index - 1], start));
    if (found.size < bytes.length) {
      torn += bytes.length - found.size;
      cutSegment({ path: segment.path, size: found.size });
    }
    // A stop came between the making of a segment and its first line.
    if (found.size === 0) removeFile(segment.path);
    else return { ...endOf(segments.slice(0, index + 1), { ...found, start, recent: options.recent }), torn };
  }
  const last = start?.removed ?? null;
  return { segment: null, size: 0, last, ledger: start?.ledger ?? null, number: 0, recent: [], torn };
}

interface CheckedEnd {
  readonly size: number;
  readonly lines: readonly Uint8Array[];
  readonly last: Link | null;
}

/** @throws LedgerDamageError where lines of the ledger stand behind what is damaged */
function checkEnd(segment: Segment, bytes: Uint8Array, before: Link | null): CheckedEnd {
  const check = new ChainCheck(before);
  const lines: Uint8Array[] = [];
  let damage: { line: number; problem: string } | null = null;
  let size = 0;
  let number = 0;
  let last: Link | null = null;
  for (const line of linesOf(bytes)) {
    number++;
    const text = line.ended ? parseLine(line.bytes) : null;
    const found = check.next(line.bytes);
    // What is not a ledger line may be the rest of a write that was cut off, if nothing follows.
    if (text === null) damage ??= { line: number, problem: "it is not a ledger line" };
    else if (damage !== null) throw new LedgerDamageError({ segment: segment.name, ...damage });
    else if (found !== null) {
      const at = found.of === "this" ? number : number - 1;
      throw new LedgerDamageError({ segment: segment.name, line: at, problem: found.problem });
    } else {
      lines.push(line.bytes);
      size = line.start + line.bytes.length + 1;
      last = check.before;
    }
  }
  return { size, lines, last };
}

/** The last line of the segment before, or of those that were removed; null where there is none, or it cannot be read. */
function linkBefore(segment: Segment | undefined, start: ChainStart | null): Link | null {
  if (segment === undefined) return start?.removed ?? null;
  const last = linesIn(segment).at(-1);
  const line = last?.ended === true ? parseLine(last.bytes) : null;
  return line === null ? null : { sequence: line.sequence, hash: hashOfLine(last!.bytes) };
}

function endOf(
  segments: readonly Segment[],
  found: CheckedEnd & { start: ChainStart | null; recent: number },
): Omit<LedgerEnd, "torn"> {
  const segment = segments.at(-1)!;
  const recent = found.lines.slice(-found.recent).map((bytes) => parseLine(bytes)!);
  for (const earlier of segments.slice(0, -1).reverse()) {
    if (recent.length >= found.recent) break;
    const lines = linesIn(earlier).slice(recent.length - found.recent);
    recent.unshift(...lines.flatMap(({ bytes }) => parseLine(bytes) ?? []));
  }
  const chain = recent.findLast((line) => line.type === "chain");
  return {
    segment,
    size: found.size,
    last: found.last,
    ledger: found.start?.ledger ?? chain?.ledger ?? ledgerOf(segments),
    number: recent.findLast(isDelivered)?.number ?? lastNumber(segments),
    recent,
  };
}

/** Where the recent lines are of no delivered frame: thousands of darks in a row. */
function lastNumber(segments: readonly Segment[]): number {
  for (const segment of segments.toReversed()) {
    for (const { bytes } of linesIn(segment).reverse()) {
      const line = parseLine(bytes);
      if (line !== null && isDelivered(line)) return line.number;
    }
  }
  return 0;
}
