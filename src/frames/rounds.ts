/**
 * A stage looks again for frames within one firing: while frames flow, one that the stage before has just handed on
 * does not wait for the next tick, and none waits for the end of a long firing and the tick behind it.
 */
import type { StageOptions } from "./stage.ts";

/** Between two looks that found nothing; a look lists two or three folders. */
const LOOK_MS = 40;
/** After the last frame a stage goes on looking for so long: detectors make series, and no frames cost nothing. */
const FLOW_MS = 5_000;
/** What a client changes applies from the next firing, so a firing ends also where frames never do. */
const FIRING_MS_MAX = 2_000;
/**
 * What a firing has found by then is finished by it, since the next one waits for a tick; but where each frame takes
 * seconds, as on a slow share, hundreds may have been found: those that have not begun by now are left to the next one.
 */
const BEGIN_MS_MAX = 10_000;

/** A loop over frames keeps its thread no longer than this; Ctrl-C and the order to stop are events. */
const TURN_MS = 50;

/**
 * Lets signals, messages and timers in where a loop awaits nothing that does.
 * @returns what to await before each frame of one loop
 */
export function eventTurns(): () => Promise<void> {
  let last_ms = performance.now();
  return async () => {
    if (performance.now() - last_ms < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last_ms = performance.now();
  };
}

/** What a round may still do in its firing. */
export interface RoundLimits {
  /** Accept what comes meanwhile. */
  mayGoOn(): boolean;
  /** Begin another frame of those that it has found. One at least is to be begun, or none ever would be. */
  mayBegin(): boolean;
}

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
   * @param round works on what it has not yet tried in this firing; says whether there was any
   */
  async work(
    options: Pick<StageOptions, "signal" | "nextTick_ms">,
    round: (limits: RoundLimits) => Promise<boolean>,
  ): Promise<void> {
    const { signal, nextTick_ms = -Infinity } = options;
    const begun_ms = this.#now_ms();
    const isBefore = (limit_ms: number) => !signal.aborted && this.#now_ms() - begun_ms < limit_ms;
    const mayGoOn = () => isBefore(FIRING_MS_MAX);
    // Without ticks there is nothing that a next firing would do better.
    const mayBegin = () => nextTick_ms === -Infinity ? !signal.aborted : isBefore(BEGIN_MS_MAX);
    for (;;) {
      const found = await round({ mayGoOn, mayBegin });
      const now_ms = this.#now_ms();
      if (found) this.#lastFound_ms = now_ms;
      if (signal.aborted || nextTick_ms === -Infinity) return;
      if (found && mayGoOn()) continue;
      if (now_ms + LOOK_MS >= nextTick_ms || now_ms - this.#lastFound_ms > FLOW_MS) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
