/**
 * The one writer of the ledger. Lines that come while a flush is in progress go to the disk together with the next
 * one, so that a flush is shared by all frames that finish together. Numbers, chain and memory change together, and only
 * with lines that are on the disk.
 */
import { dirname, join } from "node:path";
import { syncFolderBehind } from "../files/durable.ts";
import { reasonOf } from "../files/errors.ts";
import { makeOwnFolder } from "../files/plain_file.ts";
import { removeProbes } from "../files/probe.ts";
import type { Logger } from "../log/logger.ts";
import type { Link } from "./chain.ts";
import { composeLines, type WrittenLine } from "./compose.ts";
import { LedgerError } from "./error.ts";
import {
  CHAIN_START,
  type ChainEntry,
  encodeLine,
  type FrameLedger,
  hashOfLine,
  isDelivered,
  type LedgerEntry,
  type LedgerLine,
  type Receipt,
} from "./line.ts";
import { CLAIMS_MAX, LedgerMemory } from "./memory.ts";
import { LedgerReader } from "./reader.ts";
import { recoverEnd } from "./recover.ts";
import { SegmentWriter } from "./segment_writer.ts";
import { ledgerOf, listSegments, nextBehind, readChainStart, SegmentRemoval } from "./segments.ts";
import { LEDGER_FOLDER } from "../files/service_names.ts";

export interface LedgerOptions {
  readonly stateDir: string;
  readonly log: Logger;
  /** Asked at each write, since a client may change them. */
  settings(): { readonly fsync: boolean; readonly keep_days: number };
  /** Why nothing can be written; null: it can again. */
  onFault?(message: string | null): void;
  readonly now?: () => Date;
  /** A segment that has grown so large is followed by a new one. */
  readonly segmentBytes?: number;
  /** The highest sequence number that anybody has seen, for a folder that was emptied. */
  readonly seen?: number;
}

/** In one write. */
const GROUP_MAX = 1000;

interface Pending {
  /** Null: only whether something could be written is asked. */
  readonly entry: LedgerEntry | null;
  readonly since_ms: number;
  resolve(receipt: Receipt | null): void;
  reject(error: LedgerError): void;
}

