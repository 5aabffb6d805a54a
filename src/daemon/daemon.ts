/** The daemon: ticks, keeps the plugins, holds the folders against others, and knows its state. */
import { messageOf } from "../files/errors.ts";
import type { Backlog, Condition, FrameEvent, Logger } from "../frames/events.ts";
import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import type { RetryProgress } from "../frames/events.ts";
import { refusal } from "./settings/check_change.ts";
import { type ClientSetting, keyOf, type SettingChange, SettingRefusedError } from "./settings/client_settings.ts";
import { PluginFolder } from "../plugins/folder/plugin_folder.ts";
import { shippedExtras, shippedStages } from "../plugins/host/shipped.ts";
import { ConditionLog, logFrame } from "./frame_log.ts";
import { FrameRetry } from "./frame_retry.ts";
import { type Clock, SYSTEM_CLOCK } from "../time/clock.ts";
import { Heartbeat } from "../time/heartbeat.ts";
import { CHECK_MS_MAX, LiveSettings } from "./settings/live_settings.ts";
import type { PluginStatus } from "../plugins/host/plugin_status.ts";
import { FolderError, makeFolders, transpiledFolder } from "./settings/make_folders.ts";
import { misplacedPlugins } from "./settings/plugins_apart.ts";
import { readingToJson } from "../parameters/json.ts";
import { ParameterStore } from "../parameters/store.ts";
import { outputFolder, PluginHost } from "../plugins/host/plugin_host.ts";
import type { PluginSource } from "../plugins/source.ts";
import { requestFolder } from "./requests/request_files.ts";
import { Requests } from "./requests/requests.ts";
import { COUNTER_FIRST, nextCounter } from "../plugins/host/scheduler.ts";
import { type Space, SpaceWatch } from "./space_watch.ts";
import { type FrameCounts, FrameStatistics, type StateReading } from "./status.ts";
import { SerialQueue } from "../time/serial_queue.ts";
import { QUARANTINE_FOLDER } from "../files/service_names.ts";
import { counted } from "../log/counted.ts";

export interface DaemonOptions {
  readonly log: Logger;
  /** In the place of all that is shipped. */
  readonly stages?: readonly PluginSource[];
  readonly clock?: Clock;
  /** False: an output root that is not there at the start is waited for, since it may be a share that comes later. */
  readonly makesOutput?: boolean;
  /** What other commands read as the settings, where these are others: by its raw folder they find the daemon. */
  readonly configuration?: Settings;
  /** What another process's `pewatch stop` calls; without it the daemon refuses to be stopped from outside. */
  readonly onStopRequest?: () => void;
}

export interface DaemonStatus extends StateReading {
  readonly running: boolean;
  /** Threads that plugins work in, and the main thread. */
  readonly threads: number;
  /** Bytes free, as last looked at; null where the system does not report it. */
  readonly space: Space;
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

/** How often requests are looked for, whether the daemon ticks or not. */
const REQUEST_POLL_MS = 300;
/** How often values are looked for whose plugin is gone. */
const ORPHANS_EACH_MS = 5000;
/** How often a folder that is not there is looked for again. */
const LOOK_AGAIN_MS = 1000;

export class Daemon {
  readonly #live: LiveSettings;
  /** The configuration's: by its raw folder other processes find the requests' folder. */
  readonly #configured: Settings;
  readonly #options: DaemonOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #statistics = new FrameStatistics();
  readonly #conditionLog: ConditionLog;
  readonly #listeners = new Set<FrameListener>();
  readonly #settingsListeners = new Set<SettingsListener>();
  readonly #space = new SpaceWatch();
  /** Starts, stops and changes go one after the other, whoever asks for them. */
  readonly #turns = new SerialQueue();
  #retry: FrameRetry | null = null;
  #starting = false;
  #nextRetry = 1;
  #open = false;
  #looking = false;
  #timers: ReturnType<typeof setInterval>[] = [];
  #host: PluginHost | null = null;
  #parameters: ParameterStore | null = null;
  #requests: Requests | null = null;
  #heartbeat: Heartbeat | null = null;
  #counter = COUNTER_FIRST;
  #missedTicks = 0;
  #nextOrphans_ms = 0;

