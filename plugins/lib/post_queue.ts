/** A bounded queue of messages to one URL: sent in their order, in the background, and again where that helps. */
import { setTimeout as delay } from "node:timers/promises";
import { backOff_ms, retryAfter_ms } from "./back_off.ts";
import { post, type PostResult } from "./post.ts";

export interface PostQueueOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout_ms: number;
  /** So many messages wait; then the oldest is dropped for the newest. */
  readonly waitingMax: number;
  readonly reports: { warn(message: string): void; info(message: string): void };
  count(name: "posted" | "refused" | "dropped" | "retries"): void;
  readonly backOff?: { readonly first_ms: number; readonly longest_ms: number };
}

/** A receiver that restarts answers within seconds; one that is switched off is tried once a minute. */
const BACK_OFF = { first_ms: 500, longest_ms: 60_000 };
/** A Retry-After of days is a mistake, or none of ours. */
const RETRY_AFTER_MS_MAX = 10 * 60_000;

export class PostQueue {
  /** Without user, password and query, which may hold secrets: for messages. */
  readonly shownUrl: string;
  readonly #url: string;
  readonly #options: PostQueueOptions;
  readonly #client = Deno.createHttpClient({});
  readonly #stop = new AbortController();
  /** Ends the wait before the next try. */
  #hurry = new AbortController();
  #waiting: string[] = [];
  #sending: Promise<void> | null = null;
  /** In a row, of the message that is first in line. */
  #failures = 0;
  #dropped = 0;
  /** The last refusal that was logged: the same is not logged for each message. */
  #loggedRefusal = "";

  constructor(url: string, options: PostQueueOptions) {
    this.#url = url;
    this.#options = options;
    const { origin, pathname } = new URL(url);
    this.shownUrl = `${origin}${pathname}`;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Returns at once; the message is sent as soon as those before it are. */
  add(message: string): void {
    if (this.#stop.signal.aborted) return;
    // The first one may be under way: the one after it is the oldest that can be given up.
    if (this.#waiting.length >= this.#options.waitingMax) {
      this.#waiting.splice(this.#sending === null ? 0 : 1, 1);
      this.#options.count("dropped");
      if (this.#dropped++ === 0) {
        this.#options.reports.warn(
          `${this.shownUrl}: more than ${this.#options.waitingMax} messages wait; the oldest are dropped`,
        );
      }
    }
    this.#waiting.push(message);
    this.#sending ??= this.#sendAll().finally(() => this.#sending = null);
  }

  /** Sends waiting messages without further delays, for so long at most; returns how many are lost. Ends the queue. */
  async close(limit_ms: number): Promise<number> {
    const timer = setTimeout(() => this.#stop.abort(), limit_ms);
    this.#hurry.abort();
    await this.#sending;
    clearTimeout(timer);
    this.#stop.abort();
    this.#client.close();
    return this.#waiting.length;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stop.signal.aborted) {
      const message = this.#waiting[0]!;
      const result = await post(this.#url, message, {
        ...this.#options,
        signal: this.#stop.signal,
        client: this.#client,
      });
      if (result.outcome === "later") {
        if (this.#stop.signal.aborted) return;
        await this.#failed(result);
      } else {
        // Only now: until its answer the message is first in line, so that a stop counts it as lost.
        this.#waiting.shift();
        this.#answered(result);
      }
    }
  }

  #answered(result: Exclude<PostResult, { outcome: "later" }>): void {
    const { count, reports } = this.#options;
    if (this.#failures > 0) {
      const lost = this.#dropped === 0 ? "" : `, ${this.#dropped} were dropped`;
      reports.info(`${this.shownUrl} answers again; ${this.#waiting.length} messages wait${lost}`);
      this.#dropped = 0;
    }
    this.#failures = 0;
    if (result.outcome === "taken") {
      this.#loggedRefusal = "";
      return count("posted");
    }
    count("refused");
    if (this.#loggedRefusal !== result.reason) reports.warn(`${this.shownUrl} refuses a message: ${result.reason}`);
    this.#loggedRefusal = result.reason;
  }

  async #failed({ reason, retryAfter }: Extract<PostResult, { outcome: "later" }>): Promise<void> {
    this.#failures++;
    this.#options.count("retries");
    if (this.#failures === 1) this.#options.reports.warn(`${this.shownUrl}: ${reason}; retrying`);
    const asked_ms = retryAfter_ms(retryAfter, { now_ms: Date.now(), longest_ms: RETRY_AFTER_MS_MAX });
    const wait_ms = Math.max(asked_ms ?? 0, backOff_ms(this.#failures, this.#options.backOff ?? BACK_OFF));
    await pause(wait_ms, AbortSignal.any([this.#hurry.signal, this.#stop.signal]));
    // At the end of the program: one more try of each, but not ten thousand a second.
    if (this.#hurry.signal.aborted) await pause(BACK_OFF.first_ms / 2, this.#stop.signal);
  }
}

async function pause(wait_ms: number, signal: AbortSignal): Promise<void> {
  await delay(wait_ms, undefined, { signal }).catch(() => {});
}
