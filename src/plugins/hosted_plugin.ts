/** One plugin under the daemon's care: its worker, its firings, its failures, and what the status says of it. */
import type { Backlog, Condition, FrameEvent, Logger } from "../frames/events.ts";
import type { ContextData, Telling } from "./messages.ts";
import { PluginWorker } from "./plugin_worker.ts";
import { isDue, readRhythm, type Rhythm } from "./scheduler.ts";

export interface PluginSource {
  /** Of its module. */
  readonly url: string;
  /** Its file's name without the ending; the module's NAME takes its place. */
  readonly name: string;
  /** A stage of the way: frames pile up without it, so it is never put aside for good. */
  readonly essential?: boolean;
}

export type PluginState =
  | "starting"
  | "ready"
  | "firing"
  /** The last firing failed; the next one is tried. */
  | "failed"
  /** Its setup refused; it is not asked again. */
  | "refused"
  /** Too many failures in a row. */
  | "aside"
  | "stopped";

export interface PluginStatus {
  readonly name: string;
  readonly ticktack: number;
  readonly offset: number;
  /** Whether it is a stage of the way. */
  readonly essential: boolean;
  readonly state: PluginState;
  readonly firings: number;
  /** Firings left out since the one before was still under way. */
  readonly skips: number;
  readonly failures: number;
  readonly failuresInRow: number;
  readonly lastError: string | null;
  readonly lastTime_ms: number | null;
  readonly longestTime_ms: number | null;
  readonly counters: Readonly<Record<string, number>>;
}

/** What the host gives to each plugin that it keeps. */
export interface PluginSurroundings {
  readonly log: Logger;
  readonly failuresMax: number;
  /** What a call of the plugin is given, asked for anew each time. */
  context(tick: number, name: string): ContextData;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
}

export interface FiringResult {
  readonly error: string | null;
}

/** A module that cannot be imported has no rhythm of its own: it is tried again each second by default. */
const RHYTHM_UNKNOWN: Rhythm = { ticktack: 3, offset: 0 };
/** A stage that is put aside is tried again all the same, at this rhythm: 10 s by default, which floods no log. */
const RHYTHM_ASIDE: Rhythm = { ticktack: 30, offset: 0 };
/** A teardown that hangs holds the stop up no longer than this. */
const TEARDOWN_MS_MAX = 5000;
/** A plugin that counts under ever new names would fill the memory. */
const COUNTERS_MAX = 100;

export class HostedPlugin {
  readonly #source: PluginSource;
  readonly #around: PluginSurroundings;
  #name: string;
  #rhythm: Rhythm | null = null;
  #state: PluginState = "starting";
  #worker: PluginWorker | null = null;
  #busy: Promise<FiringResult> | null = null;
  #firings = 0;
  #skips = 0;
  #failures = 0;
  #failuresInRow = 0;
  #lastError: string | null = null;
  #lastTime_ms: number | null = null;
  #longestTime_ms: number | null = null;
  readonly #counters = new Map<string, number>();

  constructor(source: PluginSource, around: PluginSurroundings) {
    this.#source = source;
    this.#around = around;
    this.#name = source.name;
  }

  get name(): string {
    return this.#name;
  }

  /** Whether there is no use in firing it: it refused, was put aside or stopped. */
  get out(): boolean {
    return this.#state === "refused" || this.#state === "aside" || this.#state === "stopped";
  }

