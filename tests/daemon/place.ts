/** A folder with daemons, whose stages do no more than a test of the daemon needs; all of it is closed with the test. */
import type { Settings } from "../../src/config/settings.ts";
import { Daemon, type DaemonOptions } from "../../src/daemon/daemon.ts";
import type { PluginSource } from "../../src/plugins/source.ts";
import { TempFolder } from "../temp_folder.ts";
import { type MemoryLog, memoryLog, quickSettings, source } from "./helpers.ts";

/** The tables of three stages that only move files on, from raw to the output. */
export const MOVES = {
  first: { from: "raw", to: "temp", type: "claimed" },
  second: { from: "temp", to: "proc", type: "claimed" },
  third: { from: "proc", to: "output", type: "delivered" },
};

export function movingStages({ essential = true } = {}): readonly PluginSource[] {
  return Object.keys(MOVES).map((name) => source("moves", { name, essential }));
}

export class Place extends TempFolder implements AsyncDisposable {
  readonly log: MemoryLog = memoryLog();
  readonly #stages: readonly PluginSource[] | null;
  readonly #daemons: Daemon[] = [];

  /** @param stages null: those that pewatch itself has */
  constructor(stages: readonly PluginSource[] | null = movingStages()) {
    super();
    this.#stages = stages;
  }

  settings(folders: Partial<Settings["folders"]> = {}): Settings {
    const settings = quickSettings(this.path, MOVES);
    return { ...settings, folders: { ...settings.folders, ...folders } };
  }

  daemon(settings = this.settings(), options: Partial<DaemonOptions> = {}): Daemon {
    const daemon = new Daemon(settings, { log: this.log, ...this.#stages && { stages: this.#stages }, ...options });
    this.#daemons.push(daemon);
    return daemon;
  }

  /** One that runs. */
  async started(...made: Parameters<Place["daemon"]>): Promise<Daemon> {
    const daemon = this.daemon(...made);
    await daemon.start();
    return daemon;
  }

  make(...names: string[]): string {
    const path = this.join(...names);
    Deno.mkdirSync(path, { recursive: true });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons) await daemon.close();
    this[Symbol.dispose]();
  }
}
