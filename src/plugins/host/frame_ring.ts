/** The last frames that were delivered, kept once for all plugins, and how far each plugin has come with them. */
import type { DeliveredFrameData, FrameBatch } from "../messages.ts";

/**
 * About 1 kB each. At 15 frames/s this is eleven minutes: longer than a firing may last by default, so only a plugin
 * that is slower than the detector falls so far behind.
 */
const FRAMES_KEPT_MAX = 10_000;
/** Frames in one answer: few enough to be posted in a millisecond, many enough that asking costs nothing. */
const FRAMES_BATCH_MAX = 64;
/** Names of plugins whose position is kept, also of those that are gone and may come back. */
const READERS_MAX = 1000;

export interface NextFrames extends FrameBatch {
  /** Frames between the plugin's position and the oldest that is kept: they cannot be handed out any more. */
  readonly missed: number;
}

/** Numbers frames from 1 on; the oldest make room. */
export class FrameRing {
  readonly #kept: number;
  readonly #batch: number;
  readonly #slots: DeliveredFrameData[] = [];
  /** Of each plugin by its name: the number of the last frame that was handed to it, or that it missed. */
  readonly #positions = new Map<string, number>();
  #newest = 0;

  constructor(limits: { kept?: number; batch?: number } = {}) {
    this.#kept = limits.kept ?? FRAMES_KEPT_MAX;
    this.#batch = limits.batch ?? FRAMES_BATCH_MAX;
  }

  /** Number of the frame that was delivered last, 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  push(frame: Omit<DeliveredFrameData, "number">): void {
    const number = ++this.#newest;
    this.#slots[number % this.#kept] = { number, ...frame };
  }

  /** From here on frames are for this plugin; one that began before continues where it was. */
  begin(plugin: string): void {
    if (this.#positions.has(plugin)) return;
    if (this.#positions.size >= READERS_MAX) this.#positions.delete(this.#positions.keys().next().value!);
    this.#positions.set(plugin, this.#newest);
  }

  /** All frames up to this number are done with for this plugin, whatever becomes of it. */
  taken(plugin: string, upTo: number): void {
    this.begin(plugin);
    if (!Number.isSafeInteger(upTo) || upTo > this.#newest) return;
    if (upTo > this.#positions.get(plugin)!) this.#positions.set(plugin, upTo);
  }

  /** What the plugin has not been handed yet. Its position moves only over what it missed, and by `taken`. */
  next(plugin: string): NextFrames {
    this.begin(plugin);
    const position = this.#positions.get(plugin)!;
    const before = Math.max(position, this.#newest - this.#kept);
    if (before > position) this.#positions.set(plugin, before);
    const last = Math.min(this.#newest, before + this.#batch);
    const frames: DeliveredFrameData[] = [];
    for (let number = before + 1; number <= last; number++) frames.push(this.#slots[number % this.#kept]!);
    return { frames, more: last < this.#newest, missed: before - position };
  }
}