  status(): PluginStatus {
    const { ticktack, offset } = this.#rhythm ?? RHYTHM_UNKNOWN;
    return {
      name: this.#name,
      ticktack,
      offset,
      essential: this.#source.essential === true,
      state: this.#state,
      firings: this.#firings,
      skips: this.#skips,
      failures: this.#failures,
      failuresInRow: this.#failuresInRow,
      lastError: this.#lastError,
      lastTime_ms: this.#lastTime_ms,
      longestTime_ms: this.#longestTime_ms,
      counters: Object.fromEntries(this.#counters),
    };
  }

  /** Starts the worker, imports the module and lets it set up. Never rejects: what went wrong is in the status. */
  async start(): Promise<void> {
    await this.#occupy(async () => ({ error: await this.#begin() }));
  }

  /** Fires the plugin where it is due at this value of the counter. */
  tick(counter: number): void {
    if (!isDue(counter, this.#rhythmNow())) return;
    if (this.#state === "refused" || this.#state === "stopped") return;
    if (this.#state === "aside" && this.#source.essential !== true) return;
    if (this.#busy !== null) {
      this.#skips++;
      this.#around.log.debug(`${this.#name}: still at work, firing at tick ${counter} left out`);
      return;
    }
    void this.fire(counter);
  }

  /** One firing, with a new worker where the last one died. Never rejects. One under way is waited for instead. */
  fire(tick: number): Promise<FiringResult> {
    return this.#busy ?? this.#occupy(() => this.#fireOnce(tick));
  }

  /** Lets the firing under way come to its end, then the plugin close what it opened, then ends the worker. */
  async stop(): Promise<void> {
    this.#worker?.abort();
    await this.#busy;
    const worker = this.#worker;
    const setUp = this.#state !== "refused" && this.#rhythm !== null;
    this.#state = "stopped";
    this.#worker = null;
    if (worker === null) return;
    if (!worker.dead && setUp) await this.#tearDown(worker);
    worker.terminate("the daemon stopped");
  }

  #rhythmNow(): Rhythm {
    return this.#state === "aside" ? RHYTHM_ASIDE : this.#rhythm ?? RHYTHM_UNKNOWN;
  }

  #occupy(run: () => Promise<FiringResult>): Promise<FiringResult> {
    const busy = run().finally(() => {
      if (this.#busy === busy) this.#busy = null;
    });
    this.#busy = busy;
    return busy;
  }

  async #fireOnce(tick: number): Promise<FiringResult> {
    if (this.#worker === null || this.#worker.dead) {
      const error = await this.#begin();
      if (error !== null) return { error };
    }
    const worker = this.#worker;
    if (worker === null) return { error: "the plugin is stopped" };
    const wasAside = this.#state === "aside";
    this.#state = "firing";
    this.#firings++;
    try {
      const fired = await worker.fire(this.#around.context(tick, this.#name));
      this.#lastTime_ms = fired.time_ms;
      this.#longestTime_ms = Math.max(this.#longestTime_ms ?? 0, fired.time_ms);
      if (fired.error !== null) throw new Error(fired.error);
    } catch (error) {
      return { error: this.#fail(`firing failed: ${messageOf(error)}`) };
    }
    this.#state = "ready";
    this.#failuresInRow = 0;
    if (wasAside) {
      this.#around.log.info(`${this.#name}: works again`);
      this.#around.onCondition({ key: this.#conditionKey(), message: null });
    }
    return { error: null };
  }

  /** A new worker with the module set up; gives what went wrong. */
  async #begin(): Promise<string | null> {
    const wasAside = this.#state === "aside";
    if (!wasAside) this.#state = "starting";
    const worker = new PluginWorker((telling) => this.#hear(telling));
    this.#worker = worker;
    try {
      const loaded = await worker.load(this.#source.url, this.#source.name);
      this.#name = loaded.name;
      if (loaded.error !== null) throw new Error(`it cannot be imported: ${loaded.error}`);
      this.#takeRhythm(loaded.ticktack, loaded.offset);
      const setUp = await worker.setup(this.#around.context(0, this.#name));
      if (setUp.error !== null) return this.#refuse(setUp.error);
    } catch (error) {
      worker.terminate("it did not start");
      this.#worker = null;
      return this.#fail(`start failed: ${messageOf(error)}`);
    }
    if (!wasAside) this.#state = "ready";
    return null;
  }

  #takeRhythm(ticktack: unknown, offset: unknown): void {
    const { messages, ...rhythm } = readRhythm(ticktack, offset);
    if (this.#rhythm === null) {
      for (const message of messages) this.#around.log.warn(`${this.#name}: ${message}`);
    }
    this.#rhythm = rhythm;
  }

  #refuse(reason: string): string {
    this.#state = "refused";
    this.#lastError = reason;
    this.#worker?.terminate("it refused");
    this.#worker = null;
    const message = `${this.#name}: refuses to run: ${reason}`;
    this.#around.log.error(message);
    if (this.#source.essential === true) this.#around.onCondition({ key: this.#conditionKey(), message });
    return reason;
  }

  #fail(message: string): string {
    this.#failures++;
    this.#failuresInRow++;
    this.#lastError = message;
    this.#around.log.error(`${this.#name}: ${message}`);
    if (this.#worker?.dead === true) {
      this.#worker.terminate("it died"); // what is left of it
      this.#worker = null;
    }
    if (this.#failuresInRow < this.#around.failuresMax) this.#state = "failed";
    else this.#putAside();
    return message;
  }

  #putAside(): void {
    const again = this.#source.essential === true;
    if (this.#state !== "aside" && this.#failuresInRow === this.#around.failuresMax) {
      const what = again ? "it is tried again now and then" : "it is put aside until pewatch is started anew";
      const message = `${this.#name}: failed ${this.#failuresInRow} times in a row, ${what}: ${this.#lastError}`;
      this.#around.log.error(message);
      this.#around.onCondition({ key: this.#conditionKey(), message });
    }
    this.#state = "aside";
    if (again) return;
    this.#worker?.terminate("it was put aside");
    this.#worker = null;
  }

  #conditionKey(): string {
    return `plugin:${this.#name}`;
  }

  #hear(telling: Telling): void {
    switch (telling.type) {
      case "log":
        return this.#around.log[telling.level](`${this.#name}: ${telling.message}`, telling.fields ?? undefined);
      case "event":
        return this.#around.onFrame(telling.event);
      case "condition":
        return this.#around.onCondition(telling.condition);
      case "backlog":
        return this.#around.onBacklog(telling.backlog);
      case "count":
        if (!this.#counters.has(telling.name) && this.#counters.size >= COUNTERS_MAX) return;
        this.#counters.set(telling.name, (this.#counters.get(telling.name) ?? 0) + telling.by);
        return;
      case "parameters":
      case "parameter_removed":
      case "frames_taken":
      case "ask":
        return;
      case "stray_error":
        if (this.#state !== "stopped") this.#fail(`failed between firings: ${telling.error}`);
    }
  }

  async #tearDown(worker: PluginWorker): Promise<void> {
    const timer = setTimeout(() => worker.terminate("its teardown took too long"), TEARDOWN_MS_MAX);
    try {
      const { error } = await worker.teardown(this.#around.context(0, this.#name));
      if (error !== null) this.#around.log.warn(`${this.#name}: teardown failed: ${error}`);
    } catch (error) {
      this.#around.log.warn(`${this.#name}: teardown failed: ${messageOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
