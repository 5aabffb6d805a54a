/**
 * How long to wait before something that failed is retried: ever longer, and never in step with others. A file of
 * its own: shared by the plugins that send to other programs.
 */

export interface BackOffOptions {
  /** The first wait. */
  readonly first_ms: number;
  readonly longest_ms: number;
  readonly random?: () => number;
}

/** @param failures in a row so far, 1 or more; each doubles the wait, of which the last half is random */
export function backOff_ms(failures: number, { first_ms, longest_ms, random = Math.random }: BackOffOptions): number {
  const whole = Math.min(longest_ms, first_ms * 2 ** Math.min(failures - 1, 30));
  return whole * (0.5 + 0.5 * random());
}

/** What a Retry-After header asks for (seconds, or a date), bounded; null where it says nothing of use. */
export function retryAfter_ms(header: string | null, { now_ms, longest_ms }: { now_ms: number; longest_ms: number }) {
  if (header === null) return null;
  const wait_ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now_ms;
  return Number.isFinite(wait_ms) ? Math.min(Math.max(0, wait_ms), longest_ms) : null;
}
