/**
 * A stage looks again for frames within one firing: while frames flow, one that the stage before has just handed on
 * does not wait for the next tick, and none waits for the end of a long firing and the tick behind it.
 */
import type { StageOptions } from "./stage.ts";

/** Between two looks that found nothing; a look lists two or three folders. */
const LOOK_MS = 40;
/** After the last frame a stage goes on looking for so long: detectors make series, and no frames cost nothing. */
const FLOW_MS = 5_000;
/** What a client changes holds from the next firing on, so that one ends by and by though frames never do. */
const FIRING_MS_MAX = 2_000;

/** One of each stage. */
export class Rounds {
  readonly #now_ms: () => number;
  #lastFound_ms = -Infinity;

  constructor(now_ms: () => number = () => performance.now()) {
    this.#now_ms = now_ms;
  }

  /**
   * Calls `round` once; where there are ticks and frames flow, again and again until shortly before the next tick, or
   * longer while each round finds something.
   * @param round works on what it has not yet tried in this firing; says whether there was any. What it is given says
   *   whether it may take up what comes meanwhile
   */
  async work(
    options: Pick<StageOptions, "signal" | "nextTick_ms">,
    round: (mayGoOn: () => boolean) => Promise<boolean>,
  ): Promise<void> {
    const { signal, nextTick_ms = -Infinity } = options;
    const end_ms = this.#now_ms() + FIRING_MS_MAX;
    const mayGoOn = () => !signal.aborted && this.#now_ms() < end_ms;
    for (;;) {
      const found = await round(mayGoOn);
      const now_ms = this.#now_ms();
      if (found) this.#lastFound_ms = now_ms;
      if (signal.aborted || nextTick_ms === -Infinity) return;
      if (found && mayGoOn()) continue;
      if (now_ms + LOOK_MS >= nextTick_ms || now_ms - this.#lastFound_ms > FLOW_MS) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
