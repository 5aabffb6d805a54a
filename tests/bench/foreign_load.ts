/** How much of the machine other programs had while something was measured. */
import { ownProcessor_s, TICKS_PER_S } from "./turn.ts";

export interface ProcessorTime {
  /** Of all cores. */
  readonly total_s: number;
  readonly busy_s: number;
  /** Of this process and the children that it has waited for. */
  readonly own_s: number;
}

/** Null where the system does not report it. */
export function processorTime(): ProcessorTime | null {
  const own_s = ownProcessor_s();
  if (own_s === null) return null;
  const all = Deno.readTextFileSync("/proc/stat").split("\n", 1)[0]!.trim().split(/\s+/).slice(1, 9).map((ticks) =>
    Number(ticks) / TICKS_PER_S
  );
  const total_s = all.reduce((sum, time_s) => sum + time_s, 0);
  return { total_s, busy_s: total_s - all[3]! - all[4]!, own_s };
}

/** The share of all cores that others used between two readings; children that were not waited for count as others. */
export function foreignShare(before: ProcessorTime | null, after: ProcessorTime | null): number | null {
  if (before === null || after === null || after.total_s === before.total_s) return null;
  const foreign_s = after.busy_s - before.busy_s - (after.own_s - before.own_s);
  return Math.max(0, foreign_s) / (after.total_s - before.total_s);
}
