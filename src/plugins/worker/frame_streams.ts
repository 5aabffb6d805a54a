/**
 * The frames of `context.frames` in the plugin's worker: asked for in batches, handed out one by one or several at once.
 *
 * Of contract 1 a frame is done when it is handed out. Of contract 2 it is done when the loop asks for the next one, or,
 * where the loop was left, when the firing has succeeded.
 */
import type { DeliveredFrame, FrameSource } from "../contract.ts";
import type { DeliveredFrameData } from "../messages.ts";
import type { Channel } from "./channel.ts";

const STREAM_NAME = /^[^\p{Cc}]{1,200}$/u;
/** More at once would only wait in the plugin's memory. */
const BATCH_MAX = 1000;
const NEEDS_2 = "it needs the contract 2: export const CONTRACT = 2";

export interface FrameStreamsOptions {
  readonly channel: Pick<Channel, "ask" | "post">;
  contract(): number;
}

/** All streams of a worker; they live as long as it does. What is buffered when it ends is asked for by the next one. */
export class FrameStreams {
  readonly #options: FrameStreamsOptions;
  readonly #streams = new Map<string | null, Stream>();

  constructor(options: FrameStreamsOptions) {
    this.#options = options;
  }

  /** The frames of one call of the plugin; `over` says that its loop should end. */
  during(over: () => boolean): FrameSource {
    return this.#source(null, { over, from: "newest" });
  }

  /** Of the end of a call: frames whose loop was left are done, or have failed. */
  end(succeeded: boolean): void {
    for (const stream of this.#streams.values()) stream.end(succeeded);
  }

  #source(name: string | null, options: { over: () => boolean; from: "newest" | "oldest" }): FrameSource {
    const stream = () => this.#stream(name, options.from);
    const iterate = <T>(max: number | null) => stream().iterate<T>(options.over, max);
    return {
      [Symbol.asyncIterator]: () => iterate<DeliveredFrame>(null),
      batches: (max: number) => {
        if (this.#options.contract() < 2) throw new TypeError(`frames.batches: ${NEEDS_2}`);
        const size = Math.min(Math.max(1, Math.floor(max)), BATCH_MAX);
        return { [Symbol.asyncIterator]: () => iterate<readonly DeliveredFrame[]>(size) };
      },
      of: (own, { from = "newest" } = {}) => {
        if (this.#options.contract() < 2) throw new TypeError(`frames.of: ${NEEDS_2}`);
        if (typeof own !== "string" || !STREAM_NAME.test(own)) {
          throw new TypeError("frames.of: a name of 1 to 200 characters is needed");
        }
        // Also between firings: a plugin may send in the background.
        return this.#source(own, { over: () => false, from });
      },
    };
  }

  #stream(name: string | null, from: "newest" | "oldest"): Stream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const stream = new Stream(name, { ...this.#options, from });
    this.#streams.set(name, stream);
    return stream;
  }
}

class Stream {
  readonly #name: string | null;
  readonly #options: FrameStreamsOptions & { readonly from: "newest" | "oldest" };
  #buffer: DeliveredFrameData[] = [];
  #asking: Promise<void> | null = null;
  /** Up to here everything was asked for; null: from the cursor on. */
  #position: number | null = null;
  /** Whether there were more than those of the last answer. */
  #more = false;
  /** Frames that are handed out and not done, and whether their loop was left. */
  #inHand: { readonly frames: readonly DeliveredFrameData[]; left: boolean; later: boolean } | null = null;
  /** The first frame in the buffer has failed before: it is handed out alone. */
  #isRetry = false;
  /** The readers of sidecars and tags are loaded by plugins that see a frame, not by all. */
  #readers: typeof import("./delivered_frame.ts") | null = null;

  constructor(name: string | null, options: FrameStreamsOptions & { from: "newest" | "oldest" }) {
    this.#name = name;
    this.#options = options;
  }

  iterate<T>(over: () => boolean, max: number | null): AsyncIterator<T> {
    let asked = false;
    const next = async (): Promise<IteratorResult<T>> => {
      if (!this.#finishInHand()) return { done: true, value: undefined };
      while (!over()) {
        const frames = this.#take(max);
        if (frames.length > 0) {
          const handed = this.#handOut(frames);
          return { done: false, value: (max === null ? handed[0] : handed) as T };
        }
        // What was delivered since this loop asked is the next loop's: so that a slow plugin's loop ends too.
        if (asked && !this.#more) break;
        asked = true;
        await (this.#asking ??= this.#ask());
      }
      // Lines behind the last frame are of no frames.
      if (this.#buffer.length === 0 && this.#position !== null) this.#done(this.#position);
      return { done: true, value: undefined };
    };
    const leave = (): Promise<IteratorResult<T>> => {
      if (this.#inHand !== null) this.#inHand.left = true;
      return Promise.resolve({ done: true, value: undefined });
    };
    return { next, return: leave };
  }

  end(succeeded: boolean): void {
    const inHand = this.#inHand;
    // A stream of its own may go on between firings.
    if (inHand === null || (!inHand.left && this.#name !== null)) return;
    if (succeeded || inHand.later) return void this.#finishInHand();
    this.#options.channel.post({ type: "frame_failed", stream: this.#name });
    this.#forget();
  }

  get #isCursor(): boolean {
    return this.#options.contract() >= 2;
  }

  /** @returns false where they are to come again later */
  #finishInHand(): boolean {
    const inHand = this.#inHand;
    if (inHand === null) return true;
    if (inHand.later) {
      this.#forget();
      return false;
    }
    this.#inHand = null;
    this.#done(inHand.frames.at(-1)!.sequence);
    return true;
  }

  #take(max: number | null): DeliveredFrameData[] {
    const count = max === null || this.#isRetry ? 1 : max;
    if (this.#buffer.length > 0) this.#isRetry = false;
    return this.#buffer.splice(0, count);
  }

  #handOut(frames: readonly DeliveredFrameData[]): DeliveredFrame[] {
    const [first] = frames;
    const { FrameHandle } = this.#readers!;
    if (!this.#isCursor) {
      // Reported before the plugin sees it: a frame that ends the worker is not handed out again.
      this.#done(first!.sequence);
      return frames.map((data) => new FrameHandle(data, refuseLater));
    }
    const inHand = { frames, left: false, later: false };
    this.#inHand = inHand;
    const { sequence, number, name: frame } = first!;
    this.#options.channel.post({ type: "frame_begun", stream: this.#name, frame: { sequence, number, frame } });
    return frames.map((data) => new FrameHandle(data, () => void (inHand.later = true)));
  }

  #done(upTo: number): void {
    this.#options.channel.post({
      type: "frames_taken",
      stream: this.#name,
      contract: this.#options.contract(),
      upTo,
    });
  }

  /** The next loop asks from the cursor on. */
  #forget(): void {
    this.#inHand = null;
    this.#buffer = [];
    this.#position = null;
    this.#more = false;
  }

  async #ask(): Promise<void> {
    try {
      const { frames, more, position, tries } = await this.#options.channel.ask("frames", {
        stream: this.#name,
        contract: this.#options.contract(),
        after: this.#position,
        from: this.#options.from,
      });
      if (frames.length > 0) this.#readers ??= await import("./delivered_frame.ts");
      this.#buffer = [...frames];
      this.#more = more;
      this.#position = position;
      this.#isRetry = tries > 0;
    } finally {
      this.#asking = null;
    }
  }
}

function refuseLater(): never {
  throw new TypeError(`frame.later: ${NEEDS_2}`);
}
