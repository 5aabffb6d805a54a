/** Asks the worker that reads frames: one frame at a time, each preview made once for all who want it. */
import { basename, dirname, join } from "node:path";
import { TIMED_OUT, withTimeout } from "../../time/time_limit.ts";
import type { FrameFiles, ImageSettings } from "../messages.ts";
import type { PatternPayload, QuarantinePayload } from "../payloads.ts";
import type { ImageAnswers, ImageQuestion, ImageReply, ReadFrame } from "./image_worker.ts";

/** A worker that had nothing to do for so long is ended: it holds a whole frame. */
const IDLE_MS = 30_000;
const ANSWER_MS_MAX = 20_000;
/** Frames back from the newest that browsers have seen; 2 MB each. */
const PREVIEWS_MAX = 6;
/** How long all pixels of a frame are kept for others who look at it closely. */
const WHOLE_KEPT_MS = 3000;
/** Requests that wait for the worker; more would only wait longer. */
const WAITING_MAX = 32;

/** Why a frame cannot be shown. */
export class FrameReadError extends Error {
  override readonly name = "FrameReadError";

  /** @param status 404: it has no image that can be shown; 503: not now */
  constructor(readonly status: 404 | 503 | 504, message: string) {
    super(message);
  }
}

/** What is kept of a frame that was read. */
export type Preview = Pick<ReadFrame, "preview" | "geometry" | "figures">;

export interface FrameReaderOptions {
  readonly settings: ImageSettings;
  readonly onRead: (id: number, frame: ReadFrame, whole: boolean) => void;
  /** A seam for tests. */
  readonly openWorker?: () => Worker;
}

export class FrameReader implements Disposable {
  readonly #options: FrameReaderOptions;
  readonly #previews = new Map<number, Promise<Preview>>();
  #whole: { readonly id: number; readonly read: Promise<ReadFrame> } | null = null;
  #wholeTimer: ReturnType<typeof setTimeout> | undefined;
  #worker: Worker | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** @throws FrameReadError */
  preview(files: FrameFiles): Promise<Preview> {
    const known = this.#previews.get(files.id);
    if (known !== undefined) return known;
    const made = this.#read(files, { whole: false }).then(({ preview, geometry, figures }) => ({
      preview,
      geometry,
      figures,
    }));
    this.#previews.set(files.id, made);
    if (this.#previews.size > PREVIEWS_MAX) this.#previews.delete(this.#previews.keys().next().value!);
    // What failed once may be there at the next try.
    made.catch(() => this.#previews.delete(files.id));
    return made;
  }

  /** Those who ask for the same frame share its bytes. @throws FrameReadError */
  whole(files: FrameFiles): Promise<ReadFrame> {
    clearTimeout(this.#wholeTimer);
    if (this.#whole?.id !== files.id) this.#whole = { id: files.id, read: this.#read(files, { whole: true }) };
    const { read } = this.#whole, forget = () => void (this.#whole = this.#whole?.read === read ? null : this.#whole);
    this.#wholeTimer = setTimeout(forget, WHOLE_KEPT_MS);
    read.catch(forget);
    return read;
  }

  /** Null where it has none, or none yet. @throws FrameReadError */
  async pattern({ roles, frame }: FrameFiles): Promise<PatternPayload | null> {
    if (roles === null) return null;
    const name = basename(roles.image).replace(/\.tiff?$/i, "") + ".xye";
    const path = join(dirname(roles.image), this.#options.settings.patternFolder, name);
    const reply = await this.#inTurn({ what: "pattern", path });
    if (reply.error === undefined) return reply.answer;
    throw new FrameReadError(404, `The pattern of ${frame} cannot be read: ${reply.error}`);
  }

  /** What is in the quarantine of an output root. @throws FrameReadError */
  async quarantine(root: string): Promise<readonly QuarantinePayload[]> {
    const reply = await this.#inTurn({ what: "quarantine", root });
    return reply.error === undefined ? reply.answer : [];
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#wholeTimer);
    this.#whole = null;
    this.#worker?.terminate();
    this.#worker = null;
  }

  async #read({ id, frame, roles, reason }: FrameFiles, { whole }: { readonly whole: boolean }): Promise<ReadFrame> {
    if (roles === null) throw new FrameReadError(404, reason ?? "It has no image");
    const { settings, onRead } = this.#options;
    const reply = await this.#inTurn({ what: "frame", roles, whole, settings });
    if (reply.error !== undefined) throw new FrameReadError(404, `${frame} cannot be shown: ${reply.error}`);
    onRead(id, reply.answer, whole);
    return reply.answer;
  }

  #inTurn<What extends keyof ImageAnswers>(question: ImageQuestion & { what: What }): Promise<ImageReply<What>> {
    if (this.#waiting >= WAITING_MAX) throw new FrameReadError(503, "Too many frames are being read");
    this.#waiting++;
    const mine = this.#last.then(() => this.#ask(question)) as Promise<ImageReply<What>>;
    this.#last = mine.catch(() => {}).finally(() => this.#waiting--);
    return mine;
  }

  async #ask(question: ImageQuestion): Promise<ImageReply> {
    clearTimeout(this.#idle);
    const { promise, resolve } = Promise.withResolvers<ImageReply>();
    const worker = this.#worker ??= (this.#options.openWorker ?? openWorker)();
    worker.onmessage = ({ data }: MessageEvent<ImageReply>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this[Symbol.dispose]();
      resolve({ error: `the worker that reads frames ended: ${event.message}` });
    };
    worker.postMessage(question);
    const answer = await withTimeout(promise, ANSWER_MS_MAX);
    if (answer === TIMED_OUT) {
      this[Symbol.dispose]();
      throw new FrameReadError(504, `The output did not answer within ${ANSWER_MS_MAX / 1000} s`);
    }
    this.#idle = setTimeout(() => this[Symbol.dispose](), IDLE_MS);
    return answer;
  }
}

function openWorker(): Worker {
  return new Worker(new URL("./image_worker.ts", import.meta.url), { type: "module", name: "http images" });
}
