/** The frames of `context.frames` in the plugin's worker: asked for in batches, handed out one by one. */
import type { DeliveredFrame } from "../contract.ts";
import type { Channel } from "./channel.ts";
import type { DeliveredFrameData } from "../messages.ts";

type Handle = (data: DeliveredFrameData) => DeliveredFrame;

/** Lives as long as the worker. What is buffered here when the worker ends is asked for again by the next one. */
export class FrameStream {
  readonly #channel: Pick<Channel, "ask" | "post">;
  #buffer: DeliveredFrameData[] = [];
  #asking: Promise<void> | null = null;
  /** Whether there were more than those of the last answer. */
  #more = false;
  #handle: Handle | null = null;

  constructor(channel: Pick<Channel, "ask" | "post">) {
    this.#channel = channel;
  }

  /** The frames of one call of the plugin; `over` says that its loop should end. */
  during(over: () => boolean): AsyncIterable<DeliveredFrame> {
    return { [Symbol.asyncIterator]: () => this.#iterate(over) };
  }

  #iterate(over: () => boolean): AsyncIterator<DeliveredFrame> {
    let asked = false;
    const next = async (): Promise<IteratorResult<DeliveredFrame>> => {
      while (!over()) {
        const data = this.#buffer.shift();
        if (data !== undefined) return { done: false, value: this.#handOut(data) };
        // What was delivered since this loop asked is the next loop's: so that a slow plugin's loop ends too.
        if (asked && !this.#more) break;
        asked = true;
        await (this.#asking ??= this.#ask());
      }
      return { done: true, value: undefined };
    };
    return { next, return: () => Promise.resolve({ done: true, value: undefined }) };
  }

  /** Reported before the plugin sees it: a frame that ends the worker is not handed out again. */
  #handOut(data: DeliveredFrameData): DeliveredFrame {
    this.#channel.post({ type: "frames_taken", upTo: data.number });
    return this.#handle!(data);
  }

  async #ask(): Promise<void> {
    try {
      const { frames, more } = await this.#channel.ask("frames", {});
      if (frames.length > 0) this.#handle ??= await loadHandle();
      this.#buffer = [...frames];
      this.#more = more;
    } finally {
      this.#asking = null;
    }
  }
}

/** The readers of sidecars and tags are loaded by plugins that see a frame, not by all. */
async function loadHandle(): Promise<Handle> {
  const { FrameHandle } = await import("./delivered_frame.ts");
  return (data) => new FrameHandle(data);
}
