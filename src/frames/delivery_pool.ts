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
  /** Of them, those that do not listen yet. */
  readonly #starting = new Set<Worker>();
  /** Copies that wait for a worker, the longest first. */
  readonly #queue: ((worker: Worker | null) => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Copies under way, those that wait for a worker too: while there are any, no worker is ended. */
  #busy = 0;

  /** How many workers there are now. */
  get workers(): number {
    return this.#all.size;
  }

  /** How many of them listen and have nothing to do. */
  get idle(): number {
    return this.#idle.length;
  }

  /**
   * Copies in a worker, once one is free.
   * @param options.workers how many there may be; 0 keeps all in the caller's thread
   * @throws VerificationError or the system's error, with its code
   */
  async copy(job: CopyJob, options: { workers: number }): Promise<string | null> {
    clearTimeout(this.#timer);
    this.#busy++;
    try {
      const worker = await this.#take(options.workers);
      if (worker === null) {
        const sha256 = copySpans(job.targets, job.options);
        // Lets the messages of the workers in, which a series of copies in this thread would hold up.
        await new Promise((resolve) => setTimeout(resolve, 0));
        return sha256;
      }
      const answer = await this.#ask(worker, job);
      this.#give(worker);
      if (answer.ok) return answer.sha256;
      throw errorOf(answer);
    } finally {
      this.#busy--;
      this.#endIdleLater();
    }
  }

  /** Null: the caller's thread is to copy, as no worker listens yet. */
  #take(workers: number): Worker | null | Promise<Worker | null> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#all.size < workers) this.#start();
    if (workers === 0 || this.#starting.size > 0) return null;
    return new Promise((resolve) => void this.#queue.push(resolve));
  }

  #give(worker: Worker): void {
    const next = this.#queue.shift();
    if (next !== undefined) next(worker);
    else this.#idle.push(worker);
  }

  #start(): void {
    const worker = new Worker(new URL("./delivery_worker.ts", import.meta.url), { type: "module", name: "delivery" });
    this.#all.add(worker);
    this.#starting.add(worker);
    worker.onmessage = () => {
      this.#starting.delete(worker);
      this.#give(worker);
    };
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
    this.#starting.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place !== -1) this.#idle.splice(place, 1);
    worker.terminate();
    if (this.#all.size > 0) return;
    for (const next of this.#queue.splice(0)) next(null);
  }

  #endIdleLater(): void {
    clearTimeout(this.#timer);
    if (this.#busy > 0) return;
    this.#timer = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
    Deno.unrefTimer(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const worker of [...this.#all]) this.#end(worker);
  }
}

function errorOf(answer: CopyAnswer & { ok: false }): Error {
  if (answer.name === "VerificationError") return new VerificationError(answer.message);
  return Object.assign(new Error(answer.message), { code: answer.code });
}
