/** One version of a plugin at work: its worker, a new one where the last one died, and its limits. */
import type { Logger } from "../../frames/events.ts";
import { CallWatch } from "./call_watch.ts";
import type { Clock } from "../../time/clock.ts";
import { userPlace } from "../folder/places.ts";
import type { Answer, ContextData, WorkerMessage } from "../messages.ts";
import type { OpenWorker } from "./open_worker.ts";
import { PluginWorker } from "./plugin_worker.ts";
import type { PluginSource } from "../source.ts";

export interface InstanceLimits {
  readonly time_limit_s: number;
  readonly memory_limit_mib: number;
}

export interface InstanceSurroundings {
  /** Whether it stands in the place of a stage of the way. */
  readonly stage: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  readonly openWorker: OpenWorker;
  limits(): InstanceLimits;
  context(tick: number, name: string): ContextData;
  onMessage(message: WorkerMessage): void;
  /** It died while nothing was asked of it. */
  onDeath(reason: string): void;
  /** A shipped stage does not move, null: it does again. */
  onSlow(message: string | null): void;
}

export type Loaded = Extract<Answer, { type: "loaded" }>;

/** A stage's libraries and lists of 100,000 frames need more than a user's plugin is given; V8 gives about as much. */
const STAGE_MEMORY_MIB_MIN = 2048;
/** Deno cannot end a thread in a loop that is not reached by callTimed(): so it must not happen twice. */
const LEFT_BEHIND = "; its thread cannot be ended and keeps a core busy until pewatch is started anew";
/** A teardown that hangs holds nothing up longer than this. */
const TEARDOWN_MS_MAX = 5000;

export class PluginInstance {
  readonly source: PluginSource;
  readonly #around: InstanceSurroundings;
  #worker: PluginWorker | null = null;
  #watch: CallWatch | null = null;
  #name: string;
  #setUp = false;
  #aborted = false;
  #leftBehind = false;
  #deadline: (() => void) | null = null;

  constructor(source: PluginSource, around: InstanceSurroundings) {
    this.source = source;
    this.#around = around;
    this.#name = source.name;
  }

  /** Whether there is a worker that can be fired. */
  get usable(): boolean {
    return this.#setUp && this.#worker?.dead === false;
  }

  get hasWorker(): boolean {
    return this.#worker?.dead === false;
  }

  /** Whether a thread of it could not be ended: another start would leave one more. */
  get leftBehind(): boolean {
    return this.#leftBehind;
  }

