/** Copies frames in several workers at once: two of them, block by block, are faster than `cp`. */
import { type CopyOptions, copySpans, type CopyTarget, VerificationError } from "../../files/copy_spans.ts";
import { foreignEntries } from "../../files/plain_file.ts";
import { type Lack, noteAll } from "../../files/volume_services.ts";

/** Workers that had nothing to do for so long are ended: each holds some ten megabytes. */
const IDLE_MS = 30_000;

export interface CopyJob {
  readonly targets: readonly CopyTarget[];
  readonly options: CopyOptions;
}

/** `reports`: what was set aside on the way; `lacks`: what a volume does not have. */
export type CopyAnswer =
  & { readonly reports: readonly string[]; readonly lacks: readonly Lack[] }
  & (
    | { readonly ok: true; readonly sha256: string | null }
    | { readonly ok: false; readonly name: string; readonly message: string; readonly code: string }
  );

/** A worker, and the answers that are due from it, in the order of what it was told. */
interface Member {
  readonly worker: Worker;
  /** Whether it has said that it listens. */
  listens: boolean;
  readonly due: PromiseWithResolvers<CopyAnswer>[];
}

/**
 * Runs copy jobs in workers, and in the caller's own thread while those start: a worker that is started by a worker
 * takes half a second until it listens, and a frame does not wait for that. A job goes to a worker at once, behind what
 * it has to do already: handed out one by one, each would wait while the caller's thread names and removes files.
 */
export class DeliveryPool implements Disposable {
  readonly #members = new Set<Member>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Copies under way: while there are any, no worker is ended. */
  #busy = 0;

  /** How many workers there are now. */
  get workers(): number {
    return this.#members.size;
  }

  /** How many of them listen and have nothing to do. */
  get idle(): number {
    return [...this.#members].filter(({ listens, due }) => listens && due.length === 0).length;
  }

  /**
   * Copies in the worker that has least to do.
   * @param options.workers how many there may be; 0 keeps all in the caller's thread
   * @throws VerificationError or the system's error, with its code
   */
  async copy(job: CopyJob, options: { workers: number }): Promise<string | null> {
    clearTimeout(this.#timer);
    this.#busy++;
    try {
      const member = this.#choose(options.workers);
      if (member === null) {
        const sha256 = copySpans(job.targets, job.options);
        // Lets the messages of the workers in, which a series of copies in this thread would hold up.
        await new Promise((resolve) => setTimeout(resolve, 0));
        return sha256;
      }
      const due = Promise.withResolvers<CopyAnswer>();
      member.due.push(due);
      member.worker.postMessage(job);
      const answer = await due.promise;
      for (const report of answer.reports) foreignEntries.report(report);
      noteAll(answer.lacks);
      if (answer.ok) return answer.sha256;
      throw errorOf(answer);
    } finally {
      this.#busy--;
      this.#endIdleLater();
    }
  }

  /** Null: the caller's thread is to copy, as all are busy and another one does not listen yet. */
  #choose(workers: number): Member | null {
    const listening = [...this.#members].filter(({ listens }) => listens);
    const [least = null] = listening.toSorted((a, b) => a.due.length - b.due.length);
    if (least?.due.length === 0) return least;
    if (this.#members.size < workers) this.#start();
    return workers === 0 || listening.length < this.#members.size ? null : least;
  }

  #start(): void {
    const worker = new Worker(new URL("./delivery_worker.ts", import.meta.url), { type: "module", name: "delivery" });
    const member: Member = { worker, listens: false, due: [] };
    this.#members.add(member);
    worker.onmessage = (event: MessageEvent<CopyAnswer>) => {
      if (member.listens) member.due.shift()?.resolve(event.data);
      else member.listens = true; // its first message says so
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(member, event.message);
    };
  }

  #end(member: Member, why: string): void {
    this.#members.delete(member);
    member.worker.terminate();
    for (const due of member.due.splice(0)) due.reject(new Error(`a delivery worker ended: ${why}`));
  }

  #endIdleLater(): void {
    clearTimeout(this.#timer);
    if (this.#busy > 0) return;
    this.#timer = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** Copies under way are refused: their targets are half made. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const member of [...this.#members]) this.#end(member, "it is no longer needed");
  }
}

function errorOf(answer: CopyAnswer & { ok: false }): Error {
  if (answer.name === "VerificationError") return new VerificationError(answer.message);
  return Object.assign(new Error(answer.message), { code: answer.code });
}
