/** Follows the chain through the lines of segments. */
import { CHAIN_START, hashOfLine, headOfLine, parseLine } from "./line.ts";

/** A line that the next one has to continue. */
export interface Link {
  readonly sequence: number;
  readonly hash: string;
}

/** What is wrong, and with which line: the one that was looked at, or the one before it. */
export interface Break {
  readonly problem: string;
  readonly of: "this" | "before";
}

export class ChainCheck {
  /** Null where it is not known, so that any line may follow. */
  before: Link | null;

  constructor(before: Link | null) {
    this.before = before;
  }

  /** Looks at the next line (without its line end), and goes on from it whatever it is. */
  next(bytes: Uint8Array): Break | null {
    const before = this.before;
    const text = decoder.decode(bytes);
    const head = headOfLine(text);
    this.before = head === null ? null : { sequence: head.sequence, hash: hashOfLine(bytes) };
    if (head === null) return { problem: "it is not a ledger line", of: "this" };
    if (head.type === "chain") return this.#start(text, before);
    if (before === null) return null;
    if (head.sequence !== before.sequence + 1) {
      return { problem: `it has the number ${head.sequence} instead of ${before.sequence + 1}`, of: "this" };
    }
    return head.previous === before.hash ? null : { problem: "it has been changed since it was written", of: "before" };
  }

  #start(text: string, before: Link | null): Break | null {
    const line = parseLine(text);
    if (line?.type !== "chain" || line.previous !== CHAIN_START) {
      return { problem: "it is not the start of a chain", of: "this" };
    }
    if (before !== null && line.sequence <= before.sequence) {
      return { problem: `it repeats the number ${line.sequence}`, of: "this" };
    }
    const isFirst = line.sequence === 1 && before === null;
    return isFirst || line.follows !== null ? null : { problem: "a new chain begins without a reason", of: "this" };
  }
}

const decoder = new TextDecoder();
const LINE_END = 10;

export interface SplitLine {
  /** Without its line end. */
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Whether its line end is there. */
  readonly ended: boolean;
}

export function* linesOf(bytes: Uint8Array): Generator<SplitLine> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_END, start);
    const ended = end >= 0;
    yield { bytes: bytes.subarray(start, ended ? end : bytes.length), start, ended };
    start = ended ? end + 1 : bytes.length;
  }
}
