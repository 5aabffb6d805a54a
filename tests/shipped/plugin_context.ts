/** A shipped plugin under test: its module as it is, with a context that remembers what the plugin does with it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import type {
  ConfigResult,
  DeliveredFrame,
  ParameterOptions,
  ParameterReading,
  ParameterValue,
  PluginContext,
} from "../../src/plugins/api.ts";
import type { FrameSidecar, FrameSource } from "../../src/plugins/contract.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { memoryLog } from "../daemon/helpers.ts";

/** What is needed of a module; its functions take the context with the type of their own table. */
interface Plugin {
  readonly CONFIG: { readonly "~standard": { validate(value: unknown): ConfigResult | Promise<ConfigResult> } };
  // deno-lint-ignore no-explicit-any
  setup?(context: PluginContext<any>): void | Promise<void>;
  // deno-lint-ignore no-explicit-any
  work(context: PluginContext<any>): void | Promise<void>;
  // deno-lint-ignore no-explicit-any
  teardown?(context: PluginContext<any>): void | Promise<void>;
}

export class PluginUnderTest implements AsyncDisposable {
  readonly lines: string[];
  readonly counters: Record<string, number> = {};
  readonly parameters = new Map<string, ParameterReading>();
  readonly context: PluginContext;
  readonly #plugin: Plugin;
  readonly #all: DeliveredFrame[] = [];
  /** Of each stream, how many frames are done. */
  readonly #done = new Map<string, number>();

  private constructor(plugin: Plugin, config: unknown, detector: Settings["detector"]) {
    const log = memoryLog();
    this.lines = log.lines;
    this.#plugin = plugin;
    const settings = { ...defaultSettings("/nowhere"), detector };
    const { parameters, counters } = this;
    this.context = {
      apiVersion: 1,
      name: "under test",
      tick: 1,
      folders: { ...settings.folders, outputRoot: "/nowhere", outputDir: "", output: "/nowhere", left: [] },
      maxProc: 1,
      settings,
      config: config as PluginContext["config"],
      log,
      signal: new AbortController().signal,
      counters: { add: (name, by = 1) => void (counters[name] = (counters[name] ?? 0) + by) },
      frames: { ...this.#stream(""), of: (name) => this.#stream(name) },
      parameters: {
        set: (name: string, value: ParameterValue, options: ParameterOptions = {}) =>
          void parameters.set(name, { name, value, time: new Date(), ...options }),
        get: (name) => Promise.resolve(parameters.get(name)),
        names: () => Promise.resolve([...parameters.keys()]),
        remove: (name) => void parameters.delete(name),
        at: () => Promise.resolve([]),
      },
      ledger: { append: () => Promise.resolve(null), check: () => Promise.resolve() },
      report: { log, event: () => {}, condition: () => {}, backlog: () => {} },
    };
  }

  /** The module is imported anew, as in a worker of its own. */
  static async start(
    name: string,
    table: unknown,
    detector: Settings["detector"] = {},
  ): Promise<PluginUnderTest> {
    const plugin = await importPlugin(name);
    const result = await plugin.CONFIG["~standard"].validate(table);
    assert.ok(result.issues === undefined, JSON.stringify(result.issues?.map(({ message }) => message)));
    const under = new PluginUnderTest(plugin, result.value, detector);
    await plugin.setup?.(under.context);
    return under;
  }

  /** Each frame since the start until it is done: a loop that is left has the same frame again. */
  #stream(name: string): FrameSource {
    const batches = (max: number) => this.#batches(max, name);
    return {
      async *[Symbol.asyncIterator]() {
        for await (const [frame] of batches(1)) yield frame!;
      },
      batches,
      of: () => {
        throw new Error("not needed here");
      },
    };
  }

  /** Of one stream; done together. */
  async *#batches(max: number, name: string): AsyncGenerator<readonly DeliveredFrame[]> {
    const all = this.#all, done = this.#done;
    for (let begin = done.get(name) ?? 0; begin < all.length; begin = done.get(name)!) {
      let later = false;
      const batch = all.slice(begin, begin + max);
      yield batch.map((frame) => ({ ...frame, later: () => void (later = true) }));
      if (later) return;
      done.set(name, begin + batch.length);
    }
  }

  async fire(...frames: DeliveredFrame[]): Promise<void> {
    this.#all.push(...frames);
    await this.#plugin.work(this.context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plugin.teardown?.(this.context);
  }
}

let imports = 0;

export async function importPlugin(name: string): Promise<Plugin> {
  return await import(new URL(`../../plugins/${name}.ts?${imports++}`, import.meta.url).href);
}

/** What a schema says against a table: each key with its message. */
export async function faultsOf(name: string, table: unknown): Promise<string[]> {
  const { issues } = await (await importPlugin(name)).CONFIG["~standard"].validate(table);
  return (issues ?? []).map(({ message, path }) => {
    const keys = (path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
    return `${keys.join(".")}: ${message}`;
  });
}

/** Each of the tables is refused with words of what would be right. */
export async function assertRefused(name: string, cases: readonly (readonly [table: unknown, words: RegExp])[]) {
  for (const [table, words] of cases) {
    const faults = (await faultsOf(name, table)).join();
    assert.ok(words.test(faults), `${JSON.stringify(table)}: ${words} is not in: ${faults}`);
  }
}

export interface FrameParts {
  /** Below raw, forward slashes. */
  readonly name?: string;
  readonly number?: number;
  readonly sidecar?: string | null;
  readonly deliveredAt?: Date;
  readonly dark?: boolean;
}

/** A frame in an output folder. Only its image's path is of use there: nothing is written. */
export function frameIn(output: string, parts: FrameParts = {}): DeliveredFrame {
  const { name = "P-00001.tif", number = 1, sidecar = null, dark = false } = parts;
  const image = join(output, ...name.split("/"));
  return {
    sequence: number + 1,
    number,
    name,
    sums: [null],
    later: () => {},
    files: { image, sidecar: sidecar === null ? null : `${image}.metadata`, nexus: null, all: [image] },
    dark,
    again: false,
    bytes: 1234,
    latency_s: 0.12345,
    deliveredAt: parts.deliveredAt ?? new Date(),
    sidecar: () => sidecar === null ? null : sidecarFrom(sidecar),
    tags: () => new Map(),
  };
}

function sidecarFrom(text: string): FrameSidecar {
  const sidecar = parseSidecar(new TextEncoder().encode(text));
  return {
    view: viewSidecar(sidecar),
    value: (section, key) => sidecar.raw(section, key),
    text,
  };
}
