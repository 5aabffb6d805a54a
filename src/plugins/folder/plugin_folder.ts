/** The plugins folder: read each tick, its files made into plugins where one has changed. */
import { join, resolve } from "node:path";
import { isMissing, reasonOf } from "../../files/errors.ts";
import type { FileStat } from "../../files/listing.ts";
import type { PluginSource } from "../source.ts";
import type { BuildReport, BuildRequest, BuiltPlugin } from "./build.ts";
import { BuildError, buildInWorker } from "./build_in_worker.ts";
import { type Clock, type FileState, MISSING, Settling, stateOf, statOf } from "./file_state.ts";
import { whyNotAPlugin } from "./names.ts";
import { pruneTranspiled } from "./transpiled.ts";

/** Each plugin is a worker of its own, of 10 MB and more. */
const PLUGINS_MAX = 200;
/** Entries of the folder that are read, three times a second: frames written there by mistake end here. */
const ENTRIES_MAX = 10_000;
/** A build reads some files and takes 0.2 s; one that does not end hangs. */
const BUILD_MS_MAX = 30_000;
/** As for frames: programs that copy write more often than that. */
const SETTLE_S = 0.2;
/** What the system could not read is retried after this time, though it has not changed. */
const RETRY_MS = 3000;

export interface PluginFolderOptions {
  readonly folder: string;
  /** One program's own: transpiled copies that it does not use are removed there. It is made where it is missing. */
  readonly transpiledRoot: string;
  readonly settle_s?: number;
  /** Called once for each problem of the whole folder. */
  onProblem?(text: string): void;
  readonly clock?: Clock;
  /** In a worker by default. */
  build?(request: BuildRequest): Promise<BuildReport>;
}

interface Look {
  readonly listed: ReadonlySet<string>;
  /** All that may be plugins: also one that has just gone. */
  readonly candidates: readonly string[];
  readonly states: ReadonlyMap<string, FileState>;
  readonly modified_ms: ReadonlyMap<string, number>;
}

export class PluginFolder {
  readonly #folder: string;
  readonly #transpiledRoot: string;
  readonly #settle_s: number;
  readonly #options: PluginFolderOptions;
  readonly #clock: Clock;
  readonly #settling: Settling;
  #busy = false;
  /** Later on only files that were watched count as settled. */
  #first = true;
  #problem: string | null = null;
  #sources: readonly PluginSource[] = [];
  #candidates: readonly string[] = [];
  /** What the last build rests on; null where it could not take the file as it was. */
  #taken: ReadonlyMap<string, FileState | null> = new Map();
  #retryAt_ms = Infinity;
  #failed = false;
  #spoilt = new Map<string, { readonly state: FileState | undefined; readonly problem: string }>();

  constructor(options: PluginFolderOptions) {
    this.#options = options;
    this.#folder = resolve(options.folder);
    this.#transpiledRoot = resolve(options.transpiledRoot);
    this.#settle_s = options.settle_s ?? SETTLE_S;
    this.#clock = options.clock ?? { now_ms: Date.now, monotonic_ms: () => performance.now() };
    this.#settling = new Settling(this.#settle_s, this.#clock);
  }

