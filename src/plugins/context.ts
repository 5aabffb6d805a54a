/** Makes in the worker what a plugin is given, out of what the main thread posted. */
import type { Logger, LogLevel, Reporter } from "../frames/events.ts";
import { API_VERSION } from "./api.ts";
import type { PluginContext } from "./contract.ts";
import type { Line } from "./line.ts";
import type { ContextData } from "./messages.ts";
import { postableFields } from "./postable.ts";

/** A firing that logs more than this is told once how much was left out: a flood would fill the main thread's memory. */
const LOG_RECORDS_MAX = 1000;
/** Longer than any sentence; a plugin that logs a whole image is cut here. */
const LOG_TEXT_LENGTH_MAX = 4096;

/** Lives as long as the worker; `begin` and `end` enclose each call of the plugin. */
export class ContextMaker {
  readonly #line: Line;
  #records = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  begin(): void {
    this.#records = 0;
  }

  end(): void {
    if (this.#records <= LOG_RECORDS_MAX) return;
    const message = `${this.#records - LOG_RECORDS_MAX} more messages of one firing were left out`;
    this.#line.tell({ type: "log", level: "warn", message, fields: null });
  }

  make(data: ContextData, options: { name: string; signal: AbortSignal }): PluginContext {
    const line = this.#line;
    const log = this.#logger();
    const report: Reporter = {
      log,
      event: (event) => line.tell({ type: "event", event }),
      condition: (condition) => line.tell({ type: "condition", condition }),
      backlog: (backlog) => line.tell({ type: "backlog", backlog }),
    };
    const counters = {
      add: (counter: string, by = 1) => line.tell({ type: "count", name: String(counter), by: Number(by) }),
    };
    const frames = { async *[Symbol.asyncIterator]() {} };
    const parameters = {
      set: () => {},
      get: () => Promise.resolve(undefined),
      names: () => Promise.resolve([]),
      remove: () => {},
    };
    return { ...data, apiVersion: API_VERSION, ...options, log, report, counters, frames, parameters };
  }

  #logger(): Logger {
    const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
      if (++this.#records > LOG_RECORDS_MAX) return;
      const text = String(message);
      const cut = text.length > LOG_TEXT_LENGTH_MAX ? `${text.slice(0, LOG_TEXT_LENGTH_MAX)}…` : text;
      this.#line.tell({
        type: "log",
        level,
        message: cut,
        fields: fields === undefined ? null : postableFields(fields),
      });
    };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
}
