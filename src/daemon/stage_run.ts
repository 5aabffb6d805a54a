/** One run of the daemon, from a start to the stop behind it: parameters, ledger, plugins, and the tick that fires them. */
import { counted } from "../log/counted.ts";
import type { Logger } from "../log/logger.ts";
import type { Settings } from "../config/settings.ts";
import { ParameterStore } from "../parameters/store.ts";
import { PluginFolder } from "../plugins/folder/plugin_folder.ts";
import { PluginHost } from "../plugins/host/plugin_host.ts";
import { COUNTER_FIRST, nextCounter } from "../plugins/host/scheduler.ts";
import { shippedExtras, shippedStages } from "../plugins/host/shipped.ts";
import type { PluginSource } from "../plugins/source.ts";
import type { Clock } from "../time/clock.ts";
import { Heartbeat } from "../time/heartbeat.ts";
import type { FrameReports } from "./frame_reports.ts";
import { LedgerKeeper } from "./ledger_keeper.ts";
import type { LiveSettings } from "./settings/live_settings.ts";
import { transpiledFolder } from "./settings/make_folders.ts";

export interface StageRunOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly live: LiveSettings;
  /** The configuration's: it names the place of transpiled copies. */
  readonly configured: Settings;
  readonly reports: FrameReports;
  /** In the place of all that is shipped. */
  readonly stages?: readonly PluginSource[];
  /** Ticks that were skipped in runs before this one. */
  readonly missedTicks: number;
}

/** How often values are looked for whose plugin is gone. */
const ORPHANS_EACH_MS = 5000;

export class StageRun {
  readonly host: PluginHost;
  readonly parameters: ParameterStore;
  readonly ledger: LedgerKeeper;
  readonly #options: StageRunOptions;
  #heartbeat: Heartbeat | null = null;
  #counter = COUNTER_FIRST;
  #missedTicks: number;
  #nextOrphans_ms = 0;

  constructor(options: StageRunOptions) {
    const { log, live, configured, reports } = options;
    const settings = () => live.settings;
    const onCondition = reports.condition.bind(reports);
    this.#options = options;
    this.#missedTicks = options.missedTicks;
    this.parameters = new ParameterStore({ folder: live.settings.daemon.state_dir, log });
    this.ledger = new LedgerKeeper({ log, settings, onCondition });
    this.host = new PluginHost({
      parameters: this.parameters,
      ledger: this.ledger.ledger,
      cursors: this.ledger.cursors,
      sources: options.stages ?? [...shippedStages(), ...shippedExtras(live.settings)],
      folder: new PluginFolder({ folder: live.settings.plugins.dir, transpiledRoot: transpiledFolder(configured) }),
      log,
      settings,
      orders: () => {
        const { order: retry } = reports.retries;
        const { order: confirm } = reports.confirmations;
        return { left: live.folders.left, roots: live.roots, ...retry && { retry }, ...confirm && { confirm } };
      },
      onFrame: (event) => reports.frame(event),
      onCondition,
      onBacklog: (backlog) => reports.backlog(backlog),
    });
  }

  get ticks(): boolean {
    return this.#heartbeat !== null;
  }

  /** The counter of the next tick. */
  get counter(): number {
    return this.#counter;
  }

  /** Ticks skipped, because the main thread was held up. */
  get missedTicks(): number {
    return this.#missedTicks;
  }

  /** @param period_s of the tick */
  async start(period_s: number): Promise<void> {
    await this.ledger.open();
    await this.host.start();
    this.#heartbeat = new Heartbeat({
      period_ms: period_s * 1000,
      beat: (missed) => this.#tick(missed),
      clock: this.#options.clock,
    });
    this.#heartbeat.start();
  }

  /** Waits for the firings in progress. */
  async stop(): Promise<void> {
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    await this.host.stop();
    this.#options.live.folders.closeDraining();
    this.#options.reports.retries.forget();
    // After the last word of the plugins, and before another daemon may read the file.
    await this.parameters.close();
    await this.ledger.close();
  }

  #tick(missed: number): void {
    const { log, live, clock } = this.#options;
    if (missed > 0) log.debug(`${counted(missed, "tick")} skipped: the main thread was busy`);
    this.#missedTicks += missed;
    const counter = this.#counter;
    this.#counter = nextCounter(counter);
    this.host.tick(counter, { stages: live.complete, quiet: this.#isQuiet });
    this.#endOrphans();
    this.ledger.tick(clock.now_ms());
  }

  /** Nothing waits anywhere, nobody wants anything, and nothing has happened for some time. */
  get #isQuiet(): boolean {
    const { live, clock, reports: { statistics, retries } } = this.#options;
    if (live.folders.left.length > 0 || retries.order !== undefined) return false;
    return statistics.isQuiet(clock.now_ms());
  }

  #endOrphans(): void {
    const now_ms = this.#options.clock.now_ms();
    if (now_ms < this.#nextOrphans_ms) return;
    this.#nextOrphans_ms = now_ms + ORPHANS_EACH_MS;
    this.parameters.endOrphans(new Set(this.host.statuses().map(({ name }) => name)), now_ms);
  }
}
