/** `pewatch process`, its start included: one frame, and 60 beside `cp` of the same images. */
import { join } from "node:path";
import { SOURCES } from "../faults/daemon_child.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { measurePairs, pairFigure } from "./pairs.ts";
import { median } from "./table.ts";
import { timed } from "./turn.ts";
import { copyByCp, filesOf, Workspace, writeFrames } from "./workspace.ts";

const SIDE = 2048;
/** As little as cp does, but for the tags, the comparison and the NeXus files. */
const LEAN = '[nexus]\nimage = "none"\n[frames]\nchecksum = "none"\n';

export async function processBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const one = space.empty("one"), many = space.empty("many");
  writeFrames(one, { count: 1, side: SIDE });
  writeFrames(many, { count: options.frames, side: SIDE });
  const times_s: number[] = [];
  // The first reads the program from the disk.
  for (let turn = 0; turn <= options.pairs; turn++) {
    const { seconds } = await processed(space, one);
    if (turn > 0) times_s.push(seconds);
  }
  const pairs = await measurePairs({
    ours: () => processed(space, many),
    theirs: () => {
      const output = space.empty("copies");
      return timed(() => copyByCp(filesOf(many, ".tif"), output));
    },
  }, options.pairs);
  const figures = [
    { name: "one frame", unit: "s", values: times_s, foreign: null },
    pairFigure(`${options.frames} frames, beside cp`, pairs),
  ];
  const rows = [
    ["1", median(times_s).toFixed(2)],
    [String(options.frames), median(pairs.map(({ ours_s }) => ours_s)).toFixed(2)],
  ];
  const title = `pewatch process of frames of ${SIDE}², with its start`;
  return { tables: [{ title, columns: ["frames", "s, median"], rows }], figures, raw: { times_s, pairs } };
}

async function processed(space: Workspace, source: string) {
  const base = space.empty("run"), output = join(base, "output");
  const frames = filesOf(source, ".tif").length;
  // Read from the working folder.
  Deno.writeTextFileSync(join(base, "pewatch.toml"), LEAN);
  return await timed(async () => {
    const [program, ...args] = [...SOURCES, "process", source, "--output", output];
    const command = new Deno.Command(program!, { args, cwd: base, stdin: "null", stdout: "null", stderr: "piped" });
    const { code, stderr } = await command.output();
    if (code !== 0) throw new Error(`pewatch process ended with ${code}: ${new TextDecoder().decode(stderr)}`);
    const delivered = filesOf(output, ".nxs").length;
    if (delivered !== frames) throw new Error(`pewatch process delivered ${delivered} of ${frames} frames`);
  });
}
