/** Makes a plugin's context in the worker from what the main thread posted. */
import type { Condition, Reporter } from "../../frames/events.ts";
import type { Logger, LogLevel } from "../../log/logger.ts";
import { checkConfig, type ConfigCheck } from "./config_schema.ts";
import type { PluginContext } from "../contract.ts";
import { Counters } from "./counters.ts";
import { FrameStreams } from "./frame_streams.ts";
import type { Channel } from "./channel.ts";
import type { ContextData } from "../messages.ts";
import { ParameterClient } from "./parameter_client.ts";
import { postableFields } from "./postable.ts";
import { LedgerError } from "../../ledger/error.ts";
import type { FrameLedger, LedgerEntry, Receipt } from "../../ledger/line.ts";

/** In a firing; more are dropped and counted: they would fill the main thread's memory. */
const LOG_RECORDS_MAX = 1000;
/** Longer than any sentence; a plugin that logs a whole image is cut here. */
const LOG_TEXT_LENGTH_MAX = 4096;
/** Of the time limit of a firing its loop over frames may use this much: a backlog is worked off in several firings. */
const FRAMES_TIME_SHARE = 0.5;

/** The main thread keeps fewer. */
const STANDING_MAX = 1000;

export interface ContextOptions {
  readonly name: string;
  readonly signal: AbortSignal;
  /** What the module exports as CONFIG; undefined where it exports none. */
  readonly schema: unknown;
  /** For the teardown: takes the table as it was last right, whatever it has become. */
  readonly asBefore?: boolean;
}

/** The context, or in one line why the plugin's table of the configuration cannot be used. */
export type MadeContext = { readonly context: PluginContext } | { readonly refusal: string };

/** Lives as long as the worker; `begin` and `end` enclose each call of the plugin. */
export class ContextMaker {
  readonly #channel: Channel;
  readonly #counters: Counters;
  readonly #parameters: ParameterClient;
  readonly #frames: FrameStreams;
  /** The version of the contract that the plugin is written for; known once it is loaded. */
  contract = 1;
  readonly #ledger: FrameLedger;
  /** Keys of conditions that were posted and not solved; null once they were too many: then all are posted. */
  #standing: Set<string> | null = new Set();
  #records = 0;
  /** The table that was checked last, as JSON, and what came of it. */
  #checked: { readonly table: string; readonly check: ConfigCheck } | null = null;
  /** The last one that was right. */
  #right: ConfigCheck | null = null;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#counters = new Counters(channel);
    this.#parameters = new ParameterClient(channel);
    this.#frames = new FrameStreams({ channel, contract: () => this.contract });
    this.#ledger = ledgerBehind(channel);
  }

  begin(): void {
    this.#records = 0;
  }

  /** Posts all that the plugin has set and counted: it has to be there before the answer. */
  end(succeeded: boolean): void {
    this.#frames.end(succeeded);
    this.#parameters.flush();
    this.#counters.flush();
    if (this.#records <= LOG_RECORDS_MAX) return;
    const message = `${this.#records - LOG_RECORDS_MAX} more log messages of one firing were dropped`;
    this.#channel.post({ type: "log", level: "warn", message, fields: null });
  }

  async make(data: ContextData, options: ContextOptions): Promise<MadeContext> {
    const { name, signal } = options;
    const check = await this.#config(data, options);
    if ("refusal" in check) return check;
    const channel = this.#channel;
    const log = this.#logger();
    const report: Reporter = {
      log,
      event: (event) => void channel.post({ type: "event", event }),
      condition: (condition) => this.#postCondition(condition),
      backlog: (backlog) => void channel.post({ type: "backlog", backlog }),
    };
    const framesUntil_ms = performance.now() + data.settings.plugins.time_limit_s * 1000 * FRAMES_TIME_SHARE;
    const context: PluginContext = {
      ...data,
      apiVersion: this.contract,
      name,
      signal,
      // Its type is that of the plugin's own schema, which is not known here.
      config: check.config as PluginContext["config"],
      log,
      report,
      ledger: this.#ledger,
      counters: { add: (counter, by) => this.#counters.add(counter, by) },
      frames: this.#frames.during(() => signal.aborted || performance.now() > framesUntil_ms),
      parameters: this.#parameters.of(name),
    };
    return { context };
  }

  /** Stages solve conditions of each frame, whether they stand or not: only those that stand are posted. */
  #postCondition(condition: Condition): void {
    const { key, message } = condition;
    if (message === null && this.#standing?.has(key) === false) return;
    if (!this.#channel.post({ type: "condition", condition })) return;
    if (message === null) this.#standing?.delete(key);
    else this.#standing?.add(key);
    if (this.#standing !== null && this.#standing.size > STANDING_MAX) this.#standing = null;
  }

  /** Checks the table only where it is another than the last time: a schema may be slow. */
  async #config(data: ContextData, { schema, name, asBefore }: ContextOptions): Promise<ConfigCheck> {
    if (schema === undefined) return { config: data.config };
    if (asBefore === true) return this.#right ?? { config: data.config };
    const table = JSON.stringify(data.config);
    if (this.#checked?.table !== table) {
      this.#checked = { table, check: await checkConfig(schema, data.config, name) };
      if ("config" in this.#checked.check) this.#right = this.#checked.check;
    }
    return this.#checked.check;
  }

  #logger(): Logger {
    const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
      if (++this.#records > LOG_RECORDS_MAX) return;
      const text = String(message);
      const cut = text.length > LOG_TEXT_LENGTH_MAX ? `${text.slice(0, LOG_TEXT_LENGTH_MAX)}…` : text;
      this.#channel.post({
        type: "log",
        level,
        message: cut,
        fields: fields === undefined ? null : postableFields(fields),
      });
    };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
}

/** The ledger in a stage's worker: its one writer is the main thread. */
function ledgerBehind(channel: Channel): FrameLedger {
  const ask = async (entry: LedgerEntry | null): Promise<Receipt | null> => {
    const reply = await channel.ask("ledger", { entry });
    if ("refused" in reply) throw new LedgerError(reply.refused);
    return reply.receipt;
  };
  return { append: ask, check: async () => void await ask(null) };
}
