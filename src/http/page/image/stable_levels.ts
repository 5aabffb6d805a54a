/**
 * Automatic levels that stay: levels of each frame's own would make a steady series flicker and hide that the beam is
 * weak. They widen at once where a frame would be cut off, and narrow only when all frames of some seconds were darker.
 */
import type { BlackAndWhite } from "./palette.ts";

/** A frame whose levels lie this part of the span outside is cut off; one that lies so far inside is too dark. */
const OUTSIDE = 0.15;
const INSIDE = 0.3;
/** On a logarithmic scale a small black is far from one that is half as large again. */
const BLACK_FACTOR = 3;
const NARROW_MS = 5000;

export class StableLevels {
  #levels: BlackAndWhite | null = null;
  #size = "";
  /** The widest levels since the first frame that was too dark. */
  #since: { readonly at_ms: number; readonly widest: BlackAndWhite } | null = null;

  /** What is shown next gets its own. */
  reset(): void {
    this.#levels = null;
  }

  /**
   * To be called for each image that is shown.
   *
   * @param own the image's, by its counts
   * @param size of the frame: another detector's frames have levels of their own
   * @param follows false while a person holds frames: compared with each other, they keep their levels
   */
  next(
    own: BlackAndWhite,
    { size, follows, now_ms }: { readonly size: string; readonly follows: boolean; readonly now_ms: number },
  ): BlackAndWhite {
    const kept = this.#levels;
    if (kept === null || size !== this.#size) {
      this.#size = size;
      return this.#take(own);
    }
    const span = kept.white - kept.black;
    if (own.white > kept.white + OUTSIDE * span || isBelow(own.black, kept.black, OUTSIDE * span)) {
      return this.#take(widest(own, kept));
    }
    const isDarker = own.white < kept.white - INSIDE * span || isBelow(kept.black, own.black, INSIDE * span);
    if (!isDarker) this.#since = null;
    if (!isDarker || !follows) return kept;
    const { at_ms, widest: before } = this.#since ?? { at_ms: now_ms, widest: own };
    this.#since = { at_ms, widest: widest(own, before) };
    return now_ms - at_ms < NARROW_MS ? kept : this.#take(this.#since.widest);
  }

  #take(levels: BlackAndWhite): BlackAndWhite {
    this.#since = null;
    return this.#levels = levels;
  }
}

function isBelow(black: number, other: number, distance: number): boolean {
  return black < other - distance || (black > 0 && other > BLACK_FACTOR * black);
}

function widest(one: BlackAndWhite, other: BlackAndWhite): BlackAndWhite {
  return { black: Math.min(one.black, other.black), white: Math.max(one.white, other.white) };
}
