/**
 * Sends each delivered frame to a broker, in order, and again until the broker has acknowledged it. Only then the
 * cursor in the ledger moves. No firing waits for the network.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { DeliveredFrame, FrameSource } from "pewatch";
import { backOff_ms } from "../back_off.ts";
import { thrownText } from "../thrown_text.ts";
import { BrokerError, type BrokerLink, type BrokerMessage } from "./link.ts";

export interface AnnouncerOptions {
  /** Address without secrets, for reports. */
  readonly broker: string;
  /** So many frames at most are sent together. */
  readonly batch: number;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** Shown in the status until it is called with null. */
  condition(message: string | null): void;
  count(name: string, by?: number): void;
  /** @throws {BrokerError} */
  open(): Promise<BrokerLink>;
  /**
   * Null where there is nothing to send of this frame.
   * @param form.small without what can be left out: the broker has refused the whole message as too large
   */
  message(frame: DeliveredFrame, form: { readonly small: boolean }): BrokerMessage | null;
}

/** A broker that restarts is back within seconds; one that is switched off is tried twice a minute. */
const BACK_OFF = { first_ms: 500, longest_ms: 30_000 };
/**
 * After so long without an answer a connection is given up, whatever its client still waits for. Longer than what the
 * clients themselves wait for: they know more of why.
 */
const ANSWER_MS = 60_000;
/** The daemon ends a teardown after 5 s. */
const CLOSE_MS_MAX = 2000;

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #link: BrokerLink | null = null;
  /** Raised when the link is dropped: an attempt that was given up may still open one. */
  #dropped = 0;
  /** In a row. */
  #failures = 0;
  #reported: string | null = null;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Sees to it that all frames that are due are sent, in the background. */
  fire(frames: FrameSource): void {
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#run(frames)
      .catch((error) => this.#options.log.warn(`${this.#options.broker}: ${thrownText(error)}`))
      .finally(() => this.#running = null);
  }

  /** Waits a moment for the acknowledgement of what was sent; what has none comes again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.race([this.#running, delay(CLOSE_MS_MAX, undefined, { ref: false })]);
    await this.#drop();
  }

  async #run(frames: FrameSource): Promise<void> {
    // Without a frame too: the status shows a wrong address or password before the first one.
    if (!await this.#untilDone(async () => void await this.#opened())) return;
    for await (const batch of frames.batches(this.#options.batch)) {
      if (!await this.#untilDone((tries) => this.#send(batch, tries))) return batch[0]!.later();
    }
  }

  async #send(frames: readonly DeliveredFrame[], tries: number): Promise<void> {
    const { count, log } = this.#options;
    const link = await this.#opened();
    try {
      return await this.#sendAs(link, frames, { small: false, tries });
    } catch (error) {
      if (!(error instanceof BrokerError && error.tooLarge)) throw error;
      if (frames.length === 1) {
        await this.#sendAs(link, frames, { small: true, tries });
        count("without metadata");
        return log.warn(`${frames[0]!.name}: ${error.message}; it was sent without metadata`);
      }
    }
    // A limit may be that of the whole batch.
    const half = frames.length >> 1;
    await this.#send(frames.slice(0, half), tries);
    await this.#send(frames.slice(half), tries);
  }

  async #sendAs(
    link: BrokerLink,
    frames: readonly DeliveredFrame[],
    { small, tries }: { small: boolean; tries: number },
  ): Promise<void> {
    const messages = frames.flatMap((frame) => this.#options.message(frame, { small }) ?? []);
    if (messages.length > 0) await link.send(messages.map((message) => marked(message, tries)));
    this.#options.count("announced", messages.length);
  }

  /** @returns false where the end came before */
  async #untilDone(work: (tries: number) => Promise<void>): Promise<boolean> {
    const { broker } = this.#options;
    for (let tries = 1; !this.#stop.signal.aborted; tries++) {
      const late = new AbortController();
      try {
        const silence = delay(ANSWER_MS, undefined, { signal: late.signal, ref: false }).then(async () => {
          await this.#drop();
          throw new BrokerError(`${broker} has not answered for ${ANSWER_MS / 1000} s`);
        });
        silence.catch(() => {});
        await Promise.race([work(tries), silence]);
        this.#succeeded();
        return true;
      } catch (error) {
        await this.#failed(error);
      } finally {
        late.abort();
      }
    }
    return false;
  }

  async #opened(): Promise<BrokerLink> {
    if (this.#link?.isOpen !== true) {
      await this.#drop();
      const dropped = this.#dropped;
      const link = await this.#options.open();
      if (this.#stop.signal.aborted || dropped !== this.#dropped) {
        await link.close();
        throw new BrokerError("the attempt was given up");
      }
      this.#link = link;
    }
    return this.#link!;
  }

  async #drop(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    this.#dropped++;
    await Promise.race([link?.close(), delay(CLOSE_MS_MAX, undefined, { ref: false })]);
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#options.log.info(`${this.#options.broker} takes messages again`);
    this.#failures = 0;
    if (this.#reported === null) return;
    this.#reported = null;
    this.#options.condition(null);
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { broker, condition, count } = this.#options;
    this.#failures++;
    count("retries");
    const message = `${broker}: ${thrownText(error)}; frames wait in the ledger, retrying`;
    if (message !== this.#reported) condition(message);
    this.#reported = message;
    await delay(backOff_ms(this.#failures, BACK_OFF), undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}

/** A message that may have come before says so: whoever counts messages need not compare their ids. */
function marked(message: BrokerMessage, tries: number): BrokerMessage {
  return tries === 1 ? message : { ...message, headers: { ...message.headers, "pewatch-try": String(tries) } };
}
