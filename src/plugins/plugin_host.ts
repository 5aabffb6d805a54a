/** Keeps all plugins: starts them, ticks them, stops them. The folder of users' plugins will be read here too. */
import { join } from "node:path";
import type { Backlog, Condition, FrameEvent, Logger } from "../frames/events.ts";
import { HostedPlugin, type PluginSource, type PluginStatus } from "./hosted_plugin.ts";
import type { Settings } from "../config/settings.ts";
import type { PluginFolders } from "./contract.ts";

export interface PluginHostOptions {
  readonly sources: readonly PluginSource[];
  readonly log: Logger;
  /** Asked at each firing, so that what a client changes holds from the next one on. */
  settings(): Settings;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
}

export class PluginHost {
  readonly plugins: readonly HostedPlugin[];

  constructor(options: PluginHostOptions) {
    this.plugins = options.sources.map((source) =>
      new HostedPlugin(source, {
        log: options.log,
        failuresMax: options.settings().plugins.failures_max,
        context: (tick, name) => {
          const settings = options.settings();
          return {
            tick,
            folders: pluginFolders(settings),
            maxProc: settings.daemon.max_proc,
            settings,
            config: settings.plugins.tables[name] ?? {},
          };
        },
        onFrame: options.onFrame,
        onCondition: options.onCondition,
        onBacklog: options.onBacklog,
      })
    );
  }

  /** Starts all workers at once; comes back when each is ready, refused or failed. */
  async start(): Promise<void> {
    await Promise.all(this.plugins.map((plugin) => plugin.start()));
  }

  tick(counter: number): void {
    for (const plugin of this.plugins) plugin.tick(counter);
  }

  async stop(): Promise<void> {
    await Promise.all(this.plugins.map((plugin) => plugin.stop()));
  }

  statuses(): PluginStatus[] {
    return this.plugins.map((plugin) => plugin.status());
  }
}

/** The folders of the configuration as plugins get them; `outputDir` with forward slashes on every system. */
export function pluginFolders(settings: Settings): PluginFolders {
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  const outputDir = Deno.build.os === "windows" ? output_dir.replaceAll("\\", "/") : output_dir;
  return { raw, temp, proc, outputRoot: output_root, outputDir, output: outputFolder(settings) };
}

export function outputFolder(settings: Settings): string {
  return join(settings.folders.output_root, settings.folders.output_dir);
}
