/**
 * Keeps all plugins: those that are shipped and those of the plugins folder. Starts them, ticks them, stops them. One
 * file: all of it works on the one list of plugins.
 */
import { outputFolder, type Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import type { Backlog, Condition, FrameEvent } from "../../frames/events.ts";
import type { Logger } from "../../log/logger.ts";
import type { Cursors } from "../../ledger/cursors.ts";
import type { FrameLedger } from "../../ledger/line.ts";
import type { ConsumerStatus, LineSource } from "./frame_feed.ts";
import { type ParameterBoard, PluginServices } from "./services.ts";
import { type Clock, SYSTEM_CLOCK } from "../../time/clock.ts";
import type { PluginFolders } from "../contract.ts";
import { nameKey } from "../folder/names.ts";
import { type OpenWorker, openWorker } from "./open_worker.ts";
import { Plugin, type PluginDependencies } from "./plugin.ts";
import type { PluginStatus } from "./plugin_status.ts";
import type { PluginSource } from "../source.ts";

/** The files of the plugins folder; `PluginFolder` is one. */
export interface SourceFolder {
  /** All plugins there, or null where nothing has changed. Never rejects. */
  poll(): Promise<readonly PluginSource[] | null>;
  /** Removes transpiled copies that no longer run. */
  prune(hashesInUse: Iterable<string>): Promise<unknown>;
  /** The fault of the folder as a whole, or null. */
  readonly problem: string | null;
}

/** What stages do besides the frames in the present folders. */
export type StageOrders = Pick<PluginFolders, "left" | "retry" | "roots" | "confirm" | "progress">;

export interface PluginHostOptions {
  /** The shipped plugins. */
  readonly sources: readonly PluginSource[];
  /** Without one, only shipped plugins run. */
  readonly folder?: SourceFolder | null;
  /** Of the folder, only files with the name of a shipped plugin. */
  readonly replacementsOnly?: boolean;
  readonly log: Logger;
  /** Where stages write down what became of frames; without one it is not. */
  readonly ledger?: FrameLedger & LineSource;
  /** How far plugins of contract 2 have come with it. */
  readonly cursors?: Cursors;
  /** Keeps the parameters that plugins set; without one they are dropped. */
  readonly parameters?: ParameterBoard;
  readonly clock?: Clock;
  readonly openWorker?: OpenWorker;
  /** Read at each firing, so that a client's change applies from the next one on. */
  settings(): Settings;
  /** Read together with the settings. */
  orders?(): StageOrders;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
}

/** The start waits no longer than this for users' plugins: one may hang, and frames wait. */
export const START_MS_MAX = 2000;

/** While nothing waits, the stages behind the first look at each tick of this number, and the plugins folder is read. */
const QUIET_TICKS = 6;
const QUIET_FOLDER_TICKS = 3;
/** Shorter than the stages themselves go on looking after a frame (src/frames/rounds.ts). */
const FLOW_MS = 4000;

export class PluginHost {
  readonly #options: PluginHostOptions;
  readonly #clock: Clock;
  readonly #dependencies: PluginDependencies;
  /** By the key of their file's name, in the order in which they fire. */
  readonly #plugins = new Map<string, Plugin>();
  /** Who has which name. */
  readonly #names = new Map<string, Plugin>();
  #polling: Promise<void> | null = null;
  /** Of the last tick. */
  #counter = 0;
  /** When a frame was last claimed, and when one was last merged. */
  readonly #handedOn_ms = [-Infinity, -Infinity];
  #stopping = false;

  constructor(options: PluginHostOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#dependencies = this.#makeDependencies();
    for (const source of options.sources) this.#add(source.name, source);
  }

  /** For good. */
  get stopped(): boolean {
    return this.#stopping;
  }

  get plugins(): readonly Plugin[] {
    return [...this.#plugins.values()];
  }

  /** How many have a worker. */
  get workers(): number {
    return this.plugins.filter((plugin) => plugin.hasWorker).length;
  }

  /** Resolves when every firing of a stage that began before has finished. */
  async stagesOver(): Promise<void> {
    await Promise.all(this.plugins.filter((plugin) => plugin.versions.stage).map((plugin) => plugin.idle));
  }

  /**
   * Starts all workers at once; resolves when each is ready, refused or failed. It waits START_MS_MAX at most for
   * users' plugins.
   */
  async start(): Promise<void> {
    await this.#atMost(this.#look());
    for (const plugin of this.plugins) plugin.start();
    const shipped = this.plugins.filter((plugin) => plugin.versions.runsShipped);
    await Promise.all(shipped.map((plugin) => plugin.idle));
    await this.#atMost(Promise.all(this.plugins.map((plugin) => plugin.idle)));
  }

  /**
   * @param options.stages false: only the other plugins
   * @param options.quiet nothing waits for the shipped stages behind the first: they look at some ticks only, and are
   *   woken by the frame that comes
   */
  tick(
    counter: number,
    { stages = true, quiet = false }: { readonly stages?: boolean; readonly quiet?: boolean } = {},
  ): void {
    const resting = quiet && counter % QUIET_TICKS !== 0 ? this.#followers : [];
    this.#counter = counter;
    for (const plugin of this.plugins) {
      if (plugin.gone) this.#remove(plugin);
      else if ((stages || !plugin.versions.stage) && !resting.includes(plugin)) plugin.tick(counter);
    }
    if (!quiet || counter % QUIET_FOLDER_TICKS === 0) void this.#look();
  }

  /** The shipped stages behind the first, in their order; none where a user's file is in the place of one. */
  get #followers(): readonly Plugin[] {
    const stages = this.plugins.filter(({ versions }) => versions.stage);
    return stages.every(({ versions }) => versions.runsShipped) ? stages.slice(1) : [];
  }

  /** The first frame after a pause does not wait for the ticks of the stages behind; those that follow are looked for. */
  #wakeNext(event: FrameEvent): void {
    const at = event.type === "claimed" ? 0 : event.type === "merged" ? 1 : -1;
    if (at < 0) return;
    const now_ms = this.#clock.now_ms();
    const before_ms = this.#handedOn_ms[at]!;
    this.#handedOn_ms[at] = now_ms;
    if (now_ms - before_ms > FLOW_MS) this.#followers[at]?.wake(this.#counter);
  }

  /** Bounded, whatever a plugin does: see PluginWorker. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.plugins.map((plugin) => plugin.stop()));
  }

  /** Who reads the ledger, and how far each has come. */
  consumers(): readonly ConsumerStatus[] {
    return this.#dependencies.services.frames.consumers();
  }

  statuses(): PluginStatus[] {
    return this.plugins.filter((plugin) => !plugin.gone).map((plugin) => plugin.status());
  }

  /** Starts a plugin that refused, failed or was replaced again, by its name or its file's; returns why it cannot. */
  retry(name: string): string | null {
    const plugin = this.#names.get(nameKey(name)) ?? this.#plugins.get(nameKey(name));
    if (plugin === undefined || plugin.gone) return `there is no plugin ${name}`;
    return plugin.retry();
  }

  /** Starts each stage that refused or was suspended again. */
  retryStages(): void {
    for (const plugin of this.plugins) if (plugin.versions.stage && plugin.out) plugin.retry();
  }

  /** Reads the plugins folder now, and starts each plugin that does not run again. */
  reload(): void {
    void this.#look();
    for (const plugin of this.plugins) plugin.retry();
  }

  #look(): Promise<void> {
    const { folder } = this.#options;
    if (!folder || this.#stopping) return Promise.resolve();
    return this.#polling ??= this.#poll(folder).finally(() => this.#polling = null);
  }

  async #poll(folder: SourceFolder): Promise<void> {
    try {
      const sources = await folder.poll();
      this.#options.onCondition({ key: "plugins folder", message: folder.problem });
      if (sources === null || this.#stopping) return;
      this.#apply(sources);
      await folder.prune(this.plugins.flatMap((plugin) => plugin.versions.hashes));
    } catch (error) {
      this.#options.log.error(`plugins folder: ${messageOf(error)}`);
    }
  }

  #apply(sources: readonly PluginSource[]): void {
    const offered = new Map(sources.map((source) => [nameKey(source.name), source]));
    for (const [key, plugin] of this.#plugins) {
      plugin.offer(offered.get(key) ?? null);
      offered.delete(key);
    }
    if (this.#options.replacementsOnly === true) return;
    for (const source of offered.values()) this.#add(source.name, null).offer(source);
  }

  #add(fileName: string, shipped: PluginSource | null): Plugin {
    const plugin = new Plugin({ fileName, shipped }, this.#dependencies);
    this.#plugins.set(nameKey(fileName), plugin);
    return plugin;
  }

  #remove(plugin: Plugin): void {
    this.#plugins.delete(nameKey(plugin.fileName));
    this.#release(plugin);
  }

  /** A file's own name belongs to that file, whatever others call themselves. */
  #claim(name: string, fileName: string): string | null {
    const key = nameKey(name);
    const plugin = this.#plugins.get(nameKey(fileName));
    if (plugin === undefined) return null;
    const other = this.#names.get(key) ?? this.#plugins.get(key);
    if (other !== undefined && other !== plugin && !other.gone) {
      return `the name ${name} is already used by plugin ${other.fileName}`;
    }
    if (this.#names.get(key) === plugin) return null;
    this.#release(plugin);
    this.#names.set(key, plugin);
    return null;
  }

  /** A plugin that was refused because the name was in use may have it now. */
  #release(plugin: Plugin): void {
    for (const [key, holder] of this.#names) {
      if (holder !== plugin) continue;
      this.#names.delete(key);
      for (const other of this.plugins) other.nameIsFree(key);
    }
  }

  async #atMost(what: Promise<unknown>): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => cancel = this.#clock.after(START_MS_MAX, resolve));
    await Promise.race([what, late]);
    cancel();
  }

  #makeDependencies(): PluginDependencies {
    const {
      log,
      settings,
      orders = () => ({ left: [] }),
      onFrame,
      onCondition,
      onBacklog,
      parameters,
      ledger,
      cursors,
    } = this.#options;
    const services = new PluginServices({
      log,
      parameters,
      ledger,
      cursors,
      outputRoot: () => settings().folders.output_root,
    });
    return {
      log,
      services,
      clock: this.#clock,
      openWorker: this.#options.openWorker ?? openWorker,
      limits: () => settings().plugins,
      context: (tick, name) => {
        const now = settings();
        const config = now.plugins.tables[name] ?? {};
        const { confirm } = now.deliver;
        const progress = confirm.length === 0 ? {} : { progress: services.frames.progressOf(confirm) };
        const folders = pluginFolders(now, { ...orders(), ...progress });
        return { tick, folders, maxProc: now.daemon.max_proc, settings: now, config };
      },
      claimName: (name, fileName) => this.#claim(name, fileName),
      onFrame: (event) => {
        this.#wakeNext(event);
        services.frame(event, onFrame);
      },
      onCondition,
      onBacklog,
    };
  }
}

/** The folders of the configuration as plugins get them; `outputDir` with forward slashes on every system. */
export function pluginFolders(settings: Settings, orders: StageOrders = { left: [] }): PluginFolders {
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  const outputDir = Deno.build.os === "windows" ? output_dir.replaceAll("\\", "/") : output_dir;
  return { raw, temp, proc, outputRoot: output_root, outputDir, output: outputFolder(settings), ...orders };
}
