/** The ledger's files: segments named by the sequence number of their first line, and the start of the chain. */
import { join } from "node:path";
import { removeFile } from "../files/durable.ts";
import { reasonOf } from "../files/errors.ts";
import { readJson, writeJson } from "../files/json_file.ts";
import { isText, oneOf, orNull, shape } from "../files/json_shape.ts";
import { filesIfThere } from "../files/listing.ts";
import { openPlain, readExisting } from "../files/plain_file.ts";
import type { Logger } from "../log/logger.ts";
import { linesOf, type SplitLine } from "./chain.ts";
import { hashOfLine, headOfLine } from "./line.ts";

export interface Segment {
  readonly name: string;
  readonly path: string;
  /** Sequence number of its first line. */
  readonly first: number;
}

const SEGMENT_NAME = /^(\d{12})\.jsonl$/;
const CHAIN_NAME = "chain.json";

/** Segments in their order; none where the folder is missing. */
export function listSegments(folder: string): Segment[] {
  return filesIfThere(folder).flatMap((name) => {
    const digits = SEGMENT_NAME.exec(name)?.[1];
    return digits === undefined ? [] : [{ name, path: join(folder, name), first: Number(digits) }];
  }).sort((a, b) => a.first - b.first);
}

export function segmentName(first: number): string {
  return `${String(first).padStart(12, "0")}.jsonl`;
}

/** What is known of segments that were removed: without it the first line that is left would prove nothing. */
export interface ChainStart {
  readonly version: 1;
  readonly ledger: string;
  /** Of the ledger's first line. */
  readonly begun: string;
  /** The last line that was removed; null as long as none was. */
  readonly removed: { readonly sequence: number; readonly hash: string; readonly time: string } | null;
}

/**
 * Null where nothing was ever removed.
 * @throws JsonFileError, or the system's error
 */
export function readChainStart(folder: string): ChainStart | null {
  const kind = { bytesMax: 65_536, what: "the start of the ledger's chain", isRight: isChainStart };
  return readJson(join(folder, CHAIN_NAME), kind);
}

function writeChainStart(folder: string, start: ChainStart, options: { fsync: boolean }): void {
  writeJson(join(folder, CHAIN_NAME), start, { ...options, indent: 1 });
}

const isChainStart = shape<ChainStart>({
  version: oneOf(1),
  ledger: isText,
  begun: isText,
  removed: orNull(
    shape<NonNullable<ChainStart["removed"]>>({ sequence: Number.isSafeInteger, hash: isText, time: isText }),
  ),
});

/** A segment that is rotated in time is far smaller; a larger file is something else. */
const SEGMENT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * All bytes of a segment.
 * @throws RangeError, or the system's error
 */
export function readSegment({ path }: Segment): Uint8Array {
  return readExisting(path, SEGMENT_BYTES_MAX);
}

/** @throws RangeError, or the system's error */
export function linesIn(segment: Segment): SplitLine[] {
  return [...linesOf(readSegment(segment))];
}

/** "" where there is none. */
export function firstLineIn(segment: Segment): string {
  const [line] = linesOf(readSegment(segment));
  return line === undefined ? "" : new TextDecoder().decode(line.bytes);
}

/** Cuts off what stands behind the lines that count. */
export function cutSegment({ path, size }: { readonly path: string; readonly size: number }): void {
  using file = openPlain(path, { write: true });
  file.truncateSync(size);
  file.syncSync();
}

/** The first number that no line of these can have, whatever is damaged in them. */
export function nextBehind(segments: readonly Segment[]): number {
  const last = segments.at(-1);
  return last === undefined ? 1 : last.first + linesIn(last).length;
}

/** The ledger's id, which the first line says, though the rest of it may be damaged; null where it does not. */
export function ledgerOf([first]: readonly Segment[]): string | null {
  return first === undefined ? null : /"ledger":"([^"]+)"/.exec(firstLineIn(first))?.[1] ?? null;
}

const DAY_MS = 86_400_000;
const REMOVAL_EACH_MS = 3_600_000;

/** Removes segments that are older than they are kept: whole ones alone, oldest first, at most once an hour. */
export class SegmentRemoval {
  readonly #folder: string;
  readonly #log: Logger;
  #next_ms = -Infinity;

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** @param of.keep_days 0 keeps all */
  run(
    { keep_days, fsync, now_ms, atOnce }: {
      readonly keep_days: number;
      readonly fsync: boolean;
      readonly now_ms: number;
      readonly atOnce: boolean;
    },
  ): void {
    if (keep_days === 0 || (!atOnce && now_ms < this.#next_ms)) return;
    this.#next_ms = now_ms + REMOVAL_EACH_MS;
    try {
      removeOldSegments(this.#folder, { before_ms: now_ms - keep_days * DAY_MS, fsync });
    } catch (error) {
      this.#log.warn(`ledger: old segments cannot be removed: ${reasonOf(error)}; retrying in an hour`);
    }
  }
}

/** The chain's start first: a stop in between leaves segments that it speaks of, which go with the next removal. */
function removeOldSegments(folder: string, options: { before_ms: number; fsync: boolean }): void {
  const segments = listSegments(folder);
  const start = readChainStart(folder);
  const old: Segment[] = [];
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (next === undefined) break;
    const ended = headOfLine(firstLineIn(next))?.time;
    if (ended === undefined || Date.parse(ended) >= options.before_ms) break;
    old.push(segment);
  }
  const last = old.at(-1);
  if (last === undefined) return;
  const { bytes } = linesIn(last).at(-1)!;
  const head = headOfLine(new TextDecoder().decode(bytes));
  const begun = headOfLine(firstLineIn(segments[0]!))?.time ?? "";
  const first = start ?? { version: 1 as const, ledger: ledgerOf(segments) ?? "", begun };
  if (head !== null) {
    const removed = { sequence: head.sequence, hash: hashOfLine(bytes), time: head.time };
    writeChainStart(folder, { ...first, removed }, options);
  }
  for (const { path } of old) removeFile(path);
}
