/** The daemon as faces and commands call it: started, stopped, changed and asked; a start makes a StageRun, which ticks. */
import type { ConfirmProgress, FrameEvent } from "../frames/events.ts";
import type { Logger } from "../log/logger.ts";
import { join } from "node:path";
import { outputFolder, type Settings } from "../config/settings.ts";
import type { ClientSetting, SettingChange } from "./settings/client_settings.ts";
import { type Clock, SYSTEM_CLOCK } from "../time/clock.ts";
import { SettingChanges } from "./settings/setting_changes.ts";
import { LiveSettings } from "./settings/live_settings.ts";
import { readingToJson } from "../parameters/json.ts";
import type { ParameterStore } from "../parameters/store.ts";
import type { PluginSource } from "../plugins/source.ts";
import { COUNTER_FIRST } from "../plugins/host/scheduler.ts";
import { SpaceWatch } from "./space_watch.ts";
import type { DaemonStatus } from "./status.ts";
import { SerialQueue } from "../time/serial_queue.ts";
import { FrameReports } from "./frame_reports.ts";
import { Listeners } from "./listeners.ts";
import { Session } from "./session.ts";
import { StageRun, type StageRunOptions } from "./stage_run.ts";
import { QUARANTINE_FOLDER } from "../config/names/reserved_names.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { DoneUpTo, LedgerPlace } from "./client_consumers.ts";

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

const STOPPED = "pewatch is stopped; start it and try again";

export class Daemon {
  readonly #live: LiveSettings;
  readonly #runOptions: Omit<StageRunOptions, "missedTicks">;
  readonly #clock: Clock;
  /** Starts, stops and changes go one after the other, whoever asks for them. */
  readonly #queue = new SerialQueue();
  readonly #reports: FrameReports;
  readonly #session: Session;
  readonly #changes: SettingChanges;
  readonly #space = new SpaceWatch();
  readonly #settingsListeners: Listeners<Settings>;
  #starting = false;
  /** The present run, or the last one; null before the first start. */
  #run: StageRun | null = null;

