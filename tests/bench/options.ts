/** What every benchmark is given: where its folders go, how often it measures, where the raw results are written. */
import { parseArgs } from "node:util";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Figure, figureTable } from "./figures.ts";
import { foreignShare, processorTime } from "./foreign_load.ts";
import { type Table, tableText } from "./table.ts";

export interface BenchOptions {
  /** Frames in one run. */
  readonly frames: number;
  /** How often two ways are measured one after the other; the median counts. */
  readonly pairs: number;
  /** How long a run over time lasts. */
  readonly seconds: number;
  /** A folder in memory, as the detector PC's RAM disk. */
  readonly ram: string;
  /** A folder on a disk. */
  readonly disk: string;
  /** A Python with h5py and fabio; null where there is none. */
  readonly python: string | null;
  /** Rows of a bench whose name holds this; all where it is empty. */
  readonly only: string;
  /** Only what the summary has rows for. */
  readonly short: boolean;
  /** Where raw results go, or null. */
  readonly out: string | null;
}

export interface BenchResult {
  readonly tables: readonly Table[];
  /** What the summary is made of, by names that are unique within the benchmark. */
  readonly figures?: readonly Figure[];
  /** Everything that was measured, for later questions; goes to NAME.json. */
  readonly raw: unknown;
}

export type Bench = (options: BenchOptions) => Promise<BenchResult>;

/** A load on the machine beside this process spoils a ratio less than it spoils a time, but it should be reported. */
interface Machine {
  readonly cores: number;
  readonly system: string;
  readonly deno: string;
  readonly load: readonly number[];
}

export const USAGE = `options: --frames N (60)  --pairs N (5)  --seconds S (60)  --out DIR (none)
         --ram DIR (/dev/shm)  --disk DIR (the temporary folder)  --python FILE (PEWATCH_PYTHON)
         --only TEXT (rows of throughput, parts of summary whose name holds it)  --short (what the summary needs)`;

/** @throws TypeError where an option is unknown or no number */
export function readOptions(args: readonly string[]): { names: string[]; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      frames: { type: "string", default: "60" },
      pairs: { type: "string", default: "5" },
      seconds: { type: "string", default: "60" },
      ram: { type: "string", default: Deno.build.os === "linux" ? "/dev/shm" : temporaryFolder() },
      disk: { type: "string", default: temporaryFolder() },
      python: { type: "string", default: Deno.env.get("PEWATCH_PYTHON") ?? "" },
      only: { type: "string", default: "" },
      short: { type: "boolean", default: false },
      out: { type: "string", default: "" },
    },
  });
  const options = {
    frames: positive("frames", values.frames),
    pairs: positive("pairs", values.pairs),
    seconds: positive("seconds", values.seconds),
    ram: values.ram,
    disk: values.disk,
    python: values.python === "" ? null : values.python,
    only: values.only,
    short: values.short,
    out: values.out === "" ? null : values.out,
  };
  return { names: positionals, options };
}

function machine(): Machine {
  const { os, arch } = Deno.build;
  return { cores: availableParallelism(), system: `${os} ${arch}`, deno: Deno.version.deno, load: Deno.loadavg() };
}

/** Runs one benchmark, prints its tables and figures and writes what it measured. */
export async function runBench(name: string, bench: Bench, options: BenchOptions): Promise<BenchResult> {
  const before = machine(), processorBefore = processorTime();
  const plain = await bench(options);
  const foreign = foreignShare(processorBefore, processorTime());
  const figures = plain.figures?.map((figure) => ({ ...figure, foreign: figure.foreign ?? foreign }));
  const result = { ...plain, ...figures === undefined ? {} : { figures } };
  for (const table of result.tables) console.log(`\n${tableText(table)}`);
  if (figures !== undefined) console.log(`\n${tableText(figureTable(figures))}`);
  const load = foreign === null ? "" : `, others had ${(foreign * 100).toFixed(0)} % of it meanwhile`;
  console.log(
    `(load of the machine ${before.load[0]!.toFixed(1)} before, ${machine().load[0]!.toFixed(1)} after${load})`,
  );
  if (options.out === null) return result;
  Deno.mkdirSync(options.out, { recursive: true });
  const { frames, pairs, seconds } = options;
  const text = JSON.stringify({ name, machine: before, options: { frames, pairs, seconds }, ...result }, null, 1);
  Deno.writeTextFileSync(join(options.out, `${name}.json`), `${text}\n`);
  return result;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new TypeError(`Cannot use --${name} ${text}: it is not a whole number`);
  }
  return value;
}

function temporaryFolder(): string {
  return Deno.env.get("TMPDIR") ?? Deno.env.get("TEMP") ?? "/tmp";
}
