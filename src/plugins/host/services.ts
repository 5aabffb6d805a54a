/** The main thread's services for plugins: the frames that were delivered, and the parameters. */
import { messageOf } from "../../files/errors.ts";
import type { FrameEvent } from "../../frames/events.ts";
import type { Logger } from "../../log/logger.ts";
import type { FrameLedger, LedgerEntry } from "../../ledger/line.ts";
import { counted } from "../../log/counted.ts";
import { linesOf } from "../../parameters/lines.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { entryOfReport, UnwrittenLines } from "./lines_without_ledger.ts";
import type { Cursors } from "../../ledger/cursors.ts";
import { FrameFeed, type LineSource } from "./frame_feed.ts";
import type { LedgerReply, Question, ReplyTo, WorkerMessage } from "../messages.ts";

/** Where the parameters of all plugins and clients are kept. The daemon makes one. */
export interface ParameterBoard {
  set(readings: readonly ParameterReading[]): void;
  get(name: string): ParameterReading | undefined;
  names(): readonly string[];
  remove(name: string): void;
  /** What a frame has whose exposure ended at the time and began at `from_ms`, milliseconds since 1970 UTC. */
  at(time_ms: number, from_ms?: number): readonly ParameterReading[];
}

/** One plugin as the services see it. */
export interface ServedPlugin {
  readonly name: string;
  /** One of its counters in the status. */
  count(counter: string, by: number): void;
}

export interface PluginServicesOptions {
  /** Without one, what plugins set is dropped. */
  readonly parameters?: ParameterBoard | undefined;
  /** Without one, nothing is written down of frames, and plugins get those of this process alone. */
  readonly ledger?: (FrameLedger & LineSource) | undefined;
  readonly cursors?: Cursors | undefined;
  readonly outputRoot?: () => string;
  readonly log: Logger;
  /** Milliseconds since 1970 UTC. */
  readonly now_ms?: () => number;
  /** How many frames are kept, and how many go into one answer; for tests. */
  readonly limits?: { readonly kept?: number; readonly batch?: number };
}

type Answered = ReplyTo<Question["what"]> | Promise<ReplyTo<Question["what"]>> | undefined;

/** The messages of a plugin's worker that are for the services. */
export type ServiceMessage = Extract<WorkerMessage, {
  type: "parameters" | "parameter_removed" | "frames_taken" | "frame_begun" | "frame_failed";
}>;

/** Longer paths, or more files in a set, are no frame: an event may come from any plugin. */
const FILES_MAX = 100;
const PATH_LENGTH_MAX = 4096;

/** One for all plugins of a host. Never throws: what a plugin sends may be anything. */
export class PluginServices {
  readonly #parameters: ParameterBoard | undefined;
  readonly #ledger: FrameLedger | undefined;
  readonly #outputRoot: () => string;
  readonly #log: Logger;
  readonly #now_ms: () => number;
  /** The delivered frames. */
  readonly frames: FrameFeed;
  /** Where no ledger is kept. */
  readonly #unwritten: UnwrittenLines | null;
  /** Counts of plugins, by the name of the plugin. */
  readonly #counts = new Map<string, ServedPlugin["count"]>();
  /** Consumers that were reported to have missed frames. */
  readonly #late = new Set<string>();

  constructor(options: PluginServicesOptions) {
    this.#parameters = options.parameters;
    this.#ledger = options.ledger;
    this.#outputRoot = options.outputRoot ?? (() => "");
    this.#log = options.log;
    this.#now_ms = options.now_ms ?? Date.now;
    const { limits = {}, cursors } = options;
    this.#unwritten = options.ledger === undefined ? new UnwrittenLines(limits.kept) : null;
    this.frames = new FrameFeed({
      lines: options.ledger ?? this.#unwritten!,
      cursors,
      ...limits.batch === undefined ? {} : { batch: limits.batch },
      onMissed: (consumer, count) => this.#missed(consumer, count),
      onSkipped: (consumer, skipped) => this.#skipped(consumer, skipped),
    });
  }

