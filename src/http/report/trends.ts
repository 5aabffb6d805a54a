/** The four curves of the last ten minutes: one value a second. */
import type { TrendsPayload } from "../payloads.ts";

const POINTS = 600;

export interface TrendPoint {
  readonly rate_per_s: number | null;
  readonly latency_s: number | null;
  readonly waiting: number | null;
  readonly ramFree: number | null;
}

const UNKNOWN: TrendPoint = { rate_per_s: null, latency_s: null, waiting: null, ramFree: null };

export class Trends {
  #points: TrendPoint[] = [];
  #end_ms = 0;

  /** A value of the present; seconds that were left out are not known. */
  add(point: TrendPoint, now_ms: number): void {
    const missed = this.#points.length === 0 ? 0 : Math.round((now_ms - this.#end_ms) / 1000) - 1;
    const gap = Array.from({ length: Math.max(0, Math.min(missed, POINTS)) }, () => UNKNOWN);
    this.#points = [...this.#points, ...gap, point].slice(-POINTS);
    this.#end_ms = now_ms;
  }

  get payload(): TrendsPayload {
    const of = (key: keyof TrendPoint, digits: number) =>
      this.#points.map((point) => point[key] === null ? null : Number(point[key].toFixed(digits)));
    return {
      end: new Date(this.#end_ms).toISOString(),
      step_s: 1,
      rate_per_s: of("rate_per_s", 2),
      latency_s: of("latency_s", 3),
      waiting: of("waiting", 0),
      ramFree: of("ramFree", 0),
    };
  }
}
