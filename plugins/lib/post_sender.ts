/** Sends messages to one URL, one after the other, each again until the receiver has answered it. */
import { setTimeout as delay } from "node:timers/promises";
import { backOff_ms, retryAfter_ms } from "./back_off.ts";
import { post, type PostResult } from "./post.ts";

export interface PostSenderOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout_ms: number;
  readonly reports: { warn(message: string): void; info(message: string): void };
  count(name: "posted" | "refused" | "retries"): void;
  readonly backOff?: { readonly first_ms: number; readonly longest_ms: number };
}

/** A receiver that restarts answers within seconds; one that is switched off is tried once a minute. */
const BACK_OFF = { first_ms: 500, longest_ms: 60_000 };
/** A Retry-After of days is a mistake, or not meant for us. */
const RETRY_AFTER_MS_MAX = 10 * 60_000;

export class PostSender {
  /** Without user, password and query, which may hold secrets: for messages. */
  readonly shownUrl: string;
  readonly #url: string;
  readonly #options: PostSenderOptions;
  readonly #client = Deno.createHttpClient({});
  readonly #stop = new AbortController();
  #sending: Promise<boolean> = Promise.resolve(true);
  /** In a row, of the message that is sent now. */
  #failures = 0;
  /** The last refusal that was logged: the same is not logged for each message. */
  #loggedRefusal = "";

  constructor(url: string, options: PostSenderOptions) {
    this.#url = url;
    this.#options = options;
    const { origin, pathname } = new URL(url);
    this.shownUrl = `${origin}${pathname}`;
  }

  /** @returns whether the receiver has answered, if it was with a refusal; false where the end came before */
  send(message: string): Promise<boolean> {
    return this.#sending = this.#sending.then(() => this.#send(message));
  }

  /** Waits for the answer to what is sent now, for so long at most; whatever is asked for later is not sent. */
  async close(limit_ms: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), this.#failures > 0 ? 0 : limit_ms);
    await this.#sending;
    clearTimeout(timer);
    this.#stop.abort();
    this.#client.close();
  }

  async #send(message: string): Promise<boolean> {
    while (!this.#stop.signal.aborted) {
      const result = await post(this.#url, message, {
        ...this.#options,
        signal: this.#stop.signal,
        client: this.#client,
      });
      if (result.outcome !== "later") {
        this.#answered(result);
        return true;
      }
      if (!this.#stop.signal.aborted) await this.#failed(result);
    }
    return false;
  }

  #answered(result: Exclude<PostResult, { outcome: "later" }>): void {
    const { count, reports } = this.#options;
    if (this.#failures > 0) reports.info(`${this.shownUrl} answers again`);
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
    await delay(wait_ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
