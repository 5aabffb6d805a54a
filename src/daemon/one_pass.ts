/** The main job once over what is there, without ticks: what `pewatch process` does. */
import type { Condition, FrameEvent } from "../frames/events.ts";
import type { Logger } from "../log/logger.ts";
import type { Settings } from "../config/settings.ts";
import { PluginFolder } from "../plugins/folder/plugin_folder.ts";
import { shippedStages } from "../plugins/host/shipped.ts";
import { FolderLock } from "./settings/folder_lock.ts";
import { ConditionLog, logFrame } from "./frame_log.ts";
import { openInThread } from "../plugins/worker/open_in_thread.ts";
import { openWorker } from "../plugins/host/open_worker.ts";
import type { Plugin } from "../plugins/host/plugin.ts";
import { FolderError, makeFolders } from "./settings/make_folders.ts";
import { misplacedPlugins } from "./settings/plugins_apart.ts";
import { PluginHost } from "../plugins/host/plugin_host.ts";
import type { PluginStatus } from "../plugins/host/plugin_status.ts";
import type { PluginSource } from "../plugins/source.ts";
import { type FrameCounts, FrameStatistics } from "./status.ts";

export interface OnePassOptions {
  readonly log: Logger;
  readonly stages?: readonly PluginSource[];
  /**
   * Where the user's stages are imported from, a folder of this pass alone: a daemon may run, which holds its own.
   * Without one only the shipped stages run. Users' other plugins never do: there are no ticks.
   */
  readonly transpiledRoot?: string;
  /** Ends the pass after the firings in progress; frames in progress stay. */
  readonly signal?: AbortSignal;
  /**
   * Whether the shipped stages work in this thread, of which there may be one pass at a time then: the start of three
   * threads costs half a second.
   */
  readonly inThread?: boolean;
  readonly onFrame?: (event: FrameEvent) => void;
}

export interface OnePassResult {
  readonly frames: FrameCounts;
  /** What holds frames up that still wait. */
  readonly conditions: readonly string[];
  readonly plugins: readonly PluginStatus[];
  /** Whether it was ended by the signal. */
  readonly aborted: boolean;
  /** Why a stage gave up, null where none did. */
  readonly stageError: string | null;
}

/** Between two firings that found nothing to do. */
const POLL_MS = 20;
/**
 * Rounds in which every stage, fired after the one before it, moved nothing, before it is believed that nothing does.
 * Two, since the last stage may silently hand a frame back to an earlier one.
 */
const QUIET_ROUNDS = 2;

/**
 * Fires the stages side by side until nothing moves any more. With `settle_s` and `sidecar_wait_s` of 0 whatever is
 * there counts as complete; else as long as these, frames are waited for.
 * @throws {FolderError} {@linkcode FolderInUseError}
 */
export async function runOnePass(settings: Settings, options: OnePassOptions): Promise<OnePassResult> {
  makeFolders(settings);
  const misplaced = options.transpiledRoot === undefined ? null : await misplacedPlugins(settings);
  if (misplaced !== null) throw new FolderError("plugins.dir", misplaced);
  const { raw, temp, proc } = settings.folders;
  using _lock = FolderLock.take([raw, temp, proc]);
  const pass = new Pass(settings, options);
  try {
    await pass.run();
    return pass.result();
  } finally {
    await pass.stop();
  }
}

class Pass {
  readonly #host: PluginHost;
  readonly #options: OnePassOptions;
  readonly #statistics = new FrameStatistics();
  readonly #patience_ms: number;
  readonly #quiet = new Map<Plugin, number>();
  #lastStep_ms = performance.now();
  #steps = 0;
  /** Masters of series that wait for their time to be written: it comes, so there is no end before. */
  #seriesWaiting = 0;
  /** Whether the stages, firing side by side, have come to rest. */
  #settled = false;
  #stageError: string | null = null;

  constructor(settings: Settings, options: OnePassOptions) {
    this.#options = options;
    this.#patience_ms = (settings.frames.settle_s + settings.frames.sidecar_wait_s) * 1000;
    const conditionLog = new ConditionLog(options.log);
    const { transpiledRoot } = options;
    this.#host = new PluginHost({
      sources: options.stages ?? shippedStages(),
      folder: transpiledRoot === undefined
        ? null
        : new PluginFolder({ folder: settings.plugins.dir, transpiledRoot, settle_s: 0 }),
      replacementsOnly: true,
      openWorker: (events, worker) =>
        options.inThread === true && worker.trusted && worker.stage ? openInThread(events) : openWorker(events, worker),
      log: options.log,
      settings: () => settings,
      onFrame: (event) => this.#frame(event),
      onCondition: (condition: Condition) => {
        this.#statistics.condition(condition);
        conditionLog.condition(condition);
      },
      onBacklog: (backlog) => {
        this.#seriesWaiting = backlog.series ?? this.#seriesWaiting;
        this.#statistics.backlog(backlog, performance.now());
      },
    });
  }

  async run(): Promise<void> {
    await this.#host.start();
    do {
      this.#settled = false;
      await Promise.all(this.#host.plugins.map((plugin) => this.#fireOn(plugin)));
    } while (!this.#ended && await this.#findsMore());
  }

  async stop(): Promise<void> {
    await this.#host.stop();
  }

  result(): OnePassResult {
    return {
      frames: this.#statistics.counts(performance.now()),
      conditions: this.#statistics.conditions,
      plugins: this.#host.statuses(),
      aborted: this.#aborted,
      stageError: this.#stageError,
    };
  }

  get #aborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  get #ended(): boolean {
    return this.#aborted || this.#stageError !== null;
  }

  async #fireOn(plugin: Plugin): Promise<void> {
    while (!this.#ended && !this.#settled) {
      const moved = await this.#fire(plugin);
      this.#quiet.set(plugin, moved ? 0 : (this.#quiet.get(plugin) ?? 0) + 1);
      if (this.#isQuiet()) this.#settled = true;
      else if (!moved) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Fires once; gives whether any frame moved meanwhile, or the firing failed and has to be repeated. */
  async #fire(plugin: Plugin): Promise<boolean> {
    if (plugin.out) {
      this.#stageError ??= `${plugin.name}: ${plugin.status().lastError ?? "it was suspended"}`;
      return false;
    }
    const steps = this.#steps;
    const error = await plugin.fire(0);
    return error !== null || this.#steps !== steps;
  }

  #isQuiet(): boolean {
    if (this.#seriesWaiting > 0) return false;
    if (!this.#host.plugins.every((plugin) => (this.#quiet.get(plugin) ?? 0) >= 1)) return false;
    const waiting = this.#statistics.counts(performance.now()).backlog > 0;
    return !waiting || performance.now() - this.#lastStep_ms > this.#patience_ms;
  }

  /** Whether the stages, fired one after the other, find something after all. */
  async #findsMore(): Promise<boolean> {
    for (let round = 0; round < QUIET_ROUNDS; round++) {
      for (const plugin of this.#host.plugins) {
        if (await this.#fire(plugin)) return true;
      }
      if (this.#seriesWaiting > 0) return true;
    }
    return false;
  }

  #frame(event: FrameEvent): void {
    this.#steps++;
    this.#lastStep_ms = performance.now();
    // Whoever was quiet may have work now.
    this.#quiet.clear();
    this.#statistics.frame(event, performance.now());
    logFrame(this.#options.log, event);
    this.#options.onFrame?.(event);
  }
}
