/** A detector for the fault tests: writes frames at its own pace and keeps a ledger of what it wrote. */
import { FrameWriter, type HalfWritten, type LedgerFrame, pause, type Shot } from "./frame_writer.ts";
import type { Random } from "./random.ts";

export { pause };

export interface DetectorOptions {
  readonly raw: string;
  readonly rate_per_s: number;
  readonly random: Random;
  /** Pixels in a row, and rows. */
  readonly side: number;
  /** Whether no frame is to be written for now. */
  readonly holds?: () => boolean;
  /** What is written; darks, names that come again and overflow files in turn by default. */
  readonly shot?: (number: number) => Shot;
  /** Called with each frame that is whole. */
  readonly onFrame?: (frame: LedgerFrame) => void;
}

const FOLDERS = ["", "series/a"] as const;
/** One in so many frames is a dark, has its sidecar late, takes a name that was used before, has an overflow file. */
const DARK_EVERY = 10, LATE_EVERY = 7, REUSED_EVERY = 11, OVERFLOW_EVERY = 13;
const REUSED_NAME = "R-00001.tif";
const LATE_S_MIN = 0.3, LATE_S_MAX = 2;
const HOLD_MS = 20;

export class Detector {
  /** A frame is entered when its last file is there. */
  readonly ledger: LedgerFrame[] = [];
  /** Times at which a name was free again and was taken for another frame. */
  reusedNames = 0;
  readonly #options: DetectorOptions;
  readonly #writer: FrameWriter;
  readonly #pending = new Set<Promise<void>>();
  #number = 0;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: DetectorOptions) {
    this.#options = options;
    this.#writer = new FrameWriter(options.raw, options);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Comes back when the last frame is whole. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#pending);
  }

  async #run(): Promise<void> {
    const { rate_per_s } = this.#options;
    const start = performance.now();
    let held_ms = 0;
    while (!this.#stopped) {
      const begin = performance.now();
      await this.#mayWrite();
      held_ms += performance.now() - begin;
      if (this.#stopped) return;
      this.#number++;
      await this.#expose(this.#number);
      const next = start + held_ms + this.#number * 1000 / rate_per_s;
      await pause(Math.max(0, next - performance.now()));
    }
  }

  async #mayWrite(): Promise<void> {
    while (this.#options.holds?.() === true && !this.#stopped) await pause(HOLD_MS);
  }

  async #expose(number: number): Promise<void> {
    const { random, shot = usualShot } = this.#options;
    const wanted = shot(number);
    const half = await this.#writer.begin(wanted);
    if (wanted.image === REUSED_NAME && half.frame.image === REUSED_NAME) this.reusedNames++;
    if (half.frame.late) this.#enter(half.frame); // it may be delivered before its sidecar comes
    if (!(wanted.late ?? number % LATE_EVERY === 0)) return this.#finish(half);
    const late = pause(1000 * (LATE_S_MIN + random.share() * (LATE_S_MAX - LATE_S_MIN)))
      .then(() => this.#mayWrite())
      .then(() => this.#finish(half))
      .finally(() => this.#pending.delete(late));
    this.#pending.add(late);
  }

  #finish(half: HalfWritten): void {
    const frame = this.#writer.finish(half);
    if (!half.frame.late) this.#enter(frame);
  }

  #enter(frame: LedgerFrame): void {
    this.ledger.push(frame);
    this.#options.onFrame?.(frame);
  }

  /** Puts a frame of the quarantine right. */
  mend(frame: LedgerFrame, path: string): LedgerFrame {
    return this.#writer.mend(frame, path);
  }
}

/** One in so many has only a name as of a dark, or no readable image. */
const BY_NAME_EVERY = 29, UNREADABLE_EVERY = 31;

/** As usual, and frames whose sidecars may come too late, darks by their name alone, images that cannot be read. */
export function everyKind(number: number): Shot {
  const usual = usualShot(number);
  const unique = { number, folder: usual.folder, late: false };
  const image = (ending: string) => `P-${String(number).padStart(5, "0")}${ending}`;
  if (number % BY_NAME_EVERY === 0) return { ...unique, image: image(".dark.tif"), darkByName: true };
  if (number % UNREADABLE_EVERY === 0) return { ...unique, image: image(".tif"), unreadable: true };
  // A sidecar under a name that is used again would be written over another image's.
  if (number % LATE_EVERY !== 0 || usual.dark === true) return { ...usual, late: false };
  return {
    ...unique,
    image: image(".tif"),
    late: true,
    ...usual.overflow === undefined ? {} : { overflow: usual.overflow },
  };
}

function usualShot(number: number): Shot {
  const dark = number % DARK_EVERY === 0;
  const hasOverflow = !dark && number % OVERFLOW_EVERY === 0;
  const reused = !dark && number % REUSED_EVERY === 0;
  return {
    number,
    folder: FOLDERS[number % FOLDERS.length]!,
    image: reused ? REUSED_NAME : `P-${String(number).padStart(5, "0")}${dark ? ".dark" : ""}.tif`,
    dark,
    ...hasOverflow ? { overflow: number % 2 === 0 ? "empty" : "one pixel" } : {},
  };
}
