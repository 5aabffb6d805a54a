/** Copies frames in several workers at once: two of them, block by block, are faster than `cp`. */
import { hashedSources, type TargetHashes } from "../../files/copy/copy_spans.ts";
import { VerificationError } from "../../files/copy/target_writers.ts";
import { foreignEntries } from "../../files/plain_file.ts";
import { type Lack, noteAll } from "../../files/volume_services.ts";
import { type CopyJob, isLong, runCopyJob } from "./copy_job.ts";
import { failDigest, newSharedDigest, type SharedDigests } from "./shared_digest.ts";

/** Workers that had nothing to do for so long are ended: each holds some ten megabytes. */
const IDLE_MS = 30_000;

/** Of smaller files the hash costs no more than asking another worker for it. */
const HASHED_ELSEWHERE_BYTES_MIN = 1 << 20;

/** What a worker is sent: files to copy, or digests to make. */
export type WorkerJob = CopyJob | { readonly digests: SharedDigests };

/** `reports`: what was set aside meanwhile; `lacks`: what a volume does not have. */
export type CopyAnswer =
  & { readonly reports: readonly string[]; readonly lacks: readonly Lack[] }
  & (
    | { readonly ok: true; readonly hashes: TargetHashes }
    | { readonly ok: false; readonly name: string; readonly message: string; readonly code: string }
  );

/** A worker, and the answers that are due from it, in the order of what it was sent. */
interface Member {
  readonly worker: Worker;
  /** Whether it has said that it listens. */
  listens: boolean;
  readonly due: PromiseWithResolvers<CopyAnswer>[];
  /** Digests that it makes now. */
  making: SharedDigests;
}

/**
 * Runs copy jobs in workers, and in the caller's own thread while those start: a worker that is started by a worker
 * takes half a second until it listens, and a frame does not wait for that. A job goes to a worker at once, behind what
 * it has to do already: handed out one by one, each would wait while the caller's thread names and removes files.
 */
export class DeliveryPool implements Disposable {
  readonly #members = new Set<Member>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Copies in progress: while there are any, no worker is ended. */
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
  async copy(job: CopyJob, options: { workers: number }): Promise<TargetHashes> {
    clearTimeout(this.#timer);
    this.#busy++;
    try {
      const member = this.#choose(options.workers, isLong(job));
      if (member === null) {
        const hashes = runCopyJob(job);
        // Lets the messages of the workers in, which a series of copies in this thread would hold up.
        await new Promise((resolve) => setTimeout(resolve, 0));
        return hashes;
      }
      const elsewhere = this.#hashElsewhere(job, { member, workers: options.workers });
      const answer = await this.#send(member, { ...job, elsewhere });
      for (const report of answer.reports) foreignEntries.report(report);
      noteAll(answer.lacks);
      if (answer.ok) return answer.hashes;
      throw errorOf(answer);
    } finally {
      this.#busy--;
      this.#endIdleLater();
    }
  }

  #send(member: Member, job: WorkerJob): Promise<CopyAnswer> {
    const due = Promise.withResolvers<CopyAnswer>();
    member.due.push(due);
    member.worker.postMessage(job);
    return due.promise;
  }

  /**
   * Has large sources hashed by a worker that has nothing to do, while this one copies them: SHA-256 takes longer than
   * the copy. Where all are busy, no core would be free for it, and the worker that copies hashes too.
   */
  #hashElsewhere({ targets }: CopyJob, { member, workers }: { member: Member; workers: number }): SharedDigests {
    if (workers < 2 || member.due.length > 0) return new Map();
    const hashed = hashedSources(targets);
    const large = targets.flatMap(({ spans }) => spans).filter(({ source, length }) =>
      hashed.has(source) && length >= HASHED_ELSEWHERE_BYTES_MIN
    );
    if (large.length === 0) return new Map();
    const others = [...this.#members].filter((other) => other !== member);
    const free = others.find(({ listens, due }) => listens && due.length === 0);
    if (free === undefined) {
      if (others.length === 0) this.#start();
      return new Map();
    }
    const digests = new Map(large.map(({ source }) => [source, newSharedDigest()]));
    free.making = digests;
    // Its end is seen in the digests; who copies hashes by itself then.
    void this.#send(free, { digests }).catch(() => {});
    return digests;
  }

  /**
   * Null: the caller's thread is to copy, as there are no workers, or all are busy and another one does not listen yet.
   * What takes long waits for the worker instead, so that the caller's ticks are not held up.
   */
  #choose(workers: number, isLong: boolean): Member | null {
    if (isLong && workers > 0) return this.#leastBusy(workers);
    const listening = [...this.#members].filter(({ listens }) => listens);
    const [least = null] = listening.toSorted((a, b) => a.due.length - b.due.length);
    if (least?.due.length === 0) return least;
    if (this.#members.size < workers) this.#start();
    return workers === 0 || listening.length < this.#members.size ? null : least;
  }

  /** It may be one that does not listen yet: it then has its job as soon as it does. */
  #leastBusy(workers: number): Member {
    const least = () => [...this.#members].toSorted((a, b) => a.due.length - b.due.length)[0];
    if (least()?.due.length !== 0 && this.#members.size < workers) this.#start();
    return least()!;
  }

  #start(): void {
    const worker = new Worker(new URL("./delivery_worker.ts", import.meta.url), { type: "module", name: "delivery" });
    const member: Member = { worker, listens: false, due: [], making: new Map() };
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
    for (const shared of member.making.values()) failDigest(shared);
    for (const due of member.due.splice(0)) due.reject(new Error(`a delivery worker ended: ${why}`));
  }

  #endIdleLater(): void {
    clearTimeout(this.#timer);
    if (this.#busy > 0) return;
    this.#timer = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** Copies in progress are refused: their targets are half made. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const member of [...this.#members]) this.#end(member, "it is no longer needed");
  }
}

function errorOf(answer: CopyAnswer & { ok: false }): Error {
  if (answer.name === "VerificationError") return new VerificationError(answer.message);
  return Object.assign(new Error(answer.message), { code: answer.code });
}
