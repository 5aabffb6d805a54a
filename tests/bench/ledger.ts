/** What the ledger costs: the whole work with it beside the whole work without it, to a disk and in memory. */
import type { BenchOptions, BenchResult } from "./options.ts";
import { measurePairs, medianRatio, type Pair, PAIR_COLUMNS, pairRow } from "./pairs.ts";
import { SIDE, WholeWork } from "./throughput.ts";
import { Workspace, writeFrames } from "./workspace.ts";

/**
 * A ratio of some hundredths needs many pairs; short ones, so that both turns of a pair meet the same load, and none
 * much shorter, since each has a start and an end.
 */
const FRAMES_MAX = 40;
const PAIRS_MIN = 15;

export async function ledgerBench(options: BenchOptions): Promise<BenchResult> {
  const frames = Math.min(options.frames, FRAMES_MAX), count = Math.max(options.pairs, PAIRS_MIN);
  using memory = new Workspace(options.ram);
  using disk = new Workspace(options.disk);
  const source = memory.empty("source");
  writeFrames(source, { count: frames, side: SIDE });
  const rows: string[][] = [];
  const raw: Record<string, { pairs: readonly Pair[]; median: number }> = {};
  const places = { "output and ledger on a disk": disk, "output and ledger in memory": memory } as const;
  for (const [name, place] of Object.entries(places).filter(([name]) => name.includes(options.only))) {
    const output = place.empty("output");
    const folders = { space: memory, source, output, frames };
    const way = await WholeWork.start(folders, {}, place.empty("state"));
    const run = (on: boolean) => {
      way.writeLedger(on);
      return way.run();
    };
    try {
      const pairs = await measurePairs({ ours: () => run(true), theirs: () => run(false) }, count);
      rows.push(pairRow(name, pairs));
      raw[name] = { pairs, median: medianRatio(pairs) };
    } finally {
      await way.stop();
    }
  }
  const title = `${frames} frames of ${SIDE}², default settings: speed with the ledger as a multiple of that without`;
  return { tables: [{ title, columns: PAIR_COLUMNS, rows }], raw };
}
