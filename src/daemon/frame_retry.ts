/** An order to try the frames of the quarantine again, from the daemon's side: how far it is, in a sentence. */
import type { RetryOrder } from "../frames/stage.ts";
import type { RetryProgress } from "../frames/events.ts";
import { counted } from "../log/counted.ts";

/** Whoever asks waits so long for the end; then it goes on behind. */
const RETRY_ANSWER_MS_MAX = 900;

export class FrameRetry {
  readonly order: RetryOrder;
  #progress: RetryProgress | null = null;
  readonly #done = Promise.withResolvers<void>();

  constructor(order: RetryOrder) {
    this.order = order;
  }

  get done(): boolean {
    return this.#progress?.waiting === 0;
  }

  /** What the stage reports; a report on another order is ignored. */
  heard(progress: RetryProgress): void {
    if (progress.id !== this.order.id) return;
    this.#progress = progress;
    if (this.done) this.#done.resolve();
  }

  /** One sentence, at the end or after RETRY_ANSWER_MS_MAX. */
  async answer(): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, RETRY_ANSWER_MS_MAX));
    await Promise.race([this.#done.promise, late]);
    clearTimeout(timer);
    return this.text;
  }

  get text(): string {
    if (this.#progress === null) return `Frames in ${this.order.path} are retried as soon as the stages are free`;
    const { taken, kept, waiting } = this.#progress;
    if (taken + kept + waiting === 0) {
      return "The quarantine is empty; frames that wait elsewhere are retried at each tick";
    }
    const parts = [`${taken} accepted`];
    if (kept > 0) parts.push(`${counted(kept, "stays", "stay")} in quarantine (the log says why)`);
    if (waiting > 0) parts.push(`${waiting} still to be tried`);
    return `Retried ${counted(taken + kept, "frame")}: ${parts.join(", ")}`;
  }
}
