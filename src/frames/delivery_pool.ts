/** Copies frames in several workers at once: two of them, block by block, are faster than `cp`. */
import { type CopyOptions, copySpans, type CopyTarget, VerificationError } from "../files/copy_spans.ts";

/** Workers that had nothing to do for so long are ended: each holds some ten megabytes. */
const IDLE_MS = 30_000;

export interface CopyJob {
  readonly targets: readonly CopyTarget[];
  readonly options: CopyOptions;
}

export type CopyAnswer =
  | { readonly ok: true; readonly sha256: string | null }
  | { readonly ok: false; readonly name: string; readonly message: string; readonly code: string };

/**
 * Runs copy jobs in workers, and in the caller's own thread while those start: a worker that is started by a worker
 * takes half a second until it listens, and a frame does not wait for that.
 */
export class DeliveryPool implements Disposable {
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = 0;

  /** How many workers there are now. */
  get workers(): number {
    return this.#all.size;
  }

  /**
   * Copies, in a worker where one is free.
   * @param options.workers how many there may be; 0 keeps all in the caller's thread
   * @throws VerificationError or the system's error, with its code
   */
  async copy(job: CopyJob, options: { workers: number }): Promise<string | null> {
    clearTimeout(this.#timer);
    const worker = this.#idle.pop();
    if (worker === undefined) {
      if (this.#all.size < options.workers) this.#start();
      const sha256 = copySpans(job.targets, job.options);
      // Lets the messages of the workers in, which a series of copies in this thread would hold up.
      await new Promise((resolve) => setTimeout(resolve, 0));
      return sha256;
    }
    this.#busy++;
    try {
      const answer = await this.#ask(worker, job);
      this.#idle.push(worker);
      if (answer.ok) return answer.sha256;
      throw errorOf(answer);
    } finally {
      this.#busy--;
      this.#endIdleLater();
    }
  }

  #start(): void {
    const worker = new Worker(new URL("./delivery_worker.ts", import.meta.url), { type: "module", name: "delivery" });
    this.#all.add(worker);
    worker.onmessage = () => void this.#idle.push(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(worker);
    };
  }

  #ask(worker: Worker, job: CopyJob): Promise<CopyAnswer> {
    return new Promise((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<CopyAnswer>) => resolve(event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#end(worker);
        reject(new Error(`a delivery worker ended: ${event.message}`));
      };
      worker.postMessage(job);
    });
  }

  #end(worker: Worker): void {
    this.#all.delete(worker);
    worker.terminate();
  }

  #endIdleLater(): void {
    clearTimeout(this.#timer);
    if (this.#busy > 0) return;
    this.#timer = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
    Deno.unrefTimer(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#idle.length = 0;
    for (const worker of [...this.#all]) this.#end(worker);
  }
}

function errorOf(answer: CopyAnswer & { ok: false }): Error {
  if (answer.name === "VerificationError") return new VerificationError(answer.message);
  return Object.assign(new Error(answer.message), { code: answer.code });
}
