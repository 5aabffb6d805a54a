/**
 * Hands the delivered frames of the ledger to plugins. Of contract 2 each stream has a cursor in the ledger, which moves
 * when a frame is done; of contract 1 a plugin's place is in memory, and moves when a frame is handed out.
 */
import { join } from "node:path";
import type { Cursor, Cursors } from "../../ledger/cursors.ts";
import { type DeliveredLine, isDelivered, type LedgerLine } from "../../ledger/line.ts";
import type { ReadLines } from "../../ledger/reader.ts";
import type { PluginProgress } from "../../frames/stage.ts";
import type { DeliveredFrameData, FrameBatch, FramesQuestion } from "../messages.ts";

/** What the feed needs of a ledger. */
export interface LineSource {
  /** Sequence number of the last line, and the number of the last delivered frame. */
  readonly newest: number;
  readonly delivered: number;
  /** The last lines, oldest first. */
  readonly recent: readonly LedgerLine[];
  /** Something that reads older ones, one after the other. */
  reader(): { read(after: number, upTo: number): Promise<ReadLines> };
}

export interface FrameFeedOptions {
  readonly lines: LineSource;
  /** Without them nothing is kept over a restart. */
  readonly cursors?: Cursors | undefined;
  /** In one answer; few enough to be posted in a millisecond, many enough that asking costs nothing. */
  readonly batch?: number;
  /** Frames that a consumer cannot have any more. */
  onMissed(consumer: string, count: number): void;
  /** A frame that was given up after so many tries. */
  onSkipped(
    consumer: string,
    skipped: { readonly frame: string; readonly sequence: number; readonly tries: number },
  ): void;
}

/** Who reads, as the status shows it. */
export interface ConsumerStatus {
  readonly name: string;
  /** The last line that it has processed. */
  readonly sequence: number;
  /** Delivered frames that it has not yet done. */
  readonly behind: number;
  readonly skipped: number;
  readonly lastSkipped: string | null;
  /** When it last moved; null of contract 1. */
  readonly moved: string | null;
  /** Whether it has asked since the start. */
  readonly active: boolean;
}

const FRAMES_BATCH_MAX = 64;
/** A frame that fails so often is given up, so that those behind it come. */
const FRAME_TRIES_MAX = 3;
/** Of contract 1; names of plugins that are gone and may come back are kept too. */
const POSITIONS_MAX = 1000;

interface InHand {
  readonly sequence: number;
  readonly number: number;
  readonly frame: string;
}

export class FrameFeed {
  readonly #options: FrameFeedOptions;
  readonly #batch: number;
  /** Of contract 1: of each plugin the last line that was handed to it. */
  readonly #positions = new Map<string, Pick<Cursor, "sequence" | "number">>();
  readonly #readers = new Map<string, ReturnType<LineSource["reader"]>>();
  /** Of contract 2: the frame that each stream works on. */
  readonly #inHand = new Map<string, InHand>();
  readonly #active = new Set<string>();
  /** Frames of contract 1 count from the start of this process. */
  readonly #numberBefore: number;

  constructor(options: FrameFeedOptions) {
    this.#options = options;
    this.#batch = options.batch ?? FRAMES_BATCH_MAX;
    this.#numberBefore = options.lines.delivered;
  }

  /** From here on frames are for this plugin; one that began before continues where it was. */
  async begin(plugin: string, contract: number): Promise<void> {
    if (contract >= 2) {
      this.#active.add(plugin);
      await this.#options.cursors?.begin(plugin, this.#end);
    } else if (!this.#positions.has(plugin)) {
      if (this.#positions.size >= POSITIONS_MAX) this.#positions.delete(this.#positions.keys().next().value!);
      this.#positions.set(plugin, this.#end);
    }
  }

  get #end(): Pick<Cursor, "sequence" | "number"> {
    const { newest: sequence, delivered: number } = this.#options.lines;
    return { sequence, number };
  }