  /** Whether its signal is aborted: for good, so it cannot go on. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /**
   * A new worker with the module loaded and set up. `onLoaded` may refuse the module, by a reason.
   * @returns why it cannot be loaded, or why it refuses; null where it is ready
   */
  async begin(onLoaded: (loaded: Loaded) => string | null): Promise<{ failed: string } | { refused: string } | null> {
    this.terminate("it is started anew");
    this.#leftBehind = false;
    const { openWorker: open, limits } = this.#around;
    const trusted = this.source.file === null;
    const { memory_limit_mib } = limits();
    const worker = new PluginWorker((message) => this.#receive(message), {
      open,
      trusted,
      stage: this.#around.stage,
      memory_limit_mib: trusted ? Math.max(memory_limit_mib, STAGE_MEMORY_MIB_MIN) : memory_limit_mib,
      onDeath: (reason) => this.#around.onDeath(this.#text(reason)),
    });
    this.#worker = worker;
    try {
      if (this.source.url === null) throw new Error(this.source.problem ?? "there is no module");
      const loaded = await this.#limited(worker.load(this.source.url, this.source.name), "import");
      if (loaded.error !== null) throw new Error(`it cannot be imported: ${this.#text(loaded.error)}`);
      this.#name = loaded.name;
      const refused = onLoaded(loaded);
      if (refused !== null) return this.#out({ refused });
      const setUp = await this.#limited(worker.setup(this.#around.context(0, this.#name)), "setup");
      if (setUp.error !== null) return this.#out({ refused: this.#text(setUp.error) });
    } catch (error) {
      return this.#out({ failed: this.#text(messageOf(error)) });
    }
    this.#setUp = true;
    return null;
  }

  /** @throws {Error} where the firing failed, or the worker died */
  async fire(tick: number, onTime: (time_ms: number) => void): Promise<void> {
    const worker = this.#worker;
    if (worker === null) throw new Error("there is no worker");
    try {
      const fired = await this.#limited(worker.fire(this.#around.context(tick, this.#name)), "firing");
      onTime(fired.time_ms);
      if (fired.error !== null) throw new Error(fired.error);
    } catch (error) {
      throw new Error(this.#text(messageOf(error)));
    }
  }

  /** Asks what is under way to come to its end; where `bound_ms` is given, it is ended after that. */
  abort(bound_ms: number | null): void {
    this.#aborted = true;
    this.#worker?.abort();
    if (bound_ms === null || this.#deadline !== null) return;
    const reason = `it did not come to its end within ${bound_ms / 1000} s of being asked to`;
    this.#deadline = this.#around.clock.after(bound_ms, () => this.#worker?.terminate(reason));
  }

  /** Lets the plugin close what it opened, then ends the worker. Nothing may be under way. */
  async end(): Promise<void> {
    this.#deadline?.();
    this.#deadline = null;
    const worker = this.#worker;
    if (this.usable && worker !== null) await this.#tearDown(worker);
    this.terminate("it is stopped");
  }

  terminate(reason: string): void {
    this.#worker?.terminate(reason);
    this.#worker = null;
    this.#setUp = false;
  }

  reply(id: number, value: unknown): void {
    this.#worker?.reply(id, value);
  }

  #out<Result>(result: Result): Result {
    this.terminate("it did not start");
    return result;
  }

  #receive(message: WorkerMessage): void {
    // A replaced stage may take long over a backlog too, as long as it gets on with it. So may a shipped one.
    const moves = message.type === "event" || message.type === "backlog";
    if (moves && this.#around.stage) this.#watch?.progress();
    this.#around.onMessage(message.type === "stray_error" ? { ...message, error: this.#text(message.error) } : message);
  }

  async #limited<Value>(call: Promise<Value>, what: string): Promise<Value> {
    const { time_limit_s } = this.#around.limits();
    // A shipped stage is never ended: a thread that hangs in a call of the system (a dead network share) could not be,
    // a second one would then move the same frames, and a backlog takes as long as it takes. So it is only told.
    const told = this.source.file === null && this.#around.stage;
    const worker = this.#worker;
    using watch = new CallWatch({
      clock: this.#around.clock,
      limit_ms: time_limit_s * 1000,
      onLimit: () => {
        if (told) this.#around.onSlow(`its ${what} has moved nothing for ${time_limit_s} s`);
        else {
          if (worker?.stuck === true) this.#leftBehind = true;
          const left = this.#leftBehind ? LEFT_BEHIND : "";
          worker?.terminate(`its ${what} took longer than time_limit_s = ${time_limit_s}${left}`);
        }
      },
      onMoving: () => {
        if (told) this.#around.onSlow(null);
      },
    });
    this.#watch = watch;
    try {
      return await call;
    } finally {
      this.#watch = null;
    }
  }

  async #tearDown(worker: PluginWorker): Promise<void> {
    const cancel = this.#around.clock.after(TEARDOWN_MS_MAX, () => worker.terminate("its teardown took too long"));
    try {
      const { error } = await worker.teardown(this.#around.context(0, this.#name));
      if (error !== null) throw new Error(error);
    } catch (error) {
      this.#around.log.warn(`${this.#name}: teardown failed: ${this.#text(messageOf(error))}`);
    } finally {
      cancel();
    }
  }

  /** With places in the user's file; of what is shipped only the module's name is of use. */
  #text(error: string): string {
    return userPlace(error, this.source.places).replaceAll(/ at file:\/\/\S*\/(\S+:\d+:\d+)/g, " at $1");
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
