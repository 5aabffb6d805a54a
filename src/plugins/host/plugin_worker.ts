/** One worker of one version of a plugin: requests and answers, limits of time and memory, and its end. */
import { messageOf, oneLine } from "../../files/errors.ts";
import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { userPlace } from "../folder/places.ts";
import type { Answer, ContextData, FromWorker, ToWorker, WorkerMessage } from "../messages.ts";
import type { PluginSource } from "../source.ts";
import { CallWatch } from "./call_watch.ts";
import type { OpenWorker, WorkerHandle } from "./open_worker.ts";

export interface WorkerLimits {
  readonly time_limit_s: number;
  readonly memory_limit_mib: number;
}

export interface PluginWorkerOptions {
  /** Whether the plugin is a stage, or replaces one. */
  readonly stage: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  readonly openWorker: OpenWorker;
  limits(): WorkerLimits;
  context(tick: number, name: string): ContextData;
  onMessage(message: WorkerMessage): void;
  /** It died while no request was pending. */
  onDeath(reason: string): void;
  /** A shipped stage makes no progress; null: it does again. */
  onSlow(message: string | null): void;
}

type Request = Exclude<ToWorker, { type: "stop" | "reply" }>;
type AnswerTo<What extends Request["type"]> = Extract<
  Answer,
  { type: { load: "loaded"; setup: "set_up"; fire: "fired"; teardown: "torn_down" }[What] }
>;

export type Loaded = AnswerTo<"load">;
/** Why a worker did not start: an error, or the plugin's own refusal. */
export type StartFault = { readonly failed: string } | { readonly refused: string };

/** A stage's libraries and lists of 100,000 frames need more than a user's plugin may use; V8's own limit is about this. */
const STAGE_MEMORY_MIB_MIN = 2048;
/** Deno cannot end a thread in a loop that callTimed() does not reach: so it must not happen twice. */
const LEFT_BEHIND = "; its thread cannot be ended and keeps a core busy until pewatch is restarted";
/** From the abort of its signal on, a firing has so long before its worker is ended. */
export const PLUGIN_END_MS_MAX = 10_000;
/** A stage may have frames in progress: the largest one to a slow disk takes less than this. */
export const STAGE_END_MS_MAX = 60_000;
/** A teardown that hangs delays nothing longer than this. */
const TEARDOWN_MS_MAX = 5000;

/** The thread runs from the construction on. */
export class PluginWorker {
  readonly source: PluginSource;
  readonly #options: PluginWorkerOptions;
  readonly #handle: WorkerHandle;
  #name: string;
  #pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  #watch: CallWatch | null = null;
  #death: Error | null = null;
  #isSetUp = false;
  #aborted = false;
  #leftBehind = false;
  #cancelDeadline: (() => void) | null = null;

