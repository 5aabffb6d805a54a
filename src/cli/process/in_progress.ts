/**
 * Which frames `pewatch process` works on, in words: for who stops it and wants to know what it waits for. A file of its
 * own: its words are tested without a run.
 */
import type { FrameEvent } from "../../frames/events.ts";
import type { Outcome } from "./report.ts";

/** Others are counted. */
const NAMED_MAX = 3;

export class InProgress {
  readonly #frames = new Set<string>();

  take(event: FrameEvent): void {
    if (event.type === "claimed" || event.type === "merged") this.#frames.add(event.frame);
    else this.#frames.delete(event.frame);
  }

  /** "3 of 10 frames are done, in progress: P-00004.tif, P-00005.tif (to /data/out)" */
  text({ found, delivered, quarantined, darksRemoved }: Outcome, output: string): string {
    const done = `${delivered + quarantined + darksRemoved} of ${found} frames are done`;
    const names = [...this.#frames].slice(0, NAMED_MAX), others = this.#frames.size - names.length;
    if (names.length === 0) return done;
    return `${done}, in progress: ${names.join(", ")}${others > 0 ? ` and ${others} more` : ""} (to ${output})`;
  }
}
