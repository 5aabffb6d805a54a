/** `pewatch run` with a plugins folder, in a process of its own, while a detector writes frames; judged by its folders. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { askDaemon, findDaemon } from "../../src/daemon/requests/ask_daemon.ts";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import type { DaemonStatus } from "../../src/daemon/status.ts";
import type { PluginStatus } from "../../src/plugins/host/plugin_status.ts";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { Detector, pause } from "../faults/detector.ts";
import { judge } from "../faults/judge.ts";
import { OutputWatch } from "../faults/output_watch.ts";
import { Random } from "../faults/random.ts";
import { inMemory, TempFolder } from "../temp_folder.ts";
import { filesBelow, foldersIn } from "../folders.ts";

export interface LiveDaemonOptions {
  /** 0: no frames. */
  readonly frames_per_s: number;
  /** Of a tick; a third of the default makes tests short. */
  readonly tick_s?: number;
  readonly time_limit_s?: number;
  readonly memory_limit_mib?: number;
  readonly failures_max?: number;
}

/** A busy machine's worker may take seconds to start, and several start one after the other. */
const PATIENCE_MS = 120_000;
/** Pixels in a row, and rows: what is looked at are frames, not bytes. */
const SIDE = 64;

export class LiveDaemon implements AsyncDisposable {
  readonly #temp = new TempFolder(inMemory());
  readonly #configuration: ReturnType<typeof writeConfiguration>;
  readonly #settings: Settings;
  readonly #detector: Detector;
  readonly #watch: OutputWatch;
  readonly #writes: boolean;
  readonly path = this.#temp.path;
  readonly child: DaemonChild;

  private constructor(options: LiveDaemonOptions) {
    const { frames_per_s, tick_s = 0.1, time_limit_s = 300, memory_limit_mib = 512, failures_max = 5 } = options;
    const base = defaultSettings(this.path);
    this.#settings = { ...base, daemon: { ...base.daemon, ticktack: tick_s, multiplier: 1 } };
    this.#configuration = writeConfiguration(
      this.path,
      [
        `[daemon]\nticktack = ${tick_s}\nmultiplier = 1\nstate_dir = '${base.daemon.state_dir}'`,
        `[plugins]\ndir = '${base.plugins.dir}'\ntime_limit_s = ${time_limit_s}`,
        `memory_limit_mib = ${memory_limit_mib}\nfailures_max = ${failures_max}`,
        `[log]\nfile = '${this.logFile}'`,
      ].join("\n"),
    );
    Deno.mkdirSync(base.plugins.dir);
    const { folders } = this.#configuration;
    this.#writes = frames_per_s > 0;
    this.#detector = new Detector({
      raw: folders.raw,
      rate_per_s: frames_per_s,
      side: SIDE,
      random: new Random(4), // any number: what it decides is late sidecars' delay and the pixels
    });
    this.#watch = new OutputWatch(folders.output, () => this.#detector.ledger);
    this.child = new DaemonChild(this.#configuration);
  }

  static async start(
    options: LiveDaemonOptions,
    plugins: Readonly<Record<string, string>> = {},
  ): Promise<LiveDaemon> {
    const live = new LiveDaemon(options);
    for (const [name, text] of Object.entries(plugins)) live.put(name, text);
    await live.child.holdsFolders();
    await live.until(() => findDaemon(live.#settings) !== null, "that it takes requests");
    if (live.#writes) {
      live.#detector.start();
      live.#watch.start();
    }
    return live;
  }

  get logFile(): string {
    return join(this.path, "pewatch.log");
  }

  /** Images in the output. */
  get delivered(): number {
    return this.#watch.images.size;
  }

  /** Transpiled copies of plugins on the disk. */
  get copies(): string[] {
    return foldersIn(join(this.path, "state", "plugins")).sort();
  }

  /** Threads of workers, by the name that Deno gives to them; on Linux only. */
  get workers(): number {
    const tasks = `/proc/${this.child.pid}/task`;
    return [...Deno.readDirSync(tasks)].filter(({ name }) => textOf(`${tasks}/${name}/comm`).startsWith("worker-"))
      .length;
  }

  /** A file of the plugins folder; null removes it. */
  put(name: string, text: string | Uint8Array | null): void {
    const path = join(this.path, "plugins", name);
    if (text === null) Deno.removeSync(path);
    else if (typeof text === "string") Deno.writeTextFileSync(path, text);
    else Deno.writeFileSync(path, text);
  }

  /** Asked for from outside, as a person does. */
  async status(): Promise<DaemonStatus> {
    return (await askDaemon(this.#settings, { what: "status" })).value as DaemonStatus;
  }

  async plugin(name: string): Promise<PluginStatus | undefined> {
    return (await this.status()).plugins.find((plugin) => plugin.name === name);
  }

  /** Asks until a plugin is as it should be. */
  async pluginUntil(name: string, is: (plugin: PluginStatus) => boolean, what: string): Promise<PluginStatus> {
    let plugin: PluginStatus | undefined;
    for (const end_ms = performance.now() + PATIENCE_MS; performance.now() < end_ms;) {
      plugin = await this.plugin(name);
      if (plugin !== undefined && is(plugin)) return plugin;
    }
    throw new Error(`never came: ${what}: ${Deno.inspect(plugin)}\n${this.logTail()}`);
  }

  async pluginGone(name: string): Promise<void> {
    for (const end_ms = performance.now() + PATIENCE_MS; await this.plugin(name) !== undefined;) {
      if (performance.now() > end_ms) throw new Error(`never came: the end of ${name}`);
    }
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (const end_ms = performance.now() + PATIENCE_MS; !condition();) {
      assert.equal(this.child.ended, null, `the daemon ended before: ${what}\n${this.logTail()}`);
      if (performance.now() > end_ms) throw new Error(`never came: ${what}\n${this.logTail()}`);
      await pause(5);
    }
  }

  /** Waits until so many frames that are not written yet are delivered. */
  async framesGoOn(frames: number): Promise<void> {
    const old = new Set(this.#detector.ledger.map((frame) => frame.pixels));
    const isNew = () => [...this.#watch.images.values()].filter((pixels) => !old.has(pixels)).length;
    await this.until(() => isNew() >= frames, `${frames} more frames`);
  }

  /** Ends the detector, waits for the last frame, stops the daemon, and reports what is lost, torn or doubled. */
  async judgeFrames(): Promise<readonly string[]> {
    await this.#detector.stop();
    const { raw, temp, proc } = this.#configuration.folders;
    const inProgress = () =>
      filesBelow(raw).some((name) => !name.startsWith(".")) || foldersIn(temp).length + foldersIn(proc).length > 0;
    await this.until(() => !inProgress(), "the last frame's delivery");
    assert.equal((await this.child.end("SIGTERM")).code, 0);
    await this.#watch.stop();
    return await judge(this.#configuration.folders, this.#detector.ledger, { watch: this.#watch, python: null });
  }

  /** Of frames that are to be delivered. */
  get written(): number {
    return this.#detector.ledger.filter((frame) => !frame.dark).length;
  }

  logTail(): string {
    return textOf(this.logFile).split("\n").slice(-20).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#detector.stop();
    await this.#watch.stop();
    await this.child[Symbol.asyncDispose]();
    this.#temp[Symbol.dispose]();
  }
}

/** "" where it cannot be read. */
export function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