  /**
   * Takes every event; keeps those of delivered frames.
   * @param then is called with the event, which has its line's number where a ledger is kept
   */
  frame(event: FrameEvent, then: (event: FrameEvent) => void = () => {}): void {
    if (event.type !== "delivered" || !isFrame(event)) return then(event);
    if (this.#unwritten !== null) {
      this.#unwritten.push(entryOfReport(event, this.#outputRoot(), this.#now_ms()), this.#now_ms());
    }
    if (event.sequence !== undefined || this.#ledger === undefined) return then(event);
    // A stage of a user's that delivers by itself: its claim is gone already, so nothing waits for this line.
    void this.#ledger.append(entryOfReport(event, this.#outputRoot(), this.#now_ms())).then(
      (receipt) => then(receipt === null ? event : { ...event, sequence: receipt.sequence }),
      (error) => {
        this.#log.error(`${event.frame}: delivered without a line in the ledger: ${messageOf(error)}`);
        then(event);
      },
    );
  }

  receive(plugin: ServedPlugin, message: ServiceMessage): void {
    switch (message.type) {
      case "frames_taken":
        return this.frames.taken(plugin.name, message);
      case "frame_begun":
        return this.frames.begun(plugin.name, message.stream, message.frame);
      case "frame_failed":
        return this.frames.failed(plugin.name, message.stream);
      case "parameters":
        return this.#try(
          plugin,
          () => this.#parameters?.set(message.readings.map((reading) => ({ ...reading, plugin: plugin.name }))),
        );
      case "parameter_removed":
        return this.#try(plugin, () => this.#parameters?.remove(message.name));
    }
  }

  /**
   * The value to reply with; undefined where there is none, or where the question is invalid.
   * @param mayWrite whether the plugin is a stage, or in the place of one
   */
  answer(plugin: ServedPlugin, question: Question, mayWrite = false): Answered {
    this.#counts.set(plugin.name, plugin.count.bind(plugin));
    return this.#try<Answered>(plugin, () => {
      switch (question.what) {
        case "frames":
          return this.frames.next(plugin.name, question);
        case "ledger":
          return mayWrite ? this.#write(question.entry) : { refused: "only stages write the ledger" };
        case "parameter":
          return withValue(this.#parameters?.get(question.name));
        case "parameter_names":
          return this.#parameters?.names() ?? [];
        case "parameters_at":
          return linesOf(this.#parameters?.at(question.time_ms, question.from_ms ?? undefined) ?? []);
      }
    });
  }

  async #write(entry: LedgerEntry | null): Promise<LedgerReply> {
    if (this.#ledger === undefined) return { receipt: null };
    try {
      if (entry !== null) return { receipt: await this.#ledger.append(entry) };
      await this.#ledger.check();
      return { receipt: null };
    } catch (error) {
      return { refused: messageOf(error) };
    }
  }

  #missed(consumer: string, count: number): void {
    this.#count(consumer, "frames missed", count);
    if (this.#late.has(consumer)) return;
    this.#late.add(consumer);
    this.#log.warn(
      `${consumer}: fell behind and missed ${counted(count, "frame")}; the ledger does not have them any more`,
    );
  }

  #skipped(consumer: string, { frame, sequence, tries }: { frame: string; sequence: number; tries: number }): void {
    this.#count(consumer, "frames skipped", 1);
    this.#log.error(`${consumer}: ${frame} (line ${sequence}) failed ${counted(tries, "time")} and is skipped`);
  }

  #count(consumer: string, counter: string, by: number): void {
    this.#counts.get(consumer.split("/")[0]!)?.(counter, by);
  }

  #try<Value>(plugin: ServedPlugin, run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      this.#log.warn(`${plugin.name}: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** Plugins of before know of no reading without a value. */
function withValue(reading: ParameterReading | undefined): ParameterReading | undefined {
  return reading?.value === null ? undefined : reading;
}

function isFrame(event: Extract<FrameEvent, { type: "delivered" }>): boolean {
  const { frame, files, roles } = event;
  const texts = [frame, ...(Array.isArray(files) ? files.slice(0, FILES_MAX + 1) : [null])];
  if (texts.length > FILES_MAX || !texts.every(isPath)) return false;
  return roles === undefined ||
    (isPath(roles?.image) && [roles.sidecar, roles.nexus].every((path) => path === null || isPath(path)));
}

function isPath(text: unknown): boolean {
  return typeof text === "string" && text.length <= PATH_LENGTH_MAX;
}
