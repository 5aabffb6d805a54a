/** One turn of what is measured: its time by the clock, and of the processors. */

export interface Turn {
  readonly seconds: number;
  /** Of this process and the children that it has waited for; null where the system does not say. */
  readonly processor_s: number | null;
}

/** Linux counts in hundredths of a second for every program. */
export const TICKS_PER_S = 100;

export async function timed(work: () => Promise<unknown>): Promise<Turn> {
  const processorBefore = ownProcessor_s();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const processorAfter = ownProcessor_s();
  const known = processorBefore !== null && processorAfter !== null;
  return { seconds, processor_s: known ? processorAfter - processorBefore : null };
}

export function ownProcessor_s(): number | null {
  if (Deno.build.os !== "linux") return null;
  const stat = Deno.readTextFileSync("/proc/self/stat");
  // The program's name, in brackets, may hold spaces; utime to cstime are the fields 14 to 17.
  const own = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number);
  return own.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_S;
}
