/** The daemon: ticks, keeps the plugins, holds the folders against others, and knows its state. */
import type { Condition, FrameEvent, Logger } from "../frames/events.ts";
import type { Settings } from "../config/settings.ts";
import { type SettingChange, withChange } from "./client_settings.ts";
import { PluginFolder } from "../plugins/folder/plugin_folder.ts";
import { shippedExtras, shippedStages } from "../plugins/shipped.ts";
import { FolderLock } from "./folder_lock.ts";
import { ConditionLog, logFrame } from "./frame_log.ts";
import { type Clock, SYSTEM_CLOCK } from "../plugins/clock.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { PluginStatus } from "../plugins/plugin_status.ts";
import { makeFolders, shadowFolder } from "./make_folders.ts";
import { ParameterStore } from "./parameter_store.ts";
import { PluginHost } from "../plugins/plugin_host.ts";
import type { PluginSource } from "../plugins/source.ts";
import { requestFolder } from "./request_files.ts";
import { Requests } from "./requests.ts";
import { COUNTER_FIRST, nextCounter } from "../plugins/scheduler.ts";
import { type FrameCounts, FrameStatistics, type StateReading } from "./status.ts";

export interface DaemonOptions {
  readonly log: Logger;
  /** In the place of all that is shipped. */
  readonly stages?: readonly PluginSource[];
  readonly clock?: Clock;
  /** What another process's `pewatch stop` calls; without it the daemon refuses to be stopped from outside. */
  readonly onStopRequest?: () => void;
}

export interface DaemonStatus extends StateReading {
  readonly running: boolean;
  /** Threads that plugins work in, and the main thread. */
  readonly threads: number;
  /** Bytes free, as last looked at; null where the system does not tell. */
  readonly space: { readonly raw: number | null; readonly output: number | null };
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
export type SettingsListener = (settings: Settings) => void;

export class Daemon {
  #settings: Settings;
  readonly #options: DaemonOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #statistics = new FrameStatistics();
  readonly #conditionLog: ConditionLog;
  readonly #listeners = new Set<FrameListener>();
  readonly #settingsListeners = new Set<SettingsListener>();
  #lock: FolderLock | null = null;
  #host: PluginHost | null = null;
  #parameters: ParameterStore | null = null;
  #requests: Requests | null = null;
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

  /** As they hold now. */
  get settings(): Settings {
    return this.#settings;
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

  /** The end of the process: stops, and lets go of everything else. */
  close(): Promise<void> {
    return this.stop();
  }

  /**
   * Changes one setting, whether the daemon runs or is stopped; it holds from the next firing on.
   * @throws {SettingRefusedError}
   */
  change(change: SettingChange): Promise<void> {
    return this.#inTurn(() => {
      this.#settings = withChange(this.#settings, change);
      for (const listener of this.#settingsListeners) listener(this.#settings);
      return Promise.resolve();
    });
  }

  /** Calls the listener after each change of the settings; gives what ends that. */
  onSettings(listener: SettingsListener): () => void {
    this.#settingsListeners.add(listener);
    return () => void this.#settingsListeners.delete(listener);
  }

  /** Tries again what is in quarantine and what waits with a fault. Gives one sentence of what comes of it. */
  retryFrames(): Promise<string> {
    return Promise.resolve("Nothing is in quarantine");
  }

  status(): DaemonStatus {
    const now_ms = this.#clock.now_ms();
    return {
      ...this.#statistics.state(this.running, now_ms),
      running: this.running,
      threads: 1 + (this.#host?.plugins.length ?? 0),
      space: { raw: null, output: null },
      tick: this.#counter,
      period_s: this.period_s,
      missedTicks: this.#missedTicks,
      frames: this.#statistics.counts(now_ms),
      conditions: this.#statistics.conditions,
      plugins: this.#host?.statuses() ?? [],
    };
  }

  /** What plugins and clients have set; null before the first start. */
  get parameters(): ParameterStore | null {
    return this.#parameters;
  }

  /** Gives a plugin that refused, failed or gave way another chance; says why it cannot, or null. */
  retryPlugin(name: string): string | null {
    return this.#host === null ? "pewatch is stopped" : this.#host.retry(name);
  }

  /** Looks at the plugins folder now, and gives each plugin that does not run another chance. */
  reloadPlugins(): void {
    this.#host?.reload();
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
    const shadowRoot = shadowFolder(this.#settings);
    // Two daemons on different folders, but with one state folder, would fire the same plugins and remove each other's
    // shadows.
    this.#lock = FolderLock.take([raw, temp, proc, shadowRoot]);
    this.#parameters = new ParameterStore({ folder: this.#settings.daemon.state_dir, log: this.#log });
    const host = new PluginHost({
      parameters: this.#parameters,
      sources: this.#options.stages ?? [...shippedStages(), ...shippedExtras(this.#settings)],
      folder: new PluginFolder({ folder: this.#settings.plugins.dir, shadowRoot }),
      log: this.#log,
      settings: () => this.#settings,
      onFrame: (event) => this.#frame(event),
      onCondition: (condition) => this.#condition(condition),
      onBacklog: (backlog) => this.#statistics.backlog(backlog, this.#clock.now_ms()),
    });
    this.#host = host;
    this.#requests = this.#openRequests();
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
    // After the last word of the plugins, and before another daemon may read the file.
    await this.#parameters?.close();
    this.#lock?.release();
    this.#lock = null;
    // Last: whoever asked for the stop waits for this.
    await this.#requests?.close();
    this.#requests = null;
  }

  #openRequests(): Requests | null {
    return Requests.open({
      folder: requestFolder(this.#settings),
      log: this.#log,
      handlers: {
        status: () => this.status(),
        retry: (plugin) => this.retryPlugin(plugin),
        reload: () => this.reloadPlugins(),
        stop: this.#options.onStopRequest ?? null,
      },
    });
  }

  #tick(host: PluginHost, missed: number): void {
    if (missed > 0) this.#log.debug(`${missed} ticks left out: the main thread was held up`);
    this.#missedTicks += missed;
    const counter = this.#counter;
    this.#counter = nextCounter(counter);
    host.tick(counter);
    void this.#requests?.poll();
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
