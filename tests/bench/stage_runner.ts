/**
 * The three stages of the daemon, hosted as the daemon hosts them, without its ticks: each in its worker, firing again
 * as soon as it has come to its end.
 */
import { join } from "node:path";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import { shippedStages } from "../../src/plugins/shipped.ts";
import type { HostedPlugin } from "../../src/plugins/hosted_plugin.ts";
import { makeFolders } from "../../src/daemon/make_folders.ts";
import { PluginHost } from "../../src/plugins/plugin_host.ts";
import type { FrameEvent, Logger } from "../../src/frames/events.ts";

/** After a firing that moved nothing. Far below a frame's time, and still no busy waiting. */
const PAUSE_MS = 2;
/** Some seconds are usual; a run that takes so long is stuck. */
const STUCK_MS = 120_000;

/** Parts of tables that differ from the defaults. */
export type SettingChanges = { readonly [Table in keyof Settings]?: Partial<Settings[Table]> };

/** All folders below `base`; nobody writes any more, so nothing has to settle. */
export function benchSettings(base: string, changes: SettingChanges): Settings {
  const quick: SettingChanges = { frames: { settle_s: 0, sidecar_wait_s: 0 } };
  const tables = Object.entries(defaultSettings(base)).map(([table, values]) => {
    const key = table as keyof Settings;
    return [table, { ...values, ...quick[key], ...changes[key] }];
  });
  return Object.fromEntries(tables) as Settings;
}

export class StageRunner implements AsyncDisposable {
  readonly #host: PluginHost;
  readonly #settings: Settings;
  readonly problems: string[] = [];
  #delivered = 0;
  #last_ms = 0;
  #steps = 0;

  private constructor(settings: Settings) {
    this.#settings = settings;
    this.#host = new PluginHost({
      sources: shippedStages(),
      log: this.#log(),
      settings: () => settings,
      onFrame: (event) => this.#frame(event),
      onCondition: ({ message }) => void (message !== null && this.problems.push(message)),
      onBacklog: () => {},
    });
  }

  /** @throws where a stage cannot be started */
  static async start(settings: Settings): Promise<StageRunner> {
    makeFolders(settings);
    const runner = new StageRunner(settings);
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
   * @returns seconds from the first firing to the last delivery
   * @throws where a frame met a problem, or nothing moves any more
   */
  async deliver(count: number): Promise<number> {
    this.#delivered = 0;
    this.problems.length = 0;
    const start = performance.now();
    await Promise.all(this.#host.plugins.map((plugin) => this.#fireOn(plugin, { count, start })));
    if (this.problems.length > 0) throw new Error(`The run does not count: ${this.problems[0]}`);
    return (this.#last_ms - start) / 1000;
  }

  async #fireOn(plugin: HostedPlugin, until: { count: number; start: number }): Promise<void> {
    while (this.#delivered < until.count && this.problems.length === 0) {
      const steps = this.#steps;
      const { error } = await plugin.fire(0);
      if (error !== null) this.problems.push(`${plugin.name}: ${error}`);
      if (performance.now() - until.start > STUCK_MS) this.problems.push("nothing moves any more");
      if (steps === this.#steps) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #frame(event: FrameEvent): void {
    this.#steps++;
    if (event.type === "quarantined") this.problems.push(`${event.frame}: ${event.reason}`);
    if (event.type !== "delivered") return;
    this.#delivered++;
    this.#last_ms = performance.now();
  }

  #log(): Logger {
    return {
      debug: () => {},
      info: () => {},
      warn: (message) => void this.problems.push(message),
      error: (message) => void this.problems.push(message),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.stop();
  }
}
