/** Two ways of doing something, measured in turns, so that what else the machine does meets both alike. */
import type { Figure } from "./figures.ts";
import { foreignShare, processorTime } from "./foreign_load.ts";
import { median, ratioText } from "./table.ts";
import type { Turn } from "./turn.ts";

export interface Pair {
  readonly ours_s: number;
  readonly theirs_s: number;
  /** theirs / ours: above 1, ours is faster. */
  readonly ratio: number;
  /** ours / theirs, of processor time: on two cores, one that is twice theirs can take their time. Null where unknown. */
  readonly processor: number | null;
  /** The share of all cores that other programs used meanwhile; null where the system does not say. */
  readonly foreign: number | null;
}

export interface Duel {
  /** Comes back with the part that counts. */
  ours(): Promise<Turn>;
  theirs(): Promise<Turn>;
}

/** A pair during which other programs had more of the machine than this says more about them than about us. */
const FOREIGN_MAX = 0.1;
/** So many times as many pairs as asked for are measured at most, in the hope of quiet ones. */
const TRIES_FACTOR = 3;
/** On a machine that is never quiet a pair takes long: no further one begins after that. */
const PAIRS_MS_MAX = 90_000;

/**
 * Measures until there are `count` quiet pairs, or so many in all that there is no hope of them. The first turn of each
 * warms caches, pages and compilers and does not count; who begins changes each time.
 */
export async function measurePairs(duel: Duel, count: number): Promise<Pair[]> {
  await duel.theirs();
  await duel.ours();
  const pairs: Pair[] = [];
  const start = performance.now();
  for (let index = 0; index < TRIES_FACTOR * count && quietOf(pairs).length < count; index++) {
    if (pairs.length > 0 && performance.now() - start > PAIRS_MS_MAX) break;
    const before = processorTime();
    const first = index % 2 === 1 ? await duel.ours() : null;
    const theirs = await duel.theirs();
    const ours = first ?? await duel.ours();
    pairs.push({ ...compared(ours, theirs), foreign: foreignShare(before, processorTime()) });
  }
  return pairs;
}

function compared(ours: Turn, theirs: Turn): Omit<Pair, "foreign"> {
  const { seconds: ours_s, processor_s: processor } = ours;
  const { seconds: theirs_s, processor_s: theirProcessor } = theirs;
  return {
    ours_s,
    theirs_s,
    ratio: theirs_s / ours_s,
    processor: processor !== null && theirProcessor ? processor / theirProcessor : null,
  };
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

/** One row of a table: the ratios' median and range, the processor time, which pairs counted, how busy others were. */
export function pairRow(name: string, pairs: readonly Pair[]): string[] {
  const valid = counted(pairs);
  const ratios = valid.map((pair) => pair.ratio);
  const foreign = valid.map((pair) => pair.foreign).filter((share) => share !== null);
  const processor = valid.map((pair) => pair.processor).filter((factor) => factor !== null);
  return [
    name,
    ratioText(median(ratios)),
    `${ratioText(Math.min(...ratios))} to ${ratioText(Math.max(...ratios))}`,
    processor.length === 0 ? "?" : ratioText(median(processor)),
    `${valid.length} of ${pairs.length}`,
    foreign.length === 0 ? "?" : `${(median(foreign) * 100).toFixed(0)} %`,
  ];
}

export const PAIR_COLUMNS = ["what", "ratio", "from, to", "processor", "pairs", "others' load"] as const;

/** The same for a list of figures: how many times as fast as theirs. */
export function pairFigure(name: string, pairs: readonly Pair[]): Figure {
  const valid = counted(pairs);
  const foreign = valid.map((pair) => pair.foreign).filter((share) => share !== null);
  return {
    name,
    unit: "times",
    values: valid.map((pair) => pair.ratio),
    foreign: foreign.length === 0 ? null : median(foreign),
  };
}