  /** The frames that come next for a stream. */
  async next(plugin: string, question: FramesQuestion): Promise<FrameBatch> {
    const consumer = consumerName(plugin, question.stream);
    const cursor = await this.#cursor(consumer, question);
    const begun = question.after ?? cursor.sequence;
    const upTo = this.#options.lines.newest;
    const frames: DeliveredFrameData[] = [];
    let position = begun;
    let missed = 0, missedUpTo = 0;
    while (position < upTo && frames.length < this.#batch) {
      const read = await this.#read(consumer, { after: position, upTo });
      missed += read.missing;
      if (read.missing > 0) missedUpTo = (read.lines[0]?.sequence ?? read.upTo + 1) - 1;
      for (const line of read.lines) {
        position = line.sequence;
        if (isDelivered(line)) frames.push(this.#data(line, question.contract));
        if (frames.length >= this.#batch) break;
      }
      if (frames.length < this.#batch) position = Math.max(position, read.upTo);
    }
    if (missed > 0) {
      this.#options.cursors?.miss(consumer, missedUpTo);
      this.#options.onMissed(consumer, missed);
    }
    const tries = question.after === null ? cursor.tries : 0;
    return { frames, more: position < upTo, position, tries };
  }

  /** All up to this line is done with, whatever becomes of it. */
  taken(plugin: string, { stream, contract, upTo }: { stream: string | null; contract: number; upTo: number }): void {
    const { newest } = this.#options.lines;
    if (!Number.isSafeInteger(upTo) || upTo > newest) return;
    const consumer = consumerName(plugin, stream);
    const number = this.#numberUpTo(upTo);
    if (contract >= 2) {
      this.#options.cursors?.move(consumer, {
        sequence: upTo,
        number: number ?? this.#inHand.get(consumer)?.number ?? 0,
      });
      this.#inHand.delete(consumer);
      return;
    }
    const before = this.#positions.get(plugin);
    if (before !== undefined && upTo > before.sequence) {
      this.#positions.set(plugin, { sequence: upTo, number: number ?? before.number });
    }
  }

  /** A stream has begun with a frame. */
  begun(plugin: string, stream: string | null, frame: InHand): void {
    if (!Number.isSafeInteger(frame.sequence) || frame.sequence > this.#options.lines.newest) return;
    this.#inHand.set(consumerName(plugin, stream), frame);
  }

  /** The frame that a stream has begun with has failed: it comes again, or is given up. */
  failed(plugin: string, stream: string | null): void {
    this.#fail(consumerName(plugin, stream));
  }

  #fail(consumer: string): void {
    const inHand = this.#inHand.get(consumer);
    this.#inHand.delete(consumer);
    const { cursors } = this.#options;
    if (inHand === undefined || cursors === undefined) return;
    const tries = cursors.fail(consumer);
    if (tries < FRAME_TRIES_MAX) return;
    cursors.skip(consumer, inHand);
    this.#options.onSkipped(consumer, { frame: inHand.frame, sequence: inHand.sequence, tries });
  }

  /** Its worker has died: whatever it had in hand has failed. */
  died(plugin: string): void {
    for (const consumer of this.#consumersOf(plugin)) this.#fail(consumer);
  }

  /** Its worker was ended: what it had in hand comes again. */
  released(plugin: string): void {
    for (const consumer of this.#consumersOf(plugin)) this.#inHand.delete(consumer);
  }

  /** Those that have a frame in hand. */
  #consumersOf(plugin: string): string[] {
    return [...this.#inHand.keys()].filter((consumer) => consumer === plugin || consumer.startsWith(`${plugin}/`));
  }

  /** How far the plugins of these names are, those that have asked for frames since the start. */
  progressOf(names: readonly string[]): PluginProgress[] {
    const all = [...this.#options.cursors?.all() ?? []];
    return names.flatMap((consumer): PluginProgress[] => {
      const own = all.filter(([name]) => name.startsWith(`${consumer}/`));
      // A plugin with streams has a cursor of its own too, which does not move.
      const cursors = own.length > 0 ? own : all.filter(([name]) => name === consumer);
      if (cursors.length === 0 || !cursors.every(([name]) => this.#active.has(name))) return [];
      const streams = cursors.map(([, { notBefore, sequence, givenUp }]) => ({
        after: notBefore,
        upTo: sequence,
        except: givenUp,
      }));
      return [{ consumer, streams }];
    });
  }

  consumers(): ConsumerStatus[] {
    const { delivered } = this.#options.lines;
    const kept = [...this.#options.cursors?.all() ?? []].map(([name, cursor]): ConsumerStatus => {
      const { sequence, number, skipped, lastSkipped, moved } = cursor;
      const behind = Math.max(0, delivered - number);
      return { name, sequence, behind, skipped, lastSkipped, moved, active: this.#active.has(name) };
    });
    return kept.sort((a, b) => a.name < b.name ? -1 : 1);
  }

  async #cursor(consumer: string, question: FramesQuestion): Promise<Pick<Cursor, "sequence" | "tries">> {
    if (question.contract < 2) {
      await this.begin(consumer, 1);
      return { ...this.#positions.get(consumer)!, tries: 0 };
    }
    this.#active.add(consumer);
    const from = question.from === "oldest" ? { sequence: 0, number: 0 } : this.#end;
    return await this.#options.cursors?.begin(consumer, from) ?? { ...from, tries: 0 };
  }

  async #read(consumer: string, { after, upTo }: { after: number; upTo: number }): Promise<ReadLines> {
    const { recent } = this.#options.lines;
    const first = recent[0]?.sequence ?? Infinity;
    if (first <= after + 1) {
      this.#readers.delete(consumer);
      // Their numbers follow each other, but for the start of a chain after a repair.
      const lines = recent.slice(indexBehind(recent, after)).filter(({ sequence }) => sequence <= upTo);
      return { lines, upTo, missing: 0 };
    }
    const reader = this.#readers.get(consumer) ?? this.#options.lines.reader();
    this.#readers.set(consumer, reader);
    return await reader.read(after, upTo);
  }

  /** The number of the last delivered frame up to a line, as far as the line is one of the last. */
  #numberUpTo(sequence: number): number | null {
    const { recent, newest, delivered } = this.#options.lines;
    if (sequence >= newest) return delivered;
    const at = indexBehind(recent, sequence);
    for (let index = at - 1; index >= 0; index--) {
      const line = recent[index]!;
      if (isDelivered(line)) return line.number;
    }
    return null;
  }

  #data(line: DeliveredLine, contract: number): DeliveredFrameData {
    const folder = join(line.root, ...line.folder.split("/"));
    const path = (name: string) => join(folder, name);
    const ofRole = (role: string) => {
      const file = line.files.find((file) => file.role === role);
      return file === undefined ? null : path(file.name);
    };
    const files = line.files.map(({ name }) => path(name));
    return {
      sequence: line.sequence,
      number: contract >= 2 ? line.number : line.number - this.#numberBefore,
      name: line.frame,
      files,
      roles: { image: ofRole("image") ?? files[0] ?? "", sidecar: ofRole("sidecar"), nexus: ofRole("nexus") },
      sums: line.files.map(({ sha256 }) => sha256),
      bytes: line.bytes,
      latency_s: line.latency_s,
      delivered_ms: Date.parse(line.time),
      dark: line.dark,
      again: line.again,
    };
  }
}

/** A plugin's own stream has its name. */
function consumerName(plugin: string, stream: string | null): string {
  return stream === null ? plugin : `${plugin}/${stream}`;
}

/** The index of the first line behind this one. */
function indexBehind(lines: readonly LedgerLine[], sequence: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.sequence <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
