/** Counts latencies by buckets. A file of its own: shared by the metrics and the report. */

/** Seconds. The figures of the design lie between bounds, and what a person calls slow has some of its own. */
export const LATENCY_BOUNDS_S: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300];

export interface LatencyCounts {
  /** One more than bounds. */
  readonly counts: readonly number[];
  readonly sum_s: number;
}

export class LatencyHistogram {
  readonly #counts = LATENCY_BOUNDS_S.map(() => 0).concat(0);
  #sum_s = 0;

  add(latency_s: number): void {
    if (!(latency_s >= 0)) return;
    const at = LATENCY_BOUNDS_S.findIndex((bound) => latency_s <= bound);
    this.#counts[at < 0 ? LATENCY_BOUNDS_S.length : at]!++;
    this.#sum_s += latency_s;
  }

  get reading(): LatencyCounts {
    return { counts: [...this.#counts], sum_s: this.#sum_s };
  }
}
