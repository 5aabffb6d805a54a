/** Delivery's copy alone: blocks read, written, read back and compared by workers, beside `cp` of the same files. */
import { basename, join } from "node:path";
import { DeliveryPool } from "../../src/frames/deliver/delivery_pool.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { measurePairs, PAIR_COLUMNS, pairRow } from "./pairs.ts";
import { RamVolume, volumes } from "./ram_volume.ts";
import { timed, type Turn } from "./turn.ts";
import { copyByCp, filesOf, Workspace, writeFrames } from "./workspace.ts";

const SIDE = 2048;
const WAYS = [
  { name: "two workers, compared", workers: 2, verify: "compare" },
  { name: "two workers, sizes only", workers: 2, verify: "size" },
  { name: "one worker, compared", workers: 1, verify: "compare" },
  { name: "three workers, compared", workers: 3, verify: "compare" },
] as const;

export async function copyBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  using target = new RamVolume(options.ram);
  using pool = new DeliveryPool();
  const source = space.empty("source");
  writeFrames(source, { count: options.frames, side: SIDE });
  const files = filesOf(source, ".tif");
  const raw: Record<string, unknown> = {};
  const rows: string[][] = [];
  for (const way of WAYS) {
    const pairs = await measurePairs({
      theirs: () => {
        const folder = target.empty("out");
        return timed(() => copyByCp(files, folder));
      },
      ours: () => copyByPool(pool, { files, folder: target.empty("out"), ...way }),
    }, options.pairs);
    raw[way.name] = pairs;
    rows.push(pairRow(way.name, pairs));
  }
  const title = `${options.frames} files of 16 MiB, memory to memory${volumes(target)}: speed as a multiple of cp's`;
  return { tables: [{ title, columns: PAIR_COLUMNS, rows }], raw };
}

interface PoolCopy {
  readonly files: readonly string[];
  readonly folder: string;
  readonly workers: number;
  readonly verify: "compare" | "size";
}

function copyByPool(pool: DeliveryPool, copy: PoolCopy): Promise<Turn> {
  const waiting = [...copy.files];
  const options = { verify: copy.verify, fsync: false };
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const spans = [{ source: file, offset: 0, length: Deno.lstatSync(file).size }];
      const target = { path: join(copy.folder, basename(file)), spans, checksumSlot: null };
      await pool.copy({ targets: [target], options }, { workers: copy.workers });
    }
  };
  return timed(() => Promise.all(Array.from({ length: copy.workers }, lane)));
}
