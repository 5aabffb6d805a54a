/** A host with a plugins folder of its own, ticked by hand. */
import { join } from "node:path";
import type { Settings } from "../../src/config/settings.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import { PluginFolder } from "../../src/plugins/folder/plugin_folder.ts";
import { PluginHost } from "../../src/plugins/host/plugin_host.ts";
import type { PluginStatus } from "../../src/plugins/host/plugin_status.ts";
import type { PluginSource } from "../../src/plugins/source.ts";
import { type MemoryLog, memoryLog, settingsIn, tempFolder, until } from "../daemon/helpers.ts";
import type { TempFolder } from "../temp_folder.ts";

export interface HarnessOptions {
  readonly shipped?: readonly PluginSource[];
  readonly tables?: Settings["plugins"]["tables"];
  readonly time_limit_s?: number;
  readonly memory_limit_mib?: number;
}

/** Between two ticks of `tickUntil`. */
const TICK_MS = 15;

export class HostHarness implements AsyncDisposable {
  readonly #temp: TempFolder;
  readonly log: MemoryLog = memoryLog();
  readonly conditions = new Map<string, string>();
  readonly events: FrameEvent[] = [];
  readonly host: PluginHost;
  readonly path: string;
  #counter = 0;

  constructor(options: HarnessOptions = {}) {
    this.#temp = tempFolder();
    this.path = this.#temp.path;
    const base = settingsIn(this.path, options.tables ?? {});
    const { time_limit_s = 300, memory_limit_mib = 512 } = options;
    const settings = { ...base, plugins: { ...base.plugins, time_limit_s, memory_limit_mib } };
    Deno.mkdirSync(settings.plugins.dir);
    for (const folder of ["raw", "temp", "proc", "output"]) Deno.mkdirSync(join(this.path, folder));
    this.host = new PluginHost({
      sources: options.shipped ?? [],
      folder: new PluginFolder({
        folder: settings.plugins.dir,
        transpiledRoot: join(this.path, "transpiled"),
        settle_s: 0.02,
      }),
      log: this.log,
      settings: () => settings,
      onFrame: (event) => this.events.push(event),
      onCondition: ({ key, message }) =>
        void (message === null ? this.conditions.delete(key) : this.conditions.set(key, message)),
      onBacklog: () => {},
    });
  }

  /** A host that runs with these files in its plugins folder. */
  static async started(files: Readonly<Record<string, string>>, options?: HarnessOptions): Promise<HostHarness> {
    const bench = new HostHarness(options);
    for (const [name, text] of Object.entries(files)) bench.put(name, text);
    await bench.host.start();
    return bench;
  }

  /** A file of the plugins folder; null removes it. */
  put(name: string, text: string | null): void {
    const path = join(this.path, "plugins", name);
    if (text === null) Deno.removeSync(path);
    else Deno.writeTextFileSync(path, text);
  }

  status(name: string): PluginStatus | undefined {
    return this.host.statuses().find((status) => status.name === name);
  }

  tick(): void {
    this.host.tick(++this.#counter);
  }

  async tickUntil(condition: () => boolean, what: string): Promise<void> {
    let last_ms = -Infinity;
    await until(() => {
      if (performance.now() - last_ms > TICK_MS) {
        last_ms = performance.now();
        this.tick();
      }
      return condition();
    }, what).catch((error) => {
      throw new Error(
        `${error.message}: ${Deno.inspect(this.host.statuses())}\n${this.log.lines.slice(-20).join("\n")}`,
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.stop();
    this.#temp[Symbol.dispose]();
  }
}