  constructor(source: PluginSource, options: PluginWorkerOptions) {
    this.source = source;
    this.#options = options;
    this.#name = source.name;
    const { memory_limit_mib } = options.limits();
    const trusted = source.file === null;
    this.#handle = options.openWorker({
      message: (message) => this.#receive(message),
      death: (reason) => this.#dieAlone(reason),
    }, {
      memory_limit_mib: trusted ? Math.max(memory_limit_mib, STAGE_MEMORY_MIB_MIN) : memory_limit_mib,
      trusted,
      stage: options.stage,
    });
  }

  get dead(): boolean {
    return this.#death !== null;
  }

  /** Whether it can be fired. */
  get ready(): boolean {
    return this.#isSetUp && !this.dead;
  }

  /** Whether its signal is aborted: for good, so it cannot be fired again. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Whether its thread could not be ended: another start would leave one more. */
  get leftBehind(): boolean {
    return this.#leftBehind;
  }

  /**
   * Loads the module and sets it up. `onLoaded` may refuse the module, by a reason.
   * @returns why it did not start; the worker is ended then. null where it is ready
   */
  async start(onLoaded: (loaded: Loaded) => string | null): Promise<StartFault | null> {
    let fault: StartFault | null;
    try {
      fault = await this.#load(onLoaded);
    } catch (error) {
      fault = { failed: this.#text(messageOf(error)) };
    }
    this.#isSetUp = fault === null;
    if (fault !== null) this.terminate("it did not start");
    return fault;
  }

  /** @returns the error of the firing, or of the worker where it died meanwhile; null where it went well */
  async fire(tick: number, onTime: (time_ms: number) => void): Promise<string | null> {
    try {
      const context = this.#options.context(tick, this.#name);
      const { error, time_ms } = await this.#limited({ type: "fire", context }, "firing");
      onTime(time_ms);
      return error === null ? null : this.#text(error);
    } catch (error) {
      return this.#text(messageOf(error));
    }
  }

  /** Aborts the context's signal. After a bound the worker is ended, unless a shipped stage is to be replaced. */
  abort(reason: "stop" | "replaced"): void {
    this.#aborted = true;
    if (!this.dead) this.#handle.post({ type: "stop" });
    // Two workers would move the same frames: see #limited.
    const isUnbounded = this.#isShippedStage && reason === "replaced";
    if (isUnbounded || this.#cancelDeadline !== null) return;
    const bound_ms = this.#options.stage ? STAGE_END_MS_MAX : PLUGIN_END_MS_MAX;
    this.#cancelDeadline = this.#options.clock.after(bound_ms, () => {
      this.terminate(`it did not finish within ${bound_ms / 1000} s after its signal was aborted`);
    });
  }

  /** Lets the plugin close what it opened, then ends the worker. No request may be pending. */
  async end(): Promise<void> {
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    const error = this.ready ? await this.tearDown() : null;
    if (error !== null) this.#options.log.warn(`${this.#name}: teardown failed: ${error}`);
    this.terminate("it is stopped");
  }

  /** @returns the error of the teardown, or null */
  async tearDown(): Promise<string | null> {
    const { clock, context } = this.#options;
    const cancel = clock.after(TEARDOWN_MS_MAX, () => this.terminate("its teardown took too long"));
    try {
      const { error } = await this.#request({ type: "teardown", context: context(0, this.#name) });
      return error === null ? null : this.#text(error);
    } catch (error) {
      return this.#text(messageOf(error));
    } finally {
      cancel();
    }
  }

  /** Ends the worker now; a pending request fails with `reason`. */
  terminate(reason: string): void {
    this.#die(`the worker was ended: ${reason}`);
    this.#handle.terminate(); // also what is left of one that died
  }

  /** Answers the question that the worker asked under this number. */
  reply(id: number, value: unknown): void {
    if (!this.dead) this.#handle.post({ type: "reply", id, value });
  }

  get #isShippedStage(): boolean {
    return this.#options.stage && this.source.file === null;
  }

  async #load(onLoaded: (loaded: Loaded) => string | null): Promise<StartFault | null> {
    const { url, name, problem } = this.source;
    if (url === null) return { failed: problem ?? "there is no module" };
    const loaded = await this.#limited({ type: "load", url, name }, "import");
    if (loaded.error !== null) return { failed: `it cannot be imported: ${this.#text(loaded.error)}` };
    this.#name = loaded.name;
    const refused = onLoaded(loaded);
    if (refused !== null) return { refused };
    const setUp = await this.#limited({ type: "setup", context: this.#options.context(0, this.#name) }, "setup");
    return setUp.error === null ? null : { refused: this.#text(setUp.error) };
  }

  /** A request with the time limit. */
  async #limited<What extends Request["type"]>(
    request: Request & { readonly type: What },
    what: string,
  ): Promise<AnswerTo<What>> {
    const { clock, limits, onSlow } = this.#options;
    const { time_limit_s } = limits();
    // A shipped stage is never ended: a thread that hangs in a call of the system (a dead network share) could not be,
    // a second one would then move the same frames, and a backlog takes as long as it takes. So it is only reported.
    const isOnlyReported = this.#isShippedStage;
    const answer = this.#request<What>(request);
    using watch = new CallWatch({
      clock,
      limit_ms: time_limit_s * 1000,
      onLimit: () => {
        if (isOnlyReported) return onSlow(`its ${what} has made no progress for ${time_limit_s} s`);
        if (this.#handle.stuck?.() === true) this.#leftBehind = true;
        const left = this.#leftBehind ? LEFT_BEHIND : "";
        this.terminate(`its ${what} took longer than time_limit_s = ${time_limit_s}${left}`);
      },
      onMoving: () => {
        if (isOnlyReported) onSlow(null);
      },
    });
    this.#watch = watch;
    try {
      return await answer;
    } finally {
      this.#watch = null;
    }
  }

  /** Rejects where the worker is dead, or dies meanwhile. */
  #request<What extends Request["type"]>(request: Request & { readonly type: What }): Promise<AnswerTo<What>> {
    if (this.#death !== null) return Promise.reject(this.#death);
    if (this.#pending !== null) return Promise.reject(new Error("Cannot send a second request before the answer"));
    return new Promise<Answer>((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#handle.post(request);
    }) as Promise<AnswerTo<What>>;
  }

  #receive(message: FromWorker): void {
    if (this.dead) return; // posted before it was ended
    switch (message.type) {
      case "loaded":
      case "set_up":
      case "fired":
      case "torn_down": {
        const pending = this.#pending;
        this.#pending = null;
        return pending?.resolve(message);
      }
      case "exhausted":
        this.#dieAlone(message.reason);
        return this.#handle.terminate();
      case "stray_error":
        return this.#options.onMessage({ ...message, error: this.#text(message.error) });
      case "event":
      case "backlog":
        // A stage may take long over a backlog, as long as frames move.
        if (this.#options.stage) this.#watch?.progress();
    }
    this.#options.onMessage(message);
  }

  /** It ended by itself: reported where no pending request can fail. */
  #dieAlone(reason: string): void {
    if (this.dead) return;
    const idle = this.#pending === null;
    this.#die(`the worker died: ${reason}`);
    if (idle) this.#options.onDeath(this.#text(reason));
  }

  #die(reason: string): void {
    this.#death ??= new Error(oneLine(reason));
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(this.#death);
  }

  /** With places in the user's file; of shipped modules only the name is of use. */
  #text(error: string): string {
    return userPlace(error, this.source.places).replaceAll(/ at file:\/\/\S*\/(\S+:\d+:\d+)/g, " at $1");
  }
}
