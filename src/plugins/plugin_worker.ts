/** One worker seen from the main thread: requests and their answers, and its death. */
import type { Answer, ContextData, FromWorker, Telling, ToWorker } from "./messages.ts";

/** The worker ended without being asked to. */
export class WorkerDeathError extends Error {
  override readonly name = "WorkerDeathError";
}

type AnswerTo<Request extends string> = Request extends "load" ? Extract<Answer, { type: "loaded" }>
  : Request extends "fire" ? Extract<Answer, { type: "fired" }>
  : Request extends "setup" ? Extract<Answer, { type: "set_up" }>
  : Extract<Answer, { type: "torn_down" }>;

export class PluginWorker {
  readonly #worker: Worker;
  readonly #tell: (telling: Telling) => void;
  #pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  #death: WorkerDeathError | null = null;

  constructor(tell: (telling: Telling) => void) {
    this.#tell = tell;
    // The literal form: `deno compile` has the module by --include, and both agree on its URL.
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", (event) => this.#receive(event.data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault(); // else the whole program ends with it
      this.#die(event.message);
    });
    this.#worker.addEventListener("messageerror", () => this.#die("it posted what cannot be read"));
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

  /** Ends the worker now; a request under way fails with `reason`. */
  terminate(reason: string): void {
    this.#die(reason);
    this.#worker.terminate();
  }

  /** @throws {WorkerDeathError} where the worker is dead, or dies meanwhile */
  #ask<Request extends Exclude<ToWorker, { type: "stop" }>>(request: Request): Promise<AnswerTo<Request["type"]>> {
    if (this.#death !== null) return Promise.reject(this.#death);
    if (this.#pending !== null) return Promise.reject(new Error("Cannot ask a worker two things at once"));
    return new Promise<Answer>((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#post(request);
    }) as Promise<AnswerTo<Request["type"]>>;
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
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
      default:
        this.#tell(message);
    }
  }

  #die(reason: string): void {
    this.#death ??= new WorkerDeathError(`the worker died: ${reason.replaceAll(/\s*[\r\n]+\s*/g, " ")}`);
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(this.#death);
  }
}