  /** The problem of the whole folder, or null. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * Looks at the folder. Never rejects, and never holds the thread up: files are asked for asynchronously and only
   * where one has changed, a worker makes plugins of them. A call during another returns null.
   * @returns all plugins, by name, or null where they are the same as before
   */
  async poll(): Promise<PluginSource[] | null> {
    if (this.#busy) return null;
    this.#busy = true;
    try {
      return await this.#poll();
    } catch (error) {
      this.#report(`${this.#folder}: the plugins folder cannot be read: ${reasonOf(error)}`);
      return null;
    } finally {
      this.#busy = false;
    }
  }

  /**
   * Removes the transpiled copies that neither these plugins nor those of the last poll use.
   * @returns how many were removed; none while a poll is in progress
   */
  async prune(hashesInUse: Iterable<string>): Promise<number> {
    if (this.#busy) return 0;
    this.#busy = true;
    try {
      return await this.#prune(hashesInUse);
    } finally {
      this.#busy = false;
    }
  }

  async #prune(hashesInUse: Iterable<string>): Promise<number> {
    const inUse = new Set(hashesInUse);
    for (const { hash } of this.#sources) inUse.add(hash);
    try {
      return await pruneTranspiled(this.#transpiledRoot, inUse);
    } catch {
      return 0; // they only take room
    }
  }

  async #poll(): Promise<PluginSource[] | null> {
    const look = await this.#look();
    if (!this.#failed) this.#problem = null;
    const first = this.#first;
    this.#first = false;
    const settled = this.#settling.look(look.states, first ? look.modified_ms : null);
    const report = this.#hasChanged(look, settled) ? await this.#build(look, settled, first) : null;
    const changed = report !== null && this.#take(report, look);
    if (report !== null) await this.#beginToWatch(report, look);
    if (first) await this.#prune([]); // what a program before this one has left
    return changed ? [...this.#sources] : null;
  }

  /** @throws the system's error where the folder exists and cannot be listed, or has too many entries or plugins */
  async #look(): Promise<Look> {
    const listed = new Set(await this.#list());
    const candidates = [...new Set([...listed, ...this.#candidates])].sort();
    const states = new Map<string, FileState>();
    const modified_ms = new Map<string, number>();
    for (const path of new Set([...candidates, ...this.#taken.keys()])) {
      const facts = await factsLater(path);
      states.set(path, facts === null ? MISSING : stateOf(facts));
      if (facts !== null) modified_ms.set(path, facts.modified_ms);
    }
    return { listed, candidates, states, modified_ms };
  }

  async #list(): Promise<string[]> {
    const paths: string[] = [];
    let entries = 0;
    try {
      for await (const entry of Deno.readDir(this.#folder)) {
        if (++entries > ENTRIES_MAX) throw new Error(`it has more than ${ENTRIES_MAX} entries`);
        if (!entry.isDirectory && whyNotAPlugin(entry.name) === null) paths.push(join(this.#folder, entry.name));
      }
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
    if (paths.length > PLUGINS_MAX) {
      throw new Error(`it has ${paths.length} plugins; at most ${PLUGINS_MAX} are loaded`);
    }
    return paths;
  }

  #hasChanged(look: Look, settled: ReadonlySet<string>): boolean {
    const mayRetry = this.#clock.monotonic_ms() >= this.#retryAt_ms;
    if (mayRetry || this.#failed) return mayRetry;
    for (const path of settled) {
      const taken = this.#taken.get(path);
      if (taken === look.states.get(path)) continue;
      if (taken === null && this.#retryAt_ms !== Infinity) continue; // its time will come
      return true;
    }
    return false;
  }

  /** @returns null where it failed, and no single file is to blame */
  async #build(look: Look, settled: ReadonlySet<string>, first: boolean): Promise<BuildReport | null> {
    for (const [path, { state }] of this.#spoilt) if (look.states.get(path) !== state) this.#spoilt.delete(path);
    // One that has just gone may come back at once: it stays until its absence has settled.
    const gone = (path: string) => !look.listed.has(path) && settled.has(path);
    for (;;) {
      const request: BuildRequest = {
        folder: this.#folder,
        transpiledRoot: this.#transpiledRoot,
        candidates: look.candidates.filter((path) => !gone(path)),
        settled: new Map([...settled].map((path) => [path, look.states.get(path) ?? MISSING])),
        trustAge_s: first ? this.#settle_s : null,
        spoilt: new Map([...this.#spoilt].map(([path, { problem }]) => [path, problem])),
      };
      try {
        const report = await (this.#options.build ?? inWorker)(request);
        this.#failed = false;
        return report;
      } catch (error) {
        const path = error instanceof BuildError ? error.path : null;
        if (path !== null && !this.#spoilt.has(path)) {
          this.#spoilt.set(path, { state: look.states.get(path), problem: `it cannot be read: ${reasonOf(error)}` });
          continue;
        }
        this.#failed = true;
        this.#retryAt_ms = this.#clock.monotonic_ms() + RETRY_MS;
        this.#report(`${this.#folder}: the plugins cannot be transpiled: ${reasonOf(error)}`);
        return null;
      }
    }
  }

  /** @returns whether the plugins are others than before */
  #take(report: BuildReport, look: Look): boolean {
    this.#taken = report.states;
    this.#candidates = report.plugins.length === 0
      ? [...look.listed]
      : look.candidates.filter((path) => look.listed.has(path) || report.states.get(path) === null);
    const retry = report.plugins.some((plugin) => plugin.retry);
    this.#retryAt_ms = retry ? this.#clock.monotonic_ms() + RETRY_MS : Infinity;
    const sources = this.#merged(report.plugins);
    if (essence(sources) === essence(this.#sources)) return false;
    this.#sources = sources;
    return true;
  }

  /** Helpers that were not known begin to settle now, not only at the next tick. */
  async #beginToWatch(report: BuildReport, look: Look): Promise<void> {
    for (const [path, state] of report.states) {
      if (state !== null || look.states.has(path)) continue;
      const facts = await factsLater(path);
      this.#settling.begin(path, facts === null ? MISSING : stateOf(facts));
    }
  }

  /** Instead of plugins that cannot be loaded for the moment, their earlier versions. */
  #merged(plugins: readonly BuiltPlugin[]): PluginSource[] {
    const before = new Map(this.#sources.map((source) => [source.file, source]));
    const sources = plugins.flatMap(({ source, later, retry }) => {
      if (!later) return source;
      const old = before.get(source.file);
      if (old !== undefined && (!retry || old.problem === null)) return old;
      return retry ? source : [];
    });
    return sources.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  }

  #report(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem?.(problem);
  }
}

async function factsLater(path: string): Promise<FileStat | null> {
  try {
    return statOf(await Deno.stat(path));
  } catch (error) {
    if (isMissing(error)) return null;
    return { size: -1, modified_ms: 0 }; // the build reports why
  }
}

/** What makes a list of plugins another one. */
function essence(sources: readonly PluginSource[]): string {
  return JSON.stringify(sources.map(({ name, url, file, hash, problem }) => [name, url, file, hash, problem]));
}

function inWorker(request: BuildRequest): Promise<BuildReport> {
  return buildInWorker(request, { limit_ms: BUILD_MS_MAX });
}
