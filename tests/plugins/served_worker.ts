/** A sample plugin in a real worker with its services, without the host: what reaches the plugin, and what it leaves. */
import { fileURLToPath } from "node:url";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { ParameterStore } from "../../src/parameters/store.ts";
import { PluginServices } from "../../src/plugins/host/services.ts";
import type { ContextData, WorkerMessage } from "../../src/plugins/messages.ts";
import type { Cursors } from "../../src/ledger/cursors.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openWorker } from "../../src/plugins/host/open_worker.ts";
import { pluginFolders } from "../../src/plugins/host/plugin_host.ts";
import { PluginWorker } from "../../src/plugins/host/plugin_worker.ts";
import { SYSTEM_CLOCK } from "../../src/time/clock.ts";
import { type MemoryLog, memoryLog } from "../daemon/helpers.ts";

/** Remembers what came together. */
class Board extends ParameterStore {
  /** One for each batch that came, with its names. */
  readonly batches: string[][] = [];

  override set(readings: readonly ParameterReading[]): void {
    this.batches.push(readings.map(({ name }) => name));
    super.set(readings);
  }
}

/** What outlives the workers: services, board, log, and the counters of all plugins together. */
export class SharedServices {
  readonly log: MemoryLog = memoryLog();
  readonly board = new Board({ folder: null, log: this.log });
  readonly counters = new Map<string, number>();
  readonly services: PluginServices;

  constructor(options: { kept?: number; batch?: number; ledger?: Ledger; cursors?: Cursors } = {}) {
    const { ledger, cursors, ...limits } = options;
    this.services = new PluginServices({
      ledger,
      cursors,
      log: this.log,
      parameters: this.board,
      now_ms: () => 1_700_000_000_000,
      limits,
    });
  }

  count(counter: string, by: number): void {
    this.counters.set(counter, (this.counters.get(counter) ?? 0) + by);
  }

  deliver(count: number, more: Partial<Extract<FrameEvent, { type: "delivered" }>> = {}): void {
    for (let index = 0; index < count; index++) {
      const frame = `P-${index}.tif`;
      this.services.frame({ type: "delivered", frame, files: [`/out/${frame}`], bytes: 10, latency_s: 0.5, ...more });
    }
  }
}

export class ServedWorker implements Disposable {
  readonly #shared: SharedServices;
  readonly #worker: PluginWorker;
  readonly #settings: Settings;
  readonly #name: string;
  readonly messages: WorkerMessage[] = [];
  config: Record<string, unknown>;

  constructor(
    shared: SharedServices,
    plugin: { file: string; config?: Record<string, unknown>; time_limit_s?: number },
  ) {
    this.#shared = shared;
    this.#name = plugin.file;
    this.config = plugin.config ?? {};
    const settings = defaultSettings("/nowhere");
    const time_limit_s = plugin.time_limit_s ?? settings.plugins.time_limit_s;
    this.#settings = { ...settings, plugins: { ...settings.plugins, time_limit_s } };
    const url = new URL(`./samples/${plugin.file}.ts`, import.meta.url);
    const source = { name: plugin.file, url: url.href, file: fileURLToPath(url), hash: "", problem: null };
    this.#worker = new PluginWorker(source, {
      stage: false,
      log: shared.log,
      clock: SYSTEM_CLOCK,
      openWorker,
      limits: () => settings.plugins,
      context: () => this.#data,
      onMessage: (message) => this.#receive(message),
      onDeath: () => {},
      onSlow: () => {},
    });
  }

  get #data(): ContextData {
    const settings = this.#settings;
    return { tick: 7, folders: pluginFolders(settings), maxProc: 2, settings, config: this.config };
  }

  get lines(): string[] {
    return this.messages.flatMap((message) => message.type === "log" ? [message.message] : []);
  }

  /** Loads the module and sets it up; returns the error. */
  async start(): Promise<string | null> {
    const fault = await this.#worker.start(({ contract }) => {
      void this.#shared.services.frames.begin(this.#name, contract);
      return null;
    });
    return fault === null ? null : "failed" in fault ? fault.failed : fault.refused;
  }

  /** Returns the error of the firing; rejects where the worker died. */
  async fire(): Promise<string | null> {
    const error = await this.#worker.fire(7, () => {});
    if (this.#worker.dead) throw new Error(error ?? "it died");
    return error;
  }

  async tearDown(): Promise<string | null> {
    return await this.#worker.tearDown();
  }

  #receive(message: WorkerMessage): void {
    this.messages.push(message);
    const { services } = this.#shared;
    const plugin = { name: this.#name, count: (counter: string, by: number) => this.#shared.count(counter, by) };
    switch (message.type) {
      case "parameters":
      case "parameter_removed":
      case "frames_taken":
      case "frame_begun":
      case "frame_failed":
        return services.receive(plugin, message);
      case "count":
        return this.#shared.count(message.name, message.by);
      case "ask":
        void Promise.resolve(services.answer(plugin, message.question)).then((value) => {
          this.#worker.reply(message.id, value);
        });
        return;
      default:
    }
  }

  [Symbol.dispose](): void {
    this.#worker.terminate("the test is over");
  }
}
