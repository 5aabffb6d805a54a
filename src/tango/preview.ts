/** The preview of the frame that was delivered last: made when it is asked for, in a worker of its own. */
import { messageOf } from "../files/errors.ts";
import type { FrameEvent } from "../frames/events.ts";
import type { ShrunkImage } from "./shrink.ts";

export type PreviewAnswer =
  | { readonly image: ShrunkImage; readonly error?: undefined }
  | { readonly image?: undefined; readonly error: string };

/** What makes them; a seam for tests. Takes an image's path; rejects with the reason where there is none. */
export type MakePreview = (path: string) => Promise<ShrunkImage>;

export interface Preview {
  /** Null where the frame cannot be shown, or where there is none. */
  readonly image: ShrunkImage | null;
  readonly time: Date;
}

interface DeliveredImage {
  readonly path: string;
  readonly time: Date;
}

export class LastPreview {
  readonly #make: MakePreview;
  readonly #onFault: (reason: string) => void;
  #frame: DeliveredImage | null = null;
  /** The frame that was shown last. */
  #shown: DeliveredImage | null = null;
  /** One at a time: where the output does not answer, one thread waits for it and no more. */
  #making = false;

  constructor(make: MakePreview, onFault: (reason: string) => void) {
    this.#make = make;
    this.#onFault = onFault;
  }

  /** Remembers which frame was the last. A dark is none that anybody wants to see. */
  frame(event: FrameEvent, time: Date): void {
    if (event.type !== "delivered" || event.dark === true) return;
    const path = event.roles?.image ?? event.files.find((file) => /\.tiff?$/i.test(file));
    if (path !== undefined) this.#frame = { path, time };
  }

  /** The preview of the last frame; null where there is nothing new, or where one is being made. */
  async next(): Promise<Preview | null> {
    const frame = this.#frame;
    if (this.#making || frame === null || frame === this.#shown) return null;
    this.#making = true;
    let image: ShrunkImage | null = null;
    try {
      image = await this.#make(frame.path);
    } catch (error) {
      this.#onFault(messageOf(error));
    }
    this.#making = false;
    this.#shown = frame;
    return { image, time: frame.time };
  }
}

/** A worker that had nothing to do for so long is ended: it holds a whole frame. */
const IDLE_MS = 30_000;

/** Starts its worker when the first preview is asked for. */
export class PreviewMaker implements Disposable {
  #worker: Worker | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** One at a time. */
  make(path: string): Promise<ShrunkImage> {
    clearTimeout(this.#idle);
    const worker = this.#worker ??= new Worker(new URL("./preview_worker.ts", import.meta.url), {
      type: "module",
      name: "preview",
    });
    const { promise, resolve, reject } = Promise.withResolvers<ShrunkImage>();
    worker.onmessage = ({ data }: MessageEvent<PreviewAnswer>) => {
      if (data.error === undefined) resolve(data.image);
      else reject(new Error(data.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this[Symbol.dispose]();
      reject(new Error(`the worker of the preview ended: ${event.message}`));
    };
    worker.postMessage(path);
    return promise.finally(() => {
      this.#idle = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
      Deno.unrefTimer(this.#idle);
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = null;
  }
}
