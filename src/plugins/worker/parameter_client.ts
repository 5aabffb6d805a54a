/** `context.parameters` in the plugin's worker: checks at once, posts in batches. */
import type { ParameterReading } from "../../parameters/parameter.ts";
import { bytesOfValue, checkReading, ParameterError, VALUE_BYTES_MAX } from "../../parameters/check.ts";
import { readingsOf } from "../../parameters/lines.ts";
import { closest } from "../../text/closest.ts";
import type { ParameterOptions, Parameters } from "../contract.ts";
import type { Channel } from "./channel.ts";

/** Of one batch: a plugin that makes up names would fill the memory of both sides. */
const NAMES_MAX = 1000;
/** Of one batch. */
const BYTES_MAX = 8 * VALUE_BYTES_MAX;
/** A plugin that asks and does not wait for the answers would fill the memory of both sides. */
const QUESTIONS_MAX = 1000;

/** Lives as long as the worker. `flush` posts what was set; it also comes by itself when the plugin pauses. */
export class ParameterClient {
  readonly #channel: Pick<Channel, "ask" | "post">;
  /** By name, in the order of the last change; null is a removal. */
  readonly #pending = new Map<string, ParameterReading | null>();
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #questions = 0;

  constructor(channel: Pick<Channel, "ask" | "post">) {
    this.#channel = channel;
  }

  /** The parameters as the plugin of this name sees them. */
  of(plugin: string): Parameters {
    return {
      set: (name, value, options) => {
        checkOptions(name, options);
        const reading = checkReading({ origin: plugin, ...options, name, value });
        this.#change(reading.name, reading);
      },
      remove: (name) => this.#change(String(name), null),
      get: (name) => this.#ask(() => this.#channel.ask("parameter", { name: String(name) })),
      names: () => this.#ask(() => this.#channel.ask("parameter_names", {})),
      at: (time, { from } = {}) => {
        const span = { time_ms: Number(time), from_ms: from === undefined ? null : Number(from) };
        // A main thread that is ending may reply nothing.
        return this.#ask(async () => readingsOf(await this.#channel.ask("parameters_at", span) ?? ""));
      },
    };
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    const changes = [...this.#pending];
    this.#pending.clear();
    this.#bytes = 0;
    const readings = changes.map(([, reading]) => reading).filter((reading) => reading !== null);
    if (readings.length > 0) this.#channel.post({ type: "parameters", readings });
    for (const [name, reading] of changes) {
      if (reading === null) this.#channel.post({ type: "parameter_removed", name });
    }
  }

  #change(name: string, reading: ParameterReading | null): void {
    const before = this.#pending.get(name);
    const bytes = this.#bytes - bytesOf(before) + bytesOf(reading);
    const names = this.#pending.size + (before === undefined ? 1 : 0);
    if (names > NAMES_MAX || bytes > BYTES_MAX) {
      const many = `${names} parameters of ${bytes} bytes`;
      throw new ParameterError(
        `Cannot set parameter ${name}: ${many} in the same moment, at most ${NAMES_MAX} of ${BYTES_MAX}`,
      );
    }
    this.#bytes = bytes;
    this.#pending.delete(name); // so that it comes last
    this.#pending.set(name, reading);
    this.#timer ??= setTimeout(() => this.flush(), 0);
  }

  /** What the plugin itself has just set is posted before it asks. */
  async #ask<Value>(question: () => Promise<Value>): Promise<Value> {
    if (this.#questions >= QUESTIONS_MAX) {
      throw new Error(`Cannot ask for a parameter: ${QUESTIONS_MAX} questions wait already; await each answer`);
    }
    this.flush();
    this.#questions++;
    try {
      return await question();
    } finally {
      this.#questions--;
    }
  }
}

const OPTIONS = [
  "unit",
  "time",
  "path",
  "origin",
  "note",
  "attributes",
  "over",
  "until",
] satisfies (keyof ParameterOptions)[];

/** A misspelt option would lose the unit without a word. */
function checkOptions(name: unknown, options: unknown): void {
  if (options === undefined) return;
  const refuse = (reason: string) => new ParameterError(`Cannot set parameter ${String(name)}: ${reason}`);
  if (typeof options !== "object" || options === null) {
    throw refuse(`its options are ${JSON.stringify(options)}; pass an object, as { unit: "K" }`);
  }
  for (const key of Object.keys(options)) {
    if ((OPTIONS as readonly string[]).includes(key)) continue;
    const meant = closest(key, OPTIONS);
    throw refuse(
      `unknown option ${key}; ${meant === null ? `there are ${OPTIONS.join(", ")}` : `did you mean ${meant}?`}`,
    );
  }
}

function bytesOf(reading: ParameterReading | null | undefined): number {
  return reading ? bytesOfValue(reading.value) : 0;
}
