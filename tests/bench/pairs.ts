/** Two ways of doing something, measured in turns, so that what else the machine does meets both alike. */
import { median, ratioText } from "./table.ts";

export interface Pair {
  readonly ours_s: number;
  readonly theirs_s: number;
  /** theirs / ours: above 1, ours is faster. */
  readonly ratio: number;
  /** The share of all cores that other programs used meanwhile; null where the system does not tell. */
  readonly foreign: number | null;
}

export interface Duel {
  /** Comes back with the seconds of the part that counts. */
  ours(): Promise<number>;
  theirs(): Promise<number>;
}

/** A pair during which other programs had more of the machine than this says more about them than about us. */
const FOREIGN_MAX = 0.1;
/** So many times as many pairs as asked for are measured at most, in the hope of quiet ones. */
const TRIES_FACTOR = 3;

/**
 * Measures until there are `count` quiet pairs, or so many in all that there is no hope of them. The first turn of each
 * warms caches, pages and compilers and does not count; who begins changes each time.
 */
export async function measurePairs(duel: Duel, count: number): Promise<Pair[]> {
  await duel.theirs();
  await duel.ours();
  const pairs: Pair[] = [];
  for (let index = 0; index < TRIES_FACTOR * count && quietOf(pairs).length < count; index++) {
    const before = processorTime();
    let [ours_s, theirs_s] = [0, 0];
    if (index % 2 === 1) ours_s = await duel.ours();
    theirs_s = await duel.theirs();
    if (index % 2 === 0) ours_s = await duel.ours();
    pairs.push({ ours_s, theirs_s, ratio: theirs_s / ours_s, foreign: foreignShare(before, processorTime()) });
  }
  return pairs;
}

function quietOf(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.filter((pair) => pair.foreign === null || pair.foreign <= FOREIGN_MAX);
}

/** The quiet pairs; all of them where hardly any is quiet. Which they are is never asked of their ratio. */
function counted(pairs: readonly Pair[]): readonly Pair[] {
  const quiet = quietOf(pairs);
  return quiet.length >= QUIET_MIN ? quiet : pairs;
}

const QUIET_MIN = 3;

export function medianRatio(pairs: readonly Pair[]): number {
  return median(counted(pairs).map((pair) => pair.ratio));
}

/** One row of a table: the median ratio, the smallest and the largest, which pairs counted, how busy others were. */
export function pairRow(name: string, pairs: readonly Pair[]): string[] {
  const valid = counted(pairs);
  const ratios = valid.map((pair) => pair.ratio);
  const foreign = valid.map((pair) => pair.foreign).filter((share) => share !== null);
  return [
    name,
    ratioText(median(ratios)),
    `${ratioText(Math.min(...ratios))} to ${ratioText(Math.max(...ratios))}`,
    `${valid.length} of ${pairs.length}`,
    foreign.length === 0 ? "?" : `${(median(foreign) * 100).toFixed(0)} %`,
  ];
}

export const PAIR_COLUMNS = ["what", "ratio", "from, to", "pairs", "others' load"] as const;

interface ProcessorTime {
  /** Clock ticks of all cores. */
  readonly total: number;
  readonly busy: number;
  /** Of this process and the children that it has waited for. */
  readonly own: number;
}

function processorTime(): ProcessorTime | null {
  if (Deno.build.os !== "linux") return null;
  const all = Deno.readTextFileSync("/proc/stat").split("\n", 1)[0]!.trim().split(/\s+/).slice(1, 9).map(Number);
  const total = all.reduce((sum, ticks) => sum + ticks, 0);
  const stat = Deno.readTextFileSync("/proc/self/stat");
  // The program's name, in brackets, may hold spaces; utime to cstime are the fields 14 to 17.
  const own = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number);
  return { total, busy: total - all[3]! - all[4]!, own: own.reduce((sum, ticks) => sum + ticks, 0) };
}

function foreignShare(before: ProcessorTime | null, after: ProcessorTime | null): number | null {
  if (before === null || after === null || after.total === before.total) return null;
  const foreign = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, foreign) / (after.total - before.total);
}
