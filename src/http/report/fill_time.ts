/** When the RAM disk will be full, from how its free space went over the last minute. */

/** Over less a burst of frames looks like a trend. */
const WINDOW_MIN_S = 30;
const WINDOW_MAX_S = 60;
/** A slope has to be so many times as steep as chance makes it. */
const SIGNIFICANCE = 4;
/** What is further away is no news. */
const FULL_IN_S_MAX = 6 * 3600;

interface Sample {
  readonly at_s: number;
  readonly free: number;
}

export class FillTime {
  #samples: Sample[] = [];

  /** @param at_s on a clock that never goes back */
  add(at_s: number, free: number): void {
    this.#samples = [...this.#samples.filter((sample) => sample.at_s > at_s - WINDOW_MAX_S), { at_s, free }];
  }

  /** Another volume, or the volume is away. */
  forget(): void {
    this.#samples = [];
  }

  /** Seconds; null where it does not fill up, or not soon. */
  get fullIn_s(): number | null {
    const samples = this.#samples;
    const first = samples[0], last = samples.at(-1);
    if (first === undefined || last === undefined || last.at_s - first.at_s < WINDOW_MIN_S) return null;
    if (last.free <= 0) return 0;
    const { slope, error } = line(samples);
    if (!(slope < 0) || -slope < SIGNIFICANCE * error) return null;
    const fullIn_s = last.free / -slope;
    return fullIn_s > FULL_IN_S_MAX ? null : fullIn_s;
  }
}

/** Least squares: the slope, and its standard error. */
function line(samples: readonly Sample[]): { slope: number; error: number } {
  const count = samples.length;
  const mean_s = samples.reduce((sum, { at_s }) => sum + at_s, 0) / count;
  const meanFree = samples.reduce((sum, { free }) => sum + free, 0) / count;
  const spread = samples.reduce((sum, { at_s }) => sum + (at_s - mean_s) ** 2, 0);
  const slope = samples.reduce((sum, { at_s, free }) => sum + (at_s - mean_s) * (free - meanFree), 0) / spread;
  const rest = samples.reduce((sum, { at_s, free }) => sum + (free - meanFree - slope * (at_s - mean_s)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / Math.max(1, count - 2) / spread) };
}
