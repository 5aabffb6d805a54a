/** Images of the frames that are looked at: one request at a time, the last ones kept. */
import { thrownText } from "../../../text/thrown_text.ts";
import type { FrameFigures, FramePayload, GeometryPayload, PatternPayload } from "../../payloads.ts";
import { ask, RefusedError } from "../server/ask.ts";
import { type CodedImage, decodeImage, decodePreview } from "./codes.ts";
import { PatternCurve } from "./pattern_curve.ts";

const KEPT = 24;
const RETRY_AFTER_MS = 2000;
/** The pattern comes some time after its frame: asked for so often. */
const PATTERN_TRIES = 8;
const PATTERN_PAUSE_MS = 1000;

export interface FrameImage {
  readonly frame: FramePayload;
  readonly preview: CodedImage;
  /** Its own: another frame's may be another. Null where it is not known. */
  readonly geometry: GeometryPayload | null;
  readonly pattern: PatternCurve | null;
  /** None came in all the time in which one would. */
  readonly hasNoPattern: boolean;
  /** With all pixels; null until it was wanted and came. */
  readonly full: CodedImage | null;
}

interface Failure {
  readonly reason: string;
  /** The server has too much to do at this moment. */
  readonly isForNow: boolean;
  readonly at_ms: number;
}

export class FrameImages {
  onChange = (): void => {};
  /** Whether frames get patterns. */
  integrates = false;
  readonly #kept = new Map<number, FrameImage>();
  /** Of previews, and of whole images. */
  readonly #failed = new Map<number, Failure>();
  readonly #failedWhole = new Map<number, Failure>();
  #wanted: FramePayload | null = null;
  #wantedWhole: number | null = null;
  #busy = false;

  get(id: number | null): FrameImage | undefined {
    return id === null ? undefined : this.#kept.get(id);
  }

  /** Why that frame's image, or all of its pixels, cannot be had; null while nothing is known against it. */
  failure(id: number | null): string | null {
    if (id === null) return null;
    const whole = this.#failedWhole.get(id);
    // All pixels come a little later where others fetch theirs: the preview is there meanwhile.
    return (this.#failed.get(id) ?? (whole?.isForNow === true ? undefined : whole))?.reason ?? null;
  }

  /** Only the last wish counts: over a slow connection frames are left out, and none waits in a queue. */
  want(frame: FramePayload): void {
    if (this.#kept.has(frame.id) || isRecent(this.#failed.get(frame.id))) return;
    this.#wanted = frame;
    void this.#next();
  }

  /** All pixels of a frame whose preview is there; previews that are wanted come first. */
  wantWhole(id: number): void {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.full !== null || isRecent(this.#failedWhole.get(id))) return;
    this.#wantedWhole = id;
    void this.#next();
  }

  async #next(): Promise<void> {
    if (this.#busy) return;
    const frame = this.#wanted, id = this.#wantedWhole;
    if (frame !== null) {
      this.#wanted = null;
      await this.#tryTo(() => this.#fetch(frame), frame.id, this.#failed);
    } else if (id !== null) {
      this.#wantedWhole = null;
      await this.#tryTo(() => this.#fetchWhole(id), id, this.#failedWhole);
    } else return;
    void this.#next();
  }

  async #tryTo(work: () => Promise<void>, id: number, failures: Map<number, Failure>): Promise<void> {
    this.#busy = true;
    try {
      await work();
      failures.delete(id);
    } catch (error) {
      failures.set(id, {
        reason: thrownText(error),
        isForNow: error instanceof RefusedError && error.status === 503,
        at_ms: performance.now(),
      });
      for (const old of [...failures.keys()].slice(0, -KEPT)) failures.delete(old);
    }
    this.#busy = false;
    this.onChange();
  }

  async #fetch(frame: FramePayload): Promise<void> {
    const { id } = frame;
    const response = await ask(`api/frames/${id}/preview`);
    const preview = decodePreview(await response.arrayBuffer());
    const geometry = JSON.parse(response.headers.get("x-geometry") ?? "null") as GeometryPayload | null;
    const figures = JSON.parse(response.headers.get("x-figures") ?? "null") as FrameFigures | null;
    this.#kept.set(id, {
      frame: { ...frame, figures },
      preview,
      geometry,
      pattern: null,
      hasNoPattern: false,
      full: null,
    });
    for (const old of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(old);
    if (this.integrates) void this.#fetchPattern(id, PATTERN_TRIES);
  }

  async #fetchPattern(id: number, tries: number): Promise<void> {
    const payload = await ask(`api/frames/${id}/pattern`)
      .then((response) => response.json() as Promise<PatternPayload | null>)
      .catch(() => null);
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    if (payload !== null) {
      this.#kept.set(id, { ...kept, pattern: new PatternCurve(payload) });
      this.onChange();
    } else if (tries > 1) setTimeout(() => void this.#fetchPattern(id, tries - 1), PATTERN_PAUSE_MS);
    else {
      this.#kept.set(id, { ...kept, hasNoPattern: true });
      this.onChange();
    }
  }

  async #fetchWhole(id: number): Promise<void> {
    const response = await ask(`api/frames/${id}/image`);
    const full = decodeImage(await response.arrayBuffer());
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    // One whole frame at a time: it takes 40 MB.
    for (const [other, image] of this.#kept) {
      if (image.full !== null) this.#kept.set(other, { ...image, full: null });
    }
    this.#kept.set(id, { ...kept, full });
  }
}

/** What failed is retried after some time. */
function isRecent(failure: Failure | undefined): boolean {
  return failure !== undefined && performance.now() - failure.at_ms < RETRY_AFTER_MS;
}