  constructor(settings: Settings, options: DaemonOptions) {
    const { log, stages, clock = SYSTEM_CLOCK, configuration: configured = settings } = options;
    this.#clock = clock;
    this.#settingsListeners = new Listeners({ of: "settings", log });
    const live = new LiveSettings(settings, {
      log,
      onCondition: (condition) => this.#reports.condition(condition),
    });
    this.#live = live;
    this.#reports = new FrameReports({ log, clock, live, queue: this.#queue });
    this.#runOptions = { log, clock, live, configured, reports: this.#reports, ...stages && { stages } };
    this.#session = new Session({
      log,
      live,
      configured,
      makesOutput: options.makesOutput ?? true,
      queue: this.#queue,
      handlers: {
        status: () => this.status(),
        retry: ({ plugin }) => {
          const fault = this.retryPlugin(plugin);
          if (fault !== null) throw new Error(fault);
        },
        reload: () => this.reloadPlugins(),
        retry_frames: () => this.retryFrames(),
        parameters: () => (this.#run?.parameters.last() ?? []).map(readingToJson),
        remove_parameter: ({ parameter }) => this.#run?.parameters.remove(parameter) ?? false,
        settings: () => live.written,
        forget_setting: ({ setting }) => this.forgetSetting(setting),
        repair_ledger: ({ segment, line, problem }) =>
          this.#started.ledger.ledger.beginChain({ segment, line, problem }),
        confirm: ({ consumer, sums }) => this.confirm(consumer, sums),
        forget_consumer: ({ consumer }) => this.forgetConsumer(consumer),
      },
      onStopRequest: options.onStopRequest ?? null,
    });
    this.#changes = new SettingChanges({
      live,
      queue: this.#queue,
      listeners: this.#settingsListeners,
      open: () => this.#session.open(),
      stagesOver: () => this.#run?.host.stagesOver() ?? null,
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
    return this.#run?.ticks ?? false;
  }

  /**
   * Makes the folders, takes their locks, starts the plugins and ticks. Starting a running daemon does nothing.
   * @throws {FolderError} {@linkcode FolderInUseError}
   */
  start(): Promise<void> {
    return this.#queue.take(() => this.#start());
  }

  /**
   * Finishes the firings in progress; frames in progress wait for the next start. The folders stay locked,
   * so that nobody else begins with it, and requests are answered.
   */
  stop(): Promise<void> {
    return this.#queue.take(async () => await this.#run?.stop());
  }

  /** The end: stops, and releases the folders and everything else. */
  close(): Promise<void> {
    return this.#queue.take(async () => {
      await this.#run?.stop();
      await this.#session.close();
    });
  }

  /**
   * Changes one setting, whether the daemon runs or is stopped. It is kept over a restart, and applies from
   * the next firing; frames in progress are delivered to where they were going. Made or refused within CHECK_MS_MAX.
   * @throws {SettingRefusedError}
   */
  change(change: SettingChange): Promise<void> {
    return this.#changes.change(change, { ofClient: true });
  }

  /**
   * The same for what stands between the configuration and clients: it is not kept, and changes nothing that a client
   * has written.
   * @throws {SettingRefusedError}
   */
  changeDefault(change: SettingChange): Promise<void> {
    return this.#changes.change(change, { ofClient: false });
  }

  /**
   * Puts the configuration's value in the place of a client's.
   * @returns whether a client had set it
   * @throws {SettingRefusedError} where the configuration's value cannot be used now
   */
  forgetSetting(key: ClientSetting): Promise<boolean> {
    return this.#changes.forget(key);
  }

  /** Calls the listener after each change of the settings; returns what ends that. */
  onSettings(listener: (settings: Settings) => void): () => void {
    return this.#settingsListeners.add(listener);
  }

  /** Retries what is in quarantine and what waits with a fault. Returns one sentence about the result. */
  async retryFrames(): Promise<string> {
    // One that comes while the daemon starts is carried out with the first firing.
    if (!this.running && !this.#starting) return STOPPED;
    if (this.running) this.#run?.host.retryStages();
    return await this.#reports.retries.request(join(this.settings.folders.output_root, QUARANTINE_FOLDER));
  }

  /**
   * A consumer of `[deliver] confirm` has these images whole.
   * @param sums SHA-256 in hex
   * @throws where it is no such consumer, or the last stage does not answer
   */
  async confirm(consumer: string, sums: readonly string[]): Promise<ConfirmProgress> {
    if (!this.running) throw new Error(STOPPED);
    return await this.#reports.confirmations.request(consumer, sums);
  }

  status(): DaemonStatus {
    const now_ms = this.#clock.now_ms();
    const { statistics } = this.#reports, plugins = this.#run?.host.statuses() ?? [];
    return {
      ...statistics.state(this.running, now_ms, plugins),
      running: this.running,
      threads: 1 + (this.#run?.host.workers ?? 0),
      space: this.#space.look({ raw: this.settings.folders.raw, output: outputFolder(this.settings) }),
      tick: this.#run?.counter ?? COUNTER_FIRST,
      period_s: this.period_s,
      missedTicks: this.#run?.missedTicks ?? 0,
      frames: statistics.counts(now_ms),
      waiting: statistics.waiting,
      conditions: statistics.conditions,
      standing: statistics.standing,
      retries: statistics.retries,
      plugins,
      consumers: this.#run?.host.consumers() ?? [],
    };
  }

  /** When the quarantine was last retried, milliseconds since 1970 UTC, the latest last. */
  get retried_ms(): readonly number[] {
    return this.#reports.retries.finished_ms;
  }

  /** What plugins and clients have set; null before the first start. */
  get parameters(): ParameterStore | null {
    return this.#run?.parameters ?? null;
  }

  /** Where it is written down what became of each frame; null before the first start. */
  get ledger(): Ledger | null {
    return this.#run?.ledger.ledger ?? null;
  }

  /** Where a program outside goes on with the ledger; null before the first start. */
  ledgerPlace(consumer: string | null): LedgerPlace | null {
    return this.#run?.ledger.clients.place(consumer) ?? null;
  }

  /**
   * A program outside has processed the lines up to there.
   * @returns the last line that it has processed
   * @throws where pewatch is stopped, or the line is not written yet
   */
  async acknowledge(consumer: string, upTo: DoneUpTo): Promise<number> {
    return await this.#ticking.ledger.clients.acknowledge(consumer, upTo);
  }

  /**
   * A consumer that is gone is not listed any more; one that comes back begins with the next frame.
   * @returns whether there was one
   * @throws where a plugin reads under this name
   */
  async forgetConsumer(name: string): Promise<boolean> {
    const { host, ledger: { cursors } } = this.#started;
    if (this.running && host.consumers().some((one) => one.name === name && one.active)) {
      throw new Error(`${name} reads the ledger now; switch its plugin off first`);
    }
    const had = cursors.forget(name);
    await cursors.flush();
    return had;
  }

  /** Gives a plugin that refused, failed or gave way another chance; says why it cannot, or null. */
  retryPlugin(name: string): string | null {
    const host = this.#run?.host;
    return host === undefined || host.stopped ? "pewatch is stopped" : host.retry(name);
  }

  /** Looks at the plugins folder now, and gives each plugin that does not run another chance. */
  reloadPlugins(): void {
    this.#run?.host.reload();
  }

  /** Calls the listener for each step of each frame; returns what ends that. */
  onFrame(listener: (event: FrameEvent) => void): () => void {
    return this.#reports.listeners.add(listener);
  }

  get #started(): StageRun {
    if (this.#run === null) throw new Error("pewatch has not started yet; try again");
    return this.#run;
  }

  get #ticking(): StageRun {
    if (!this.running) throw new Error(STOPPED);
    return this.#started;
  }

  async #start(): Promise<void> {
    if (this.running) return;
    this.#starting = true;
    try {
      this.#reports.forgetConditions();
      await this.#session.open();
      this.#run = new StageRun({ ...this.#runOptions, missedTicks: this.#run?.missedTicks ?? 0 });
      await this.#run.start(this.period_s);
    } finally {
      this.#starting = false;
    }
  }
}
