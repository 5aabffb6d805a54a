/** What a frame's SHA-256 costs, frames one after the other: on one core, and on two, where another worker makes it. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { BenchOptions, BenchResult } from "./options.ts";
import { RamVolume } from "./ram_volume.ts";
import { median } from "./table.ts";
import { filesOf, Workspace, writeFrames } from "./workspace.ts";

const SIDE = 2048;
const FILES = 20;
const PROGRAM = fileURLToPath(new URL("./sha256_process.ts", import.meta.url));
const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));

interface Times {
  readonly wall_ms: number;
  readonly processor_ms: number;
}

export interface Sha256Times {
  readonly cores: number;
  readonly plain: Times;
  readonly hashed: Times;
}

/** @throws Error where there are no two cores, or no taskset */
export async function sha256Bench(options: BenchOptions): Promise<BenchResult> {
  if (availableParallelism() < 2) throw new Error("it needs two cores");
  using space = new Workspace(options.ram);
  using target = new RamVolume(options.ram);
  const source = space.empty("source");
  writeFrames(source, { count: FILES, side: SIDE });
  const files = filesOf(source, ".tif");
  const runs: Sha256Times[] = [];
  for (let pair = 0; pair < options.pairs; pair++) {
    for (const cores of ["0", "0,1"]) runs.push(await timesOn(cores, [target.empty("out"), ...files]));
  }
  const rows: string[][] = [], figures = [];
  for (const cores of [1, 2]) {
    const own = runs.filter((run) => run.cores === cores);
    if (own.length < options.pairs) throw new Error(`taskset has not left ${cores} cores`);
    const values = {
      "without SHA-256": own.map(({ plain }) => plain.wall_ms),
      "with SHA-256": own.map(({ hashed }) => hashed.wall_ms),
      "more, by the clock": own.map(({ plain, hashed }) => hashed.wall_ms - plain.wall_ms),
      "more, of a processor": own.map(({ plain, hashed }) => hashed.processor_ms - plain.processor_ms),
    };
    const name = `${cores} ${cores === 1 ? "core" : "cores"}`;
    for (const [what, list] of Object.entries(values)) {
      figures.push({ name: `${name}, ${what}`, unit: "ms", values: list, foreign: null });
    }
    rows.push([name, ...Object.values(values).map((list) => median(list).toFixed(1))]);
  }
  const columns = ["", "ms without", "with SHA-256", "more, by the clock", "more, of a processor"];
  const title = `A frame of ${SIDE}² after the other, copied and compared by delivery workers, by taskset`;
  return { tables: [{ title, columns, rows }], figures, raw: runs };
}

async function timesOn(cores: string, args: readonly string[]): Promise<Sha256Times> {
  const program = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", "--config", CONFIGURATION, PROGRAM];
  const run = new Deno.Command("taskset", { args: ["-c", cores, ...program, ...args], stderr: "piped" });
  const { success, stdout, stderr } = await run.output();
  if (!success) throw new Error(`sha256_process.ts: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Sha256Times;
}
