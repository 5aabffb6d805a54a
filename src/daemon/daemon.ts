/** The daemon: ticks, keeps the plugins, holds the folders against others, and knows its state. */
import type { Condition, FrameEvent, Logger } from "../frames/events.ts";
import type { Settings } from "../config/settings.ts";
import { shippedStages } from "../plugins/shipped.ts";
import { FolderLock } from "./folder_lock.ts";
import { ConditionLog, logFrame } from "./frame_log.ts";
import { type BeatClock, Heartbeat, SYSTEM_CLOCK } from "./heartbeat.ts";
import type { PluginSource, PluginStatus } from "../plugins/hosted_plugin.ts";
import { makeFolders } from "./make_folders.ts";
import { PluginHost } from "../plugins/plugin_host.ts";
import { COUNTER_FIRST, nextCounter } from "../plugins/scheduler.ts";
import { type FrameCounts, FrameStatistics, type StateReading } from "./status.ts";

export interface DaemonOptions {
  readonly log: Logger;
  /** The three stages by default. */
  readonly stages?: readonly PluginSource[];
  readonly clock?: BeatClock;
}

export interface DaemonStatus extends StateReading {
  readonly running: boolean;
  /** The counter of the next tick. */
  readonly tick: number;
  /** TICKTACK / MULTIPLIER. */
  readonly period_s: number;
  /** Ticks left out since the start, because the main thread was held up. */
  readonly missedTicks: number;
  readonly frames: FrameCounts;
  readonly conditions: readonly string[];
  readonly plugins: readonly PluginStatus[];
}

export type FrameListener = (event: FrameEvent) => void;

export class Daemon {
  readonly #settings: Settings;
  readonly #options: DaemonOptions;
  readonly #log: Logger;
  readonly #clock: BeatClock;
  readonly #statistics = new FrameStatistics();
  readonly #conditionLog: ConditionLog;
  readonly #listeners = new Set<FrameListener>();
  #lock: FolderLock | null = null;
  #host: PluginHost | null = null;
  #heartbeat: Heartbeat | null = null;
  #counter = COUNTER_FIRST;
  #missedTicks = 0;
  /** Starts and stops go one after the other, whoever asks for them. */
  #change: Promise<void> = Promise.resolve();

  constructor(settings: Settings, options: DaemonOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#log = options.log;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#conditionLog = new ConditionLog(options.log);
  }

  get period_s(): number {
    return this.#settings.daemon.ticktack / this.#settings.daemon.multiplier;
  }

  get running(): boolean {
    return this.#heartbeat !== null;
  }

  /**
   * Makes the folders, takes their lock, starts the plugins and ticks. Starting a running daemon does nothing.
   * @throws {FolderError} {@linkcode FolderInUseError}
   */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  /** Lets the firings under way come to their end; what is on its way stays for the next start. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  status(): DaemonStatus {
    const now_ms = this.#clock.now_ms();
    return {
      ...this.#statistics.state(this.running, now_ms),
      running: this.running,
      tick: this.#counter,
      period_s: this.period_s,
      missedTicks: this.#missedTicks,
      frames: this.#statistics.counts(now_ms),
      conditions: this.#statistics.conditions,
      plugins: this.#host?.statuses() ?? [],
    };
  }

  /** Calls the listener for each step of each frame; gives what ends that. */
  onFrame(listener: FrameListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#change.then(change);
    this.#change = done.catch(() => {});
    return done;
  }

  async #start(): Promise<void> {
    if (this.running) return;
    makeFolders(this.#settings);
    const { raw, temp, proc } = this.#settings.folders;
    this.#lock = FolderLock.take([raw, temp, proc]);
    const host = new PluginHost({
      sources: this.#options.stages ?? shippedStages(),
      log: this.#log,
      settings: () => this.#settings,
      onFrame: (event) => this.#frame(event),
      onCondition: (condition) => this.#condition(condition),
      onBacklog: (backlog) => this.#statistics.backlog(backlog, this.#clock.now_ms()),
    });
    this.#host = host;
    await host.start();
    this.#counter = COUNTER_FIRST;
    this.#heartbeat = new Heartbeat({
      period_ms: this.period_s * 1000,
      beat: (missed) => this.#tick(host, missed),
      clock: this.#clock,
    });
    this.#heartbeat.start();
  }

  async #stop(): Promise<void> {
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    await this.#host?.stop();
    this.#lock?.release();
    this.#lock = null;
  }

  #tick(host: PluginHost, missed: number): void {
    if (missed > 0) this.#log.debug(`${missed} ticks left out: the main thread was held up`);
    this.#missedTicks += missed;
    const counter = this.#counter;
    this.#counter = nextCounter(counter);
    host.tick(counter);
  }

  #frame(event: FrameEvent): void {
    this.#statistics.frame(event, this.#clock.now_ms());
    logFrame(this.#log, event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error(`a listener of frames failed: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  #condition(condition: Condition): void {
    this.#statistics.condition(condition);
    this.#conditionLog.condition(condition);
  }
}
