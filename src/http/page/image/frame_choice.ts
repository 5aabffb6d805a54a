/** Which frame is shown: the newest as they come, or one that a person holds, among those around it. */
import type { FramePayload } from "../../payloads.ts";

/** Frames of the strip under the image. */
export const STEPS = 20;

export interface Held {
  readonly id: number;
  /** Frames as they were when it was held: the strip stands still meanwhile. */
  readonly frames: readonly FramePayload[];
  /** With which the strip ends. */
  readonly endId: number;
}

export class FrameChoice {
  held: Held | null = null;
  /** Whose image is on the screen. */
  shownId: number | null = null;
  /** The newest of the following whose image was asked for. */
  askedId: number | null = null;
  #all: readonly FramePayload[] = [];

  /** Frames with images only, the newest last. */
  set frames(frames: readonly FramePayload[]) {
    this.#all = frames.filter(({ kind }) => kind === "frame");
    // After a restart of the daemon, ids of before mean nothing.
    if (this.held !== null && this.newest !== undefined && this.newest.id < this.held.id) this.follow();
  }

  get newest(): FramePayload | undefined {
    return this.#all.at(-1);
  }

  get wantedId(): number | null {
    return this.held?.id ?? this.askedId;
  }

  /** The frames of the strip; it ends with the one that is shown. */
  get strip(): readonly FramePayload[] {
    const frames = this.held?.frames ?? this.#all;
    const end = frames.findIndex(({ id }) => id === (this.held?.endId ?? this.shownId));
    return end < 0 ? frames.slice(-STEPS) : frames.slice(Math.max(0, end + 1 - STEPS), end + 1);
  }

  /** How many came after the held one. */
  get behind(): number {
    const { held } = this;
    return held === null ? 0 : this.#all.filter(({ id }) => id > held.id).length;
  }

  follow(): void {
    this.held = null;
  }

  /** Holds that frame, or the shown one; nothing changes where it is not known any more. */
  hold(id: number | null): void {
    const before = this.held?.frames ?? this.#all, known = this.#known, wish = id ?? this.shownId;
    const found = known.find((one) => one.id === wish);
    if (found === undefined) return;
    this.held = {
      id: found.id,
      // A frame that came since: the strip goes on to it.
      frames: before.includes(found) ? before : known,
      endId: Math.max(this.held?.endId ?? this.shownId ?? 0, found.id),
    };
  }

  /** Holds the frame so many before (negative) or after the shown one, within the strip or after it. */
  step(by: number): void {
    const known = this.#known;
    const last = known.findIndex(({ id }) => id === (this.held?.endId ?? this.shownId));
    const at = known.findIndex(({ id }) => id === (this.held?.id ?? this.shownId));
    if (at < 0) return;
    const first = Math.max(0, last + 1 - STEPS);
    this.hold(known[Math.max(first, Math.min(known.length - 1, at + by))]?.id ?? null);
  }

  /** Whether no later frame is known. */
  get atEnd(): boolean {
    return this.held === null || this.held.id === this.#known.at(-1)?.id;
  }

  /** Those of the strip, which may be too old for the list of the server, and what came since. */
  get #known(): readonly FramePayload[] {
    const before = this.held?.frames ?? this.#all, lastId = before.at(-1)?.id ?? -1;
    return [...before, ...this.#all.filter(({ id }) => id > lastId)];
  }
}
