/** The whole work on frames of 2048² beside the first implementation's, which checks nothing and embeds no image. */
import { fileURLToPath } from "node:url";
import type { Figure } from "./figures.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { measurePairs, PAIR_COLUMNS, pairFigure, pairRow } from "./pairs.ts";
import { SIDE, WholeWork } from "./throughput.ts";
import { copyByCp, filesOf, Workspace, writeFrames } from "./workspace.ts";

const SCRIPT = fileURLToPath(new URL("./first_implementation.py", import.meta.url));

const VARIANTS = [
  { name: "none, compared, no checksum", image: "none" },
  { name: "embed, compared, no checksum", image: "embed" },
] as const;

/** @throws Error where there is no Python with fabio and h5py */
export async function firstImplementationBench(options: BenchOptions): Promise<BenchResult> {
  const { python, frames } = options;
  if (python === null) throw new Error("it needs --python, or PEWATCH_PYTHON, with fabio and h5py");
  using space = new Workspace(options.ram);
  const source = space.empty("source");
  writeFrames(source, { count: frames, side: SIDE });
  const raw: Record<string, unknown> = {};
  const rows: string[][] = [];
  const figures: Figure[] = [];
  for (const { name, image } of VARIANTS) {
    const folders = { space, source, output: space.empty("output"), frames };
    const way = await WholeWork.start(folders, { frames: { checksum: "none" }, nexus: { image } });
    try {
      const theirs = async () => {
        way.clear();
        // It measures itself, without the start of Python.
        return { seconds: await firstImplementation(python, { space, source, frames }), processor_s: null };
      };
      const pairs = await measurePairs({ ours: () => way.run(), theirs }, options.pairs);
      raw[name] = pairs;
      rows.push(pairRow(name, pairs));
      figures.push(pairFigure(name, pairs));
    } finally {
      await way.stop();
    }
  }
  const title = `${frames} frames of ${SIDE}² float32: speed as a multiple of the first implementation's`;
  return { tables: [{ title, columns: PAIR_COLUMNS, rows }], figures, raw };
}

interface First {
  readonly space: Workspace;
  readonly source: string;
  readonly frames: number;
}

/** Its seconds, as it measures them itself: without the start of Python and the import of its libraries. */
async function firstImplementation(python: string, { space, source, frames }: First): Promise<number> {
  const base = space.empty("first");
  const output = space.empty("first/output");
  await copyByCp(filesOf(source), space.empty("first/raw"));
  const run = new Deno.Command(python, { args: [SCRIPT, base, output], stderr: "piped" });
  const { success, stdout, stderr } = await run.output();
  if (!success) throw new Error(`first_implementation.py: ${new TextDecoder().decode(stderr).trim()}`);
  const delivered = filesOf(output).length;
  if (delivered !== 3 * frames) throw new Error(`first_implementation.py delivered ${delivered} files`);
  space.empty("first");
  return Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1));
}
