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

/** Runs copy jobs in at most `size` workers; with one, in the caller's own thread. */
export class DeliveryPool implements Disposable {
  readonly #idle: Worker[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = 0;

  /** How many workers there are now. */
  get workers(): number {
    return this.#idle.length + this.#busy;
  }

  /**
   * Copies, in a worker unless `inline`.
   * @throws VerificationError or the system's error, with its code
   */
  async copy(job: CopyJob, options: { inline: boolean }): Promise<string | null> {
    if (options.inline) return copySpans(job.targets, job.options);
    clearTimeout(this.#timer);
    const worker = this.#idle.pop() ??
      new Worker(new URL("./delivery_worker.ts", import.meta.url), { type: "module", name: "delivery" });
    this.#busy++;
    try {
      const answer = await ask(worker, job);
      this.#idle.push(worker);
      if (answer.ok) return answer.sha256;
      throw errorOf(answer);
    } finally {
      this.#busy--;
      this.#endIdleLater();
    }
  }

  #endIdleLater(): void {
    clearTimeout(this.#timer);
    if (this.#busy > 0 || this.#idle.length === 0) return;
    this.#timer = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
    Deno.unrefTimer(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const worker of this.#idle.splice(0)) worker.terminate();
  }
}

function ask(worker: Worker, job: CopyJob): Promise<CopyAnswer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<CopyAnswer>) => resolve(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(`a delivery worker ended: ${event.message}`));
    };
    worker.postMessage(job);
  });
}

function errorOf(answer: CopyAnswer & { ok: false }): Error {
  if (answer.name === "VerificationError") return new VerificationError(answer.message);
  return Object.assign(new Error(answer.message), { code: answer.code });
}
