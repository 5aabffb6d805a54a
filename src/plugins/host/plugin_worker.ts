/** One worker seen from the main thread: requests and their answers, and its death. */
import type { Answer, ContextData, FromWorker, ToWorker, WorkerMessage } from "../messages.ts";
import { type OpenWorker, openWorker, type WorkerHandle, type WorkerOptions } from "./open_worker.ts";

/** The worker ended without being asked to. */
export class WorkerDeathError extends Error {
  override readonly name = "WorkerDeathError";
}

type AnswerTo<Request extends string> = Request extends "load" ? Extract<Answer, { type: "loaded" }>
  : Request extends "fire" ? Extract<Answer, { type: "fired" }>
  : Request extends "setup" ? Extract<Answer, { type: "set_up" }>
  : Extract<Answer, { type: "torn_down" }>;

export interface PluginWorkerOptions extends Partial<WorkerOptions> {
  readonly open?: OpenWorker;
  /** Told when the worker ends while nothing was asked of it, and was not terminated. */
  readonly onDeath?: (reason: string) => void;
}

/** V8's own limit of a 64-bit process is about this or more. */
const MEMORY_LIMIT_MIB = 2048;

export class PluginWorker {
  readonly #worker: WorkerHandle;
  readonly #tell: (message: WorkerMessage) => void;
  readonly #onDeath: ((reason: string) => void) | undefined;
  #pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  #death: WorkerDeathError | null = null;

  constructor(tell: (message: WorkerMessage) => void, options: PluginWorkerOptions = {}) {
    const { open = openWorker, onDeath, memory_limit_mib = MEMORY_LIMIT_MIB, trusted = false, stage = false } = options;
    this.#tell = tell;
    this.#onDeath = onDeath;
    this.#worker = open({
      message: (message) => this.#receive(message),
      death: (reason) => this.#dieAlone(reason),
    }, { memory_limit_mib, trusted, stage });
  }

  get dead(): boolean {
    return this.#death !== null;
  }

  load(url: string, name: string): Promise<AnswerTo<"load">> {
    return this.#ask({ type: "load", url, name });
  }

  setup(context: ContextData): Promise<AnswerTo<"setup">> {
    return this.#ask({ type: "setup", context });
  }

  fire(context: ContextData): Promise<AnswerTo<"fire">> {
    return this.#ask({ type: "fire", context });
  }

  teardown(context: ContextData): Promise<AnswerTo<"teardown">> {
    return this.#ask({ type: "teardown", context });
  }

  /** Asks the firing under way to come to its end, by the context's signal. */
  abort(): void {
    if (!this.dead) this.#post({ type: "stop" });
  }

  /** Whether its thread is held up, by a loop or a call of the system: then ending the worker does not end the thread. */
  get stuck(): boolean {
    return this.#worker.stuck?.() === true;
  }

  /** Answers a question that the worker asked under this number. */
  reply(id: number, value: unknown): void {
    if (!this.dead) this.#post({ type: "reply", id, value });
  }

  /** Ends the worker now; a request under way fails with `reason`. */
  terminate(reason: string): void {
    this.#die(reason, "was ended");
    this.#worker.terminate(); // also what is left of one that died
  }

  /** @throws {WorkerDeathError} where the worker is dead, or dies meanwhile */
  #ask<Request extends Exclude<ToWorker, { type: "stop" | "reply" }>>(
    request: Request,
  ): Promise<AnswerTo<Request["type"]>> {
    if (this.#death !== null) return Promise.reject(this.#death);
    if (this.#pending !== null) return Promise.reject(new Error("Cannot ask a worker two things at once"));
    return new Promise<Answer>((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#post(request);
    }) as Promise<AnswerTo<Request["type"]>>;
  }

  #post(message: ToWorker): void {
    this.#worker.post(message);
  }

  #receive(message: FromWorker): void {
    if (this.dead) return; // what was on its way when it was ended
    switch (message.type) {
      case "loaded":
      case "set_up":
      case "fired":
      case "torn_down": {
        const pending = this.#pending;
        this.#pending = null;
        pending?.resolve(message);
        return;
      }
      case "exhausted":
        this.#dieAlone(message.reason);
        return this.#worker.terminate();
      default:
        this.#tell(message);
    }
  }

  /** It came of itself: told where no request is there to fail. */
  #dieAlone(reason: string): void {
    if (this.dead) return;
    const idle = this.#pending === null;
    this.#die(reason);
    if (idle) this.#onDeath?.(reason);
  }

  #die(reason: string, how: "died" | "was ended" = "died"): void {
    this.#death ??= new WorkerDeathError(`the worker ${how}: ${reason.replaceAll(/\s*[\r\n]+\s*/g, " ")}`);
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(this.#death);
  }
}
