/**
 * What a plugin gets: the one module that plugins import, by the bare name `pewatch`.
 *
 * The contract carries a version. Within one version things are only added; what is taken away or changes its meaning
 * raises API_VERSION.
 */
import type { Reporter } from "../frames/events.ts";
import type { StageOptions } from "../frames/stage.ts";
import type { Settings } from "../config/settings.ts";

export type { Backlog, Condition, FrameEvent, Logger, LogLevel, Reporter } from "../frames/events.ts";
export type { Settings } from "../config/settings.ts";

export const API_VERSION = 1;

/** The folders of one firing, absolute. */
export interface PluginFolders {
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly outputRoot: string;
  /** Below the root, "" for the root itself. */
  readonly outputDir: string;
  /** Root and directory joined. */
  readonly output: string;
}

export interface PluginContext {
  readonly apiVersion: number;
  /** The plugin's name: its NAME, else its file's name without the ending. */
  readonly name: string;
  /** The daemon's counter at this firing; 0 in setup and where there are no ticks (`pewatch process`). */
  readonly tick: number;
  readonly folders: PluginFolders;
  /** How many frames a stage may work on at once, 1 to 9. */
  readonly maxProc: number;
  /** The whole configuration, read only. */
  readonly settings: Settings;
  /** The plugin's own table `[plugins.NAME]`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly log: Reporter["log"];
  /** Aborted when the daemon stops: finish the frame under way and return. */
  readonly signal: AbortSignal;
  /** Tells the daemon about frames, conditions and waiting work. */
  readonly report: Reporter;
  /** Named counters, shown in the status. */
  readonly counters: { add(name: string, by?: number): void };
}

/** What a plugin's module exports. */
export interface PluginModule {
  readonly TICKTACK: number;
  readonly TICKTACK_OFFSET?: number;
  readonly NAME?: string;
  setup?(context: PluginContext): void | Promise<void>;
  work(context: PluginContext): void | Promise<void>;
  /** Called once before the worker ends; for closing what setup opened. */
  teardown?(context: PluginContext): void | Promise<void>;
}

/** What the functions behind the three stages take, from a plugin's context; for a plugin that replaces a stage. */
export function stageOptions(context: PluginContext): StageOptions {
  const { folders, settings, maxProc, report, signal } = context;
  return { folders, settings, maxProc, reporter: report, signal };
}
