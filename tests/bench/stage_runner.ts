/**
 * The three stages of the daemon, hosted as the daemon hosts them, without its ticks: each in its worker, firing as
 * soon as the stage before it has handed something on.
 */
import { join } from "node:path";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import { shippedStages } from "../../src/plugins/host/shipped.ts";
import type { Plugin } from "../../src/plugins/host/plugin.ts";
import type { FrameLedger, LedgerEntry, Receipt } from "../../src/ledger/line.ts";
import type { LineSource } from "../../src/plugins/host/frame_feed.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { makeFolders } from "../../src/daemon/settings/make_folders.ts";
import { PluginHost } from "../../src/plugins/host/plugin_host.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import type { Logger } from "../../src/log/logger.ts";
import { timed, type Turn } from "./turn.ts";

/** The order of the way; each stage's event says that a frame has left it. */
const STEPS = ["claimed", "merged", "delivered"] as const;
/** Some seconds are usual; a run that takes so long is stuck. */
const STUCK_MS = 120_000;

/** Parts of tables that differ from the defaults. */
export type SettingChanges = { readonly [Table in keyof Settings]?: Partial<Settings[Table]> };

/** All folders below `base`; nobody writes any more, so nothing has to settle. */
export function benchSettings(base: string, changes: SettingChanges): Settings {
  const quick: SettingChanges = { frames: { settle_s: 0, sidecar_wait_s: 0 } };
  const tables = Object.entries<object>(defaultSettings(base)).map(([table, values]) => {
    const key = table as keyof Settings;
    return [table, { ...values, ...(quick[key] as object), ...(changes[key] as object) }];
  });
  return Object.fromEntries(tables) as Settings;
}

/** A ledger that can be left out for some frames: libtiff and HDF5 are opened once, so there is one host at a time. */
class SwitchedLedger implements FrameLedger, LineSource {
  readonly #ledger: Ledger;
  readonly #isOn: () => boolean;

  constructor(ledger: Ledger, isOn: () => boolean) {
    this.#ledger = ledger;
    this.#isOn = isOn;
  }

  get newest(): number {
    return this.#ledger.newest;
  }

  get delivered(): number {
    return this.#ledger.delivered;
  }

  get recent() {
    return this.#ledger.recent;
  }

  reader() {
    return this.#ledger.reader();
  }

  append(entry: LedgerEntry): Promise<Receipt | null> {
    return this.#isOn() ? this.#ledger.append(entry) : Promise.resolve(null);
  }

  check(): Promise<void> {
    return this.#isOn() ? this.#ledger.check() : Promise.resolve();
  }
}

export class StageRunner implements AsyncDisposable {
  readonly #host: PluginHost;
  readonly #settings: Settings;
  readonly problems: string[] = [];
  /** Frames that have left each stage. */
  #left: number[] = STEPS.map(() => 0);
  #wake: PromiseWithResolvers<void> = Promise.withResolvers();

  readonly #ledger: Ledger | null;
  /** Whether a ledger is written, where there is one. */
  writesLedger = true;

  /** @param stateDir where the ledger is kept; null for none */
  private constructor(settings: Settings, stateDir: string | null) {
    this.#settings = settings;
    const log = this.#log();
    this.#ledger = stateDir === null ? null : new Ledger({
      stateDir,
      log,
      settings: () => ({ fsync: settings.frames.fsync, keep_days: 0 }),
      onFault: (message) => message !== null && this.#fail(message),
    });
    this.#host = new PluginHost({
      sources: shippedStages(),
      ...this.#ledger === null ? {} : { ledger: new SwitchedLedger(this.#ledger, () => this.writesLedger) },
      log,
      settings: () => settings,
      onFrame: (event) => this.#frame(event),
      onCondition: ({ message }) => message !== null && this.#fail(message),
      onBacklog: () => {},
    });
  }

  /** @throws where a stage cannot be started */
  static async start(settings: Settings, stateDir: string | null = null): Promise<StageRunner> {
    makeFolders(settings);
    const runner = new StageRunner(settings, stateDir);
    await runner.#host.start();
    const refused = runner.#host.plugins.find((plugin) => plugin.out);
    if (refused) throw new Error(`${refused.name}: ${refused.status().lastError}`);
    return runner;
  }

  get output(): string {
    return join(this.#settings.folders.output_root, this.#settings.folders.output_dir);
  }

  /**
   * Lets the stages work until so many frames are delivered.
   * @returns what it took from the first firing to the end of the last
   * @throws where a frame met a problem, or nothing moves any more
   */
  async deliver(count: number): Promise<Turn> {
    this.#left = STEPS.map(() => 0);
    this.problems.length = 0;
    const stuck = setTimeout(() => this.#fail("nothing moves any more"), STUCK_MS);
    const turn = await timed(() =>
      Promise.all(this.#host.plugins.map((plugin, stage) => this.#fireOn(plugin, { stage, count })))
    );
    clearTimeout(stuck);
    if (this.problems.length > 0) throw new Error(`The run does not count: ${this.problems[0]}`);
    return turn;
  }

  /** Fires one stage until all frames have left it. */
  async #fireOn(plugin: Plugin, { stage, count }: { stage: number; count: number }): Promise<void> {
    while (this.#left[stage]! < count && this.problems.length === 0) {
      const came = stage === 0 ? count : this.#left[stage - 1]!;
      if (came === this.#left[stage]) {
        await this.#wake.promise;
        continue;
      }
      const error = await plugin.fire(0);
      if (error !== null) this.#fail(`${plugin.name}: ${error}`);
    }
  }

  #frame(event: FrameEvent): void {
    if (event.type === "quarantined") return this.#fail(`${event.frame}: ${event.reason}`);
    const stage = STEPS.indexOf(event.type as typeof STEPS[number]);
    if (stage !== -1) this.#left[stage]!++;
    this.#wakeAll();
  }

  #fail(problem: string): void {
    this.problems.push(problem);
    this.#wakeAll();
  }

  #wakeAll(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  #log(): Logger {
    return {
      debug: () => {},
      info: () => {},
      warn: (message) => this.#fail(message),
      error: (message) => this.#fail(message),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.stop();
    await this.#ledger?.close();
  }
}