export class Ledger implements FrameLedger, Disposable {
  readonly folder: string;
  readonly #options: LedgerOptions;
  readonly #file: SegmentWriter;
  readonly #listeners = new Set<(line: LedgerLine) => void>();
  readonly #memory = new LedgerMemory();
  readonly #removal: SegmentRemoval;
  #last: Link | null = null;
  #ledger: string | null = null;
  #number = 0;
  #pending: Pending[] = [];
  #working: Promise<void> | null = null;
  #fault: string | null = null;
  #closed = false;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.folder = join(options.stateDir, LEDGER_FOLDER);
    this.#file = new SegmentWriter(this.folder, options.segmentBytes);
    this.#removal = new SegmentRemoval(this.folder, options.log);
  }

  /** Sequence number of the last line on the disk; 0 before the first. */
  get newest(): number {
    return this.#last?.sequence ?? this.#floor;
  }

  /** The number of the last delivered frame. */
  get delivered(): number {
    return this.#number;
  }

  /** Reads lines that are not among the last ones any more; one for each who follows the ledger. */
  reader(): LedgerReader {
    return new LedgerReader(this.folder);
  }

  /** The last lines, oldest first. */
  get recent(): readonly LedgerLine[] {
    return this.#memory.recent;
  }

  /** Why nothing can be written, or null. */
  get fault(): string | null {
    return this.#fault;
  }

  /** The ledger's own id; null before its first line. */
  get id(): string | null {
    return this.#ledger;
  }

  /** How long the oldest line waits for the disk. */
  waiting_ms(): number {
    const since_ms = this.#pending[0]?.since_ms ?? this.#inWrite_ms;
    return since_ms === null ? 0 : performance.now() - since_ms;
  }
  #inWrite_ms: number | null = null;

  /**
   * Writes a line; comes back when it is on the disk. Of one claim there is one line of each type: where it is there
   * already, nothing is written.
   * @throws LedgerError
   */
  async append(entry: LedgerEntry): Promise<Receipt> {
    return (await this.#enqueue(entry))!;
  }

  /**
   * Whether lines can be written, as far as can be known without writing one.
   * @throws LedgerError
   */
  async check(): Promise<void> {
    if (this.#fault === null && this.#file.isOpen) return;
    await this.#enqueue(null);
  }

  /** Calls the listener for each line once it is on the disk; returns what ends that. */
  onLine(listener: (line: LedgerLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Begins a new chain behind one that is damaged, in a segment of its own. The damaged one stays as it is.
   * @returns the sequence number of its first line
   * @throws the system's error
   */
  async beginChain(follows: NonNullable<ChainEntry["follows"]>): Promise<number> {
    await this.#working;
    this.#file.close();
    makeOwnFolder(this.#options.stateDir, LEDGER_FOLDER);
    const segments = listSegments(this.folder);
    const next = Math.max(nextBehind(segments), this.newest + 1, (this.#options.seen ?? 0) + 1);
    const ledger = this.#ledger ?? readChainStart(this.folder)?.ledger ?? ledgerOf(segments) ?? crypto.randomUUID();
    this.#last = { sequence: next - 1, hash: CHAIN_START };
    this.#file.forgetLeftover();
    const time = this.#now().toISOString();
    const line = encodeLine({ sequence: next, previous: CHAIN_START, time }, { type: "chain", ledger, follows }, null);
    await this.#write([{ line, parsed: JSON.parse(line) as LedgerLine }]);
    this.#ledger = ledger;
    this.#setFault(null);
    return next;
  }

  /** After what is being written; whatever is asked for later is refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    this.#file.close();
  }

  /** The end at once, where nothing is being written. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#file.close();
  }

  #enqueue(entry: LedgerEntry | null): Promise<Receipt | null> {
    if (this.#closed) return Promise.reject(new LedgerError("the ledger is closed"));
    return new Promise((resolve, reject) => {
      this.#pending.push({ entry, since_ms: performance.now(), resolve, reject });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    // Lets those in that finish in the same turn.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group = this.#pending.splice(0, GROUP_MAX);
      this.#inWrite_ms = group[0]!.since_ms;
      try {
        await this.#ready();
        const receipts = await this.#commit(group.map(({ entry }) => entry));
        this.#setFault(null);
        group.forEach(({ resolve }, index) => resolve(receipts[index]!));
      } catch (error) {
        const reason = error instanceof LedgerError
          ? error.message
          : `the ledger ${this.folder} cannot be written: ${reasonOf(error)}`;
        this.#setFault(reason);
        for (const { reject } of group) reject(new LedgerError(reason, { cause: error }));
      }
    }
    this.#inWrite_ms = null;
    this.#working = null;
  }

  /** @throws LedgerDamageError, or the system's error */
  async #ready(): Promise<void> {
    this.#file.probeAfterFailure();
    if (this.#file.isOpen) {
      if (await this.#file.isUnchanged()) return;
      this.#file.close();
      makeOwnFolder(this.#options.stateDir, LEDGER_FOLDER);
      return this.#goOnFrom(recoverEnd(this.folder, { recent: 1 }));
    }
    this.#file.cutLeftover();
    makeOwnFolder(this.#options.stateDir, LEDGER_FOLDER);
    if (this.#last === null) {
      removeProbes(this.folder);
      if (this.#options.settings().fsync) await syncFolderBehind(dirname(this.folder));
    }
    this.#goOnFrom(recoverEnd(this.folder, { recent: CLAIMS_MAX }));
  }

  #goOnFrom(end: ReturnType<typeof recoverEnd>): void {
    const { segment, size, last, ledger, number, recent, torn } = end;
    if (last === null && this.#last !== null) {
      this.#floor = this.#last.sequence;
      this.#last = null;
      this.#options.log.warn(
        `ledger: ${this.folder} was removed by somebody; it begins anew with line ${this.#floor + 1}`,
      );
      return;
    }
    if (this.#last !== null && (last?.sequence ?? 0) < this.#last.sequence) {
      const first = (last?.sequence ?? 0) + 1;
      throw new LedgerError(
        `lines ${first} to ${this.#last.sequence} are missing in the ledger ${this.folder}; run pewatch audit --repair`,
      );
    }
    if (torn > 0) {
      this.#options.log.warn(
        `ledger: ${torn} bytes of an unfinished last line were removed; a kill or a power cut left them`,
      );
    }
    if (this.#last === null) this.#memory.begin(recent);
    const seen = this.#options.seen ?? 0;
    const isBehind = (last?.sequence ?? 0) < seen;
    this.#last = isBehind ? null : last;
    this.#floor = isBehind ? seen : 0;
    this.#ledger = isBehind ? null : ledger;
    this.#number = number;
    if (segment === null || isBehind) return;
    this.#file.continue(segment, size);
  }
  /** A new ledger's numbers begin behind it: it takes the place of one that somebody has removed. */
  #floor = 0;

  async #commit(entries: readonly (LedgerEntry | null)[]): Promise<(Receipt | null)[]> {
    const { lines, receipts, number, ledger } = composeLines(entries, {
      last: this.#last,
      floor: this.#floor,
      ledger: this.#ledger,
      number: this.#number,
      time: this.#now().toISOString(),
      receiptOf: (entry) => this.#memory.receiptOf(entry),
    });
    if (lines.length > 0) await this.#write(lines);
    this.#number = number;
    this.#ledger = ledger;
    return receipts;
  }

  async #write(lines: readonly WrittenLine[]): Promise<void> {
    const bytes = encoder.encode(lines.map(({ line }) => `${line}\n`).join(""));
    const first = lines[0]!.parsed.sequence;
    const isNew = await this.#file.write(bytes, { first, fsync: this.#options.settings().fsync });
    this.#last = { sequence: lines.at(-1)!.parsed.sequence, hash: hashOfLine(lines.at(-1)!.line) };
    this.#memory.add(lines.map(({ parsed }) => parsed));
    for (const { parsed } of lines) {
      if (isDelivered(parsed)) this.#number = parsed.number;
      for (const listener of this.#listeners) listener(parsed);
    }
    const { keep_days, fsync } = this.#options.settings();
    this.#removal.run({ keep_days, fsync, now_ms: this.#now().getTime(), atOnce: isNew });
  }

  #setFault(message: string | null): void {
    if (message === this.#fault) return;
    this.#fault = message;
    this.#options.onFault?.(message);
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

const encoder = new TextEncoder();
