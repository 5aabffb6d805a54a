/** What browsers get by itself: composed only while somebody watches. */
import type { DaemonStatus } from "../daemon/status.ts";
import type { FromHttpWorker, ToHttpWorker } from "./messages.ts";
import type { EventPayloads, FramePayload } from "./payloads.ts";
import type { Report } from "./report/report.ts";

/** Frames go out as lists, so seldom: no eye follows more. */
const FRAMES_MS = 333;
/** Browsers ask for the newest of each list: reading it takes this part of a processor at most. */
const READING_SHARE = 0.05;
/** However slow reading is. */
const FRAMES_MS_MAX = 2000;
const PREVIEWS_TIMED = 8;
const TOGETHER_MS = 15;
/** Counts of plugins change at each tick; only so often they are sent for their own sake. */
const PLUGIN_COUNTS_EACH = 5;

/**
 * @param previews_ms how long the last previews took; the fastest counts, since others waited for a processor too: their
 * thread has the lower priority
 */
export function pauseOfLists_ms(previews_ms: readonly number[]): number {
  return Math.min(FRAMES_MS_MAX, Math.max(FRAMES_MS, Math.min(...previews_ms) / READING_SHARE));
}

export class Broadcast {
  readonly #report: Report;
  readonly #post: (message: ToHttpWorker) => void;
  readonly #sent = new Map<string, string>();
  readonly #pending = new Map<number, FramePayload>();
  #framesAt_ms = -Infinity;
  #pause_ms = FRAMES_MS;
  #previews_ms: readonly number[] = [];
  #viewers = 0;
  #beats = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(report: Report, post: (message: ToHttpWorker) => void) {
    this.#report = report;
    this.#post = post;
  }

  viewers(count: number): void {
    this.#viewers = count;
    if (count > 0) return;
    this.#pending.clear();
    this.#sent.clear();
  }

  frame(frame: FramePayload): void {
    if (this.#viewers === 0) return;
    this.#pending.set(frame.id, frame);
    // The first after a pause goes at once, together with what was delivered with it.
    const pause_ms = Math.max(TOGETHER_MS, this.#framesAt_ms + this.#pause_ms - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#framesAt_ms = performance.now();
      const frames = [...this.#pending.values()].toSorted((a, b) => a.id - b.id);
      this.#pending.clear();
      if (frames.length > 0) this.#send("frames", frames);
    }, pause_ms);
  }

  /** A frame's pixels were read for somebody. */
  seen({ id, figures, geometry, preview_ms }: FromHttpWorker & { type: "seen" }): void {
    if (preview_ms !== null) {
      this.#previews_ms = [...this.#previews_ms, preview_ms].slice(-PREVIEWS_TIMED);
      this.#pause_ms = pauseOfLists_ms(this.#previews_ms);
    }
    const frame = this.#report.frames.seen(id, figures);
    if (frame !== null) this.frame(frame);
    if (geometry === null && this.#report.geometry !== null) return;
    this.#report.geometry = geometry;
    this.#sendChanged("geometry", geometry);
  }

  /** Once a second. */
  state(status: DaemonStatus): void {
    if (this.#viewers === 0) return;
    this.#send("state", this.#report.state(status));
    const plugins = this.#report.plugins(status);
    const isTurn = this.#beats++ % PLUGIN_COUNTS_EACH === 0;
    const key = plugins.map((
      { name, state, failures, problem },
    ) => [name, state === "firing" ? "ready" : state, failures, problem]);
    this.#sendChanged("plugins", plugins, isTurn ? plugins : key);
    this.#sendChanged("parameters", this.#report.parameters());
  }

  folders(): void {
    this.#sendChanged("folders", this.#report.folders());
  }

  #send<Name extends keyof EventPayloads>(name: Name, data: EventPayloads[Name]): void {
    this.#post({ type: "event", name, data } as ToHttpWorker);
  }

  /** @param by what is compared with the last time */
  #sendChanged<Name extends keyof EventPayloads>(name: Name, data: EventPayloads[Name], by: unknown = data): void {
    if (this.#viewers === 0) return;
    const text = JSON.stringify(by);
    if (this.#sent.get(name) === text) return;
    this.#sent.set(name, text);
    this.#send(name, data);
  }
}