  constructor(settings: Settings, options: DaemonOptions) {
    this.#configured = options.configuration ?? settings;
    this.#options = options;
    this.#log = options.log;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#conditionLog = new ConditionLog(options.log);
    this.#live = new LiveSettings(settings, {
      log: options.log,
      onCondition: (condition) => this.#condition(condition),
    });
  }

  /** As they hold now. */
  get settings(): Settings {
    return this.#live.settings;
  }

  /** The file that keeps over a restart what clients have changed. */
  get settingsFile(): string {
    return this.#live.path;
  }

  get period_s(): number {
    return this.settings.daemon.ticktack / this.settings.daemon.multiplier;
  }

  get running(): boolean {
    return this.#heartbeat !== null;
  }

  /**
   * Makes the folders, takes their locks, starts the plugins and ticks. Starting a running daemon does nothing.
   * @throws {FolderError} {@linkcode FolderInUseError}
   */
  start(): Promise<void> {
    return this.#turns.take(() => this.#start());
  }

  /**
   * Finishes the firings in progress; frames in progress wait for the next start. The folders stay locked,
   * so that nobody else begins with it, and requests are answered.
   */
  stop(): Promise<void> {
    return this.#turns.take(() => this.#stop());
  }

  /** The end: stops, and releases the folders and everything else. */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#stop();
      await this.#close();
    });
  }

  /**
   * Changes one setting, whether the daemon runs or is stopped. It is kept over a restart, and applies from
   * the next firing; frames in progress are delivered to where they were going. Made or refused within CHECK_MS_MAX.
   * @throws {SettingRefusedError}
   */
  change(change: SettingChange): Promise<void> {
    return this.#changeSetting(change, true);
  }

  /**
   * The same for what stands between the configuration and clients: it is not kept, and changes nothing that a client
   * has written.
   * @throws {SettingRefusedError}
   */
  changeDefault(change: SettingChange): Promise<void> {
    return this.#changeSetting(change, false);
  }

  /**
   * Puts the configuration's value in the place of a client's.
   * @returns whether a client had set it
   * @throws {SettingRefusedError} where the configuration's value cannot be used now
   */
  async forgetSetting(key: ClientSetting): Promise<boolean> {
    let forgotten = false;
    await this.#changeSettings(
      async (deadline_ms) => forgotten = await this.#live.forget(key, deadline_ms),
      (reason) => new SettingRefusedError(`Cannot forget ${keyOf(key)}: ${reason}`),
    );
    return forgotten;
  }

  /** Calls the listener after each change of the settings; gives what ends that. */
  onSettings(listener: SettingsListener): () => void {
    this.#settingsListeners.add(listener);
    return () => void this.#settingsListeners.delete(listener);
  }

  /** Tries again what is in quarantine and what waits with a fault. Gives one sentence of what comes of it. */
  async retryFrames(): Promise<string> {
    // One that comes while the daemon starts is carried out with the first firing.
    if (!this.running && !this.#starting) return "pewatch is stopped; start it and try again";
    if (this.running) this.#host?.retryStages();
    const path = join(this.settings.folders.output_root, QUARANTINE_FOLDER);
    // Asked once more while it is in progress, it is the same order.
    this.#retry ??= new FrameRetry({ id: this.#nextRetry++, path });
    return await this.#retry.answer();
  }

  status(): DaemonStatus {
    const now_ms = this.#clock.now_ms();
    return {
      ...this.#statistics.state(this.running, now_ms),
      running: this.running,
      threads: 1 + (this.#host?.workers ?? 0),
      space: this.#space.look({ raw: this.settings.folders.raw, output: outputFolder(this.settings) }),
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
    return this.#host === null || this.#host.stopped ? "pewatch is stopped" : this.#host.retry(name);
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

  #changeSetting(change: SettingChange, ofClient: boolean): Promise<void> {
    return this.#changeSettings(
      (deadline_ms) => this.#live.change(change, { ofClient, deadline_ms }),
      (reason) => refusal(change, reason),
    );
  }

  /** @param make returns whether anything has changed */
  #changeSettings(make: (deadline_ms: number) => Promise<boolean>, refused: (reason: string) => Error): Promise<void> {
    const deadline_ms = performance.now() + CHECK_MS_MAX;
    const late = () => refused("pewatch is busy with a start, a stop or another change; try again");
    return this.#turns.takeBy(deadline_ms, async () => {
      try {
        await this.#openUp();
      } catch (error) {
        throw refused(messageOf(error));
      }
      if (!await make(deadline_ms)) return;
      this.#closeDrainingLater();
      this.#reportSettings();
    }, late);
  }

  #reportSettings(): void {
    for (const listener of this.#settingsListeners) {
      try {
        listener(this.settings);
      } catch (error) {
        this.#log.error(`a listener of settings failed: ${messageOf(error)}`);
      }
    }
  }

  /** A firing in progress may still put claims into a folder that has just been replaced. */
  #closeDrainingLater(): void {
    const ids = this.#live.drainingIds;
    if (this.#host === null) this.#live.closeDraining(ids);
    else void this.#host.stagesOver().then(() => this.#live.closeDraining(ids));
  }

  /** Once until `close`: folders with their locks, and requests. */
  async #openUp(): Promise<void> {
    if (this.#open) return;
    makeFolders(this.settings, this.#live.written, { makesOutput: this.#options.makesOutput ?? true });
    const misplaced = await misplacedPlugins(this.settings);
    if (misplaced !== null) throw new FolderError("plugins.dir", misplaced);
    // Two daemons on different folders, but with one state folder, would fire the same plugins and remove each other's
    // transpiled copies.
    await this.#live.open([transpiledFolder(this.#configured)]);
    this.#requests = this.#openRequests();
    this.#open = true;
    this.#lookAgain();
    this.#timers = [
      setInterval(() => void this.#requests?.poll(), REQUEST_POLL_MS),
      setInterval(() => this.#lookAgain(), LOOK_AGAIN_MS),
    ];
  }

  #lookAgain(): void {
    if (this.#looking || !this.#live.waits) return;
    this.#looking = true;
    const look = async () => {
      // Behind the end, whose turn may come first, it would lock the folders again.
      if (this.#open) await this.#live.lookAgain();
    };
    void this.#turns.take(look).finally(() => this.#looking = false);
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#live.close();
    // Last: whoever asked for the stop waits for this.
    await this.#requests?.close();
    this.#requests = null;
    this.#open = false;
  }

  async #start(): Promise<void> {
    if (this.running) return;
    this.#starting = true;
    try {
      await this.#startStages();
    } finally {
      this.#starting = false;
    }
  }

  async #startStages(): Promise<void> {
    this.#statistics.forgetConditions();
    this.#conditionLog.forget();
    await this.#openUp();
    this.#parameters = new ParameterStore({ folder: this.settings.daemon.state_dir, log: this.#log });
    const transpiledRoot = transpiledFolder(this.#configured);
    const host = new PluginHost({
      parameters: this.#parameters,
      sources: this.#options.stages ?? [...shippedStages(), ...shippedExtras(this.settings)],
      folder: new PluginFolder({ folder: this.settings.plugins.dir, transpiledRoot }),
      log: this.#log,
      settings: () => this.settings,
      orders: () => ({
        left: this.#live.left,
        roots: this.#live.roots,
        ...this.#retry === null ? {} : { retry: this.#retry.order },
      }),
      onFrame: (event) => this.#frame(event),
      onCondition: (condition) => this.#condition(condition),
      onBacklog: (backlog) => this.#backlog(backlog),
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
    this.#live.closeDraining();
    this.#retry = null;
    // After the last word of the plugins, and before another daemon may read the file.
    await this.#parameters?.close();
  }

  #openRequests(): Requests | null {
    return Requests.open({
      folder: requestFolder(this.#configured),
      log: this.#log,
      handlers: {
        status: () => this.status(),
        retry: (plugin) => this.retryPlugin(plugin),
        reload: () => this.reloadPlugins(),
        retryFrames: () => this.retryFrames(),
        parameters: () => (this.#parameters?.last() ?? []).map(readingToJson),
        removeParameter: (name) => this.#parameters?.remove(name) ?? false,
        settings: () => this.#live.written,
        forgetSetting: (key) => this.forgetSetting(key),
        stop: this.#options.onStopRequest ?? null,
      },
    });
  }

  #tick(host: PluginHost, missed: number): void {
    if (missed > 0) this.#log.debug(`${counted(missed, "tick")} left out: the main thread was busy`);
    this.#missedTicks += missed;
    const counter = this.#counter;
    this.#counter = nextCounter(counter);
    host.tick(counter, { stages: this.#live.complete });
    this.#endOrphans(host);
  }

  #endOrphans(host: PluginHost): void {
    const now_ms = this.#clock.now_ms();
    if (now_ms < this.#nextOrphans_ms) return;
    this.#nextOrphans_ms = now_ms + ORPHANS_EACH_MS;
    this.#parameters?.endOrphans(new Set(host.statuses().map(({ name }) => name)), now_ms);
  }

  #backlog(backlog: Backlog): void {
    const { left, retried, ...frames } = backlog;
    if (retried !== undefined && this.#retry !== null) this.#heardOfRetry(this.#retry, retried);
    this.#statistics.backlog(frames, this.#clock.now_ms());
    const empty = left === undefined ? [] : this.#live.emptied(left);
    if (empty.length > 0) void this.#turns.take(() => this.#live.letGo(empty));
  }

  #heardOfRetry(retry: FrameRetry, progress: RetryProgress): void {
    retry.heard(progress);
    if (!retry.done) return;
    this.#retry = null;
    this.#log.info(`retry: ${retry.text}`);
  }

  #frame(event: FrameEvent): void {
    this.#statistics.frame(event, this.#clock.now_ms());
    if (event.type === "delivered") void this.#live.markOutput();
    logFrame(this.#log, event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error(`a listener of frames failed: ${messageOf(error)}`);
      }
    }
  }

  #condition(condition: Condition): void {
    this.#statistics.condition(condition);
    this.#conditionLog.condition(condition);
  }
}
