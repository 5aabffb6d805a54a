/** Orders to try the frames of the quarantine again, from the daemon's side: how far each is, in a sentence. */
import type { RetryOrder } from "../frames/stage.ts";
import type { RetryProgress } from "../frames/events.ts";
import type { Logger } from "../log/logger.ts";
import { counted } from "../log/counted.ts";
import { withTimeout } from "../time/time_limit.ts";

/** Whoever asks waits so long for the end; then it goes on behind. */
const RETRY_ANSWER_MS_MAX = 900;

const FINISHED_MAX = 100;

/** One order at a time. */
export class FrameRetries {
  readonly #log: Logger;
  #current: FrameRetry | null = null;
  #finished_ms: number[] = [];
  #nextId = 1;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** When the last orders were finished, milliseconds since 1970 UTC. */
  get finished_ms(): readonly number[] {
    return this.#finished_ms;
  }

  /** What the stages are to do. */
  get order(): RetryOrder | undefined {
    return this.#current?.order;
  }

  /**
   * Asked once more while it is in progress, it is the same order.
   * @param path of the quarantine
   * @returns one sentence, at the end or after RETRY_ANSWER_MS_MAX
   */
  async request(path: string): Promise<string> {
    this.#current ??= { order: { id: this.#nextId++, path }, progress: null, done: Promise.withResolvers() };
    const retry = this.#current;
    await withTimeout(retry.done.promise, RETRY_ANSWER_MS_MAX);
    return textOf(retry);
  }

  /** What a stage reports; a report on another order is ignored. */
  progress(progress: RetryProgress): void {
    const retry = this.#current;
    if (retry?.order.id !== progress.id) return;
    retry.progress = progress;
    if (progress.waiting > 0) return;
    retry.done.resolve();
    this.#log.info(`retry: ${textOf(retry)}`);
    this.#finished_ms = [...this.#finished_ms.slice(1 - FINISHED_MAX), Date.now()];
    this.#current = null;
  }

  /** The stages have stopped. */
  forget(): void {
    this.#current = null;
  }
}

interface FrameRetry {
  readonly order: RetryOrder;
  progress: RetryProgress | null;
  readonly done: PromiseWithResolvers<void>;
}

function textOf({ order, progress }: FrameRetry): string {
  if (progress === null) return `Frames in ${order.path} are retried as soon as the stages are free`;
  const { taken, kept, waiting } = progress;
  if (taken + kept + waiting === 0) {
    return "The quarantine is empty; frames that wait elsewhere are retried at each tick";
  }
  const parts = [`${taken} accepted`];
  if (kept > 0) parts.push(`${counted(kept, "stays", "stay")} in quarantine (the log says why)`);
  if (waiting > 0) parts.push(`${waiting} still to be tried`);
  return `Retried ${counted(taken + kept, "frame")}: ${parts.join(", ")}`;
}
