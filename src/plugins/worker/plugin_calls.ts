/** What a plugin's thread does: imports the module, calls what it exports, answers. Imports no library: memory. */
import type { PluginModule } from "../contract.ts";
import type { Answer, ContextData, ToWorker, WorkerMessage } from "../messages.ts";
import { faultOfName } from "../plugin_name_rule.ts";
import { Channel } from "./channel.ts";
import { ContextMaker } from "./context.ts";
import { textOfError } from "./postable.ts";
import { callTimed, CutOffError } from "./timed_call.ts";

// Kept from plugins that replace these.
const { setTimeout, setImmediate, performance } = globalThis;

export type PluginRequest = Exclude<ToWorker, { type: "stop" | "reply" }>;

export interface PluginCallsOptions {
  post(message: Answer | WorkerMessage): void;
  /** Shipped: its messages are not limited, and it is never cut off. */
  readonly trusted: boolean;
  /** Enclose each call. */
  begin?(): void;
  end?(): void;
}

export class PluginCalls {
  readonly #options: PluginCallsOptions;
  readonly #stop = new AbortController();
  readonly #channel: Channel;
  readonly #contexts: ContextMaker;
  #plugin: Partial<PluginModule> = {};
  #name = "";
  /** Where the plugin's own modules lie, for the place of an error. */
  #home = "";
  /** The first error beside the present call, or null; undefined while there is no call. */
  #stray: string | null | undefined;
  /** Whether one was reported since the last call: a timer that keeps throwing counts as one failure a firing. */
  #strayReported = false;

  constructor(options: PluginCallsOptions) {
    this.#options = options;
    this.#channel = new Channel(options.post, options.trusted ? Infinity : undefined);
    this.#contexts = new ContextMaker(this.#channel);
  }

  /** Whether a call is in progress. */
  get busy(): boolean {
    return this.#stray !== undefined;
  }

  /** What needs no answer is carried out at once, a request by `later`. */
  take(message: ToWorker, later: (run: () => void) => void): void {
    if (message.type === "stop") return this.#stop.abort();
    if (message.type === "reply") return this.#channel.reply(message.id, message.value);
    later(() => void this.#answer(message));
  }

  /** An error that no call of the plugin has thrown: of a timer, or of a promise that nobody waits for. */
  noteStray(thrown: unknown): void {
    const error = textOfError(thrown, this.#home);
    if (this.#stray !== undefined) this.#stray ??= error;
    else if (!this.#strayReported) {
      this.#strayReported = true;
      this.#channel.post({ type: "stray_error", error });
    }
  }

  async #answer(message: PluginRequest): Promise<void> {
    switch (message.type) {
      case "load":
        return this.#options.post(await this.#load(message));
      case "setup":
        return this.#options.post({ type: "set_up", error: await this.#call("setup", message.context) });
      case "fire":
        return this.#options.post(await this.#fire(message.context));
      case "teardown":
        return this.#options.post({ type: "torn_down", error: await this.#call("teardown", message.context) });
    }
  }

  async #load({ url, name: fileName }: { url: string; name: string }): Promise<Answer> {
    this.#name = fileName;
    this.#home = url.slice(0, url.lastIndexOf("/") + 1);
    const error = await this.#guarded(async () => {
      this.#plugin = await import(url);
      if (typeof this.#plugin.work !== "function") return "it exports no function `work`";
      const called = typeof this.#plugin.NAME === "string" && this.#plugin.NAME !== "" ? this.#plugin.NAME : fileName;
      const fault = faultOfName(called);
      if (fault !== null) return `its name ${fault}`;
      this.#name = called;
      const { CONTRACT: contract = 1 } = this.#plugin;
      if (![1, 2].includes(contract)) return `it is written for the contract ${plain(contract)}, and there are 1 and 2`;
      this.#contexts.contract = contract;
      return null;
    });
    return {
      type: "loaded",
      error,
      name: this.#name,
      ticktack: plain(this.#plugin.TICKTACK),
      offset: plain(this.#plugin.TICKTACK_OFFSET),
      contract: this.#contexts.contract,
    };
  }

  async #fire(data: ContextData): Promise<Answer> {
    const start_ms = performance.now();
    const error = await this.#call("work", data);
    return { type: "fired", error, time_ms: performance.now() - start_ms };
  }

  /** Calls a function of the plugin; returns the text of the error. */
  #call(what: "setup" | "work" | "teardown", data: ContextData): Promise<string | null> {
    return this.#guarded(async () => {
      const { CONFIG: schema } = this.#plugin;
      const asBefore = what === "teardown";
      const made = await this.#contexts.make(data, { name: this.#name, signal: this.#stop.signal, schema, asBefore });
      if ("refusal" in made) return made.refusal;
      const { time_limit_s } = data.settings.plugins;
      try {
        // Shipped plugins are never cut off: see PluginWorker.
        await (this.#options.trusted
          ? this.#plugin[what]?.(made.context)
          : callTimed(() => this.#plugin[what]?.(made.context), time_limit_s * 1000));
      } catch (error) {
        if (!(error instanceof CutOffError)) throw error;
        const call = what === "work" ? "firing" : what;
        this.#options.post({
          type: "exhausted",
          reason: `its ${call} took longer than time_limit_s = ${time_limit_s}`,
        });
      }
      return null;
    });
  }

  /** Returns the text that `run` returns, of what it throws, or of an error beside it meanwhile. */
  async #guarded(run: () => Promise<string | null>): Promise<string | null> {
    this.#stray = null;
    this.#strayReported = false;
    this.#channel.begin();
    this.#contexts.begin();
    this.#options.begin?.();
    let error: string | null = null;
    try {
      error = await run();
    } catch (thrown) {
      error = textOfError(thrown, this.#home);
    }
    this.#options.end?.();
    await this.#untilStraysAreKnown();
    const { dropped } = this.#channel;
    this.#channel.begin(); // what follows has to come through
    const beside: string | null | undefined = this.#stray;
    this.#contexts.end((error ?? beside ?? null) === null);
    this.#stray = undefined;
    return error ?? beside ?? (dropped > 0 ? `it posted too many messages at once: ${dropped} were dropped` : null);
  }

  /**
   * Rejections without a handler are reported only after the microtasks. What a user's plugin has set a timer of 0 ms for
   * counts as well; a stage sets none, and its answer need not wait for a timer, which takes 2 ms.
   */
  #untilStraysAreKnown(): Promise<void> {
    return new Promise((resolve) => this.#options.trusted ? setImmediate(resolve) : setTimeout(resolve, 0));
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "number" || value === undefined) return value;
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
