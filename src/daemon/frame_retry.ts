/** An order to try the frames of the quarantine again, from the daemon's side: how far it is, in a sentence. */
import type { RetryOrder } from "../frames/stage.ts";
import type { RetryProgress } from "../frames/events.ts";

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

  /** What the stage tells; of another order it is nothing to this one. */
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
    if (this.#progress === null) return `What is in ${this.order.path} is tried again as soon as the stages come to it`;
    const { taken, kept, waiting } = this.#progress;
    if (taken + kept + waiting === 0) return "Nothing is in quarantine; what waits elsewhere is tried at each tick";
    const parts = [`${frames(taken)} of the quarantine on the way again`];
    if (kept > 0) parts.push(`${kept} still there, the log says why`);
    if (waiting > 0) parts.push(`${waiting} still to be tried`);
    return parts.join(", ");
  }
}

function frames(count: number): string {
  return count === 1 ? "1 frame" : `${count} frames`;
}
