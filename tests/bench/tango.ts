/**
 * The Tango device beside a PyTango server with the same attributes, in turns: reads and images a second, how long writes,
 * commands and events take; and how long it takes from the program's start until the device of `pewatch run` is served.
 */
import { join } from "node:path";
import { PYTHONS } from "../ffi/tango/environment.ts";
import { freePort } from "../ffi/tango/ports.ts";
import { DEVICE, Served } from "../ffi/tango/served.ts";
import { ServedPewatch } from "../tango/served/served_pewatch.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { median, ratioText } from "./table.ts";

const TESTS = join(import.meta.dirname!, "..", "ffi", "tango");
const STARTS = 3;

/** What client/figures.py measures, and whether more is better. */
const FIGURES = {
  reads_per_s: { what: "reads of one scalar a second", more: true },
  reads_of_7_per_s: { what: "reads of seven scalars a second", more: true },
  images_per_s: { what: "reads of an image of 512 x 512 a second", more: true },
  write_us_median: { what: "write, µs", more: false },
  write_us_p99: { what: "write, 99th percentile, µs", more: false },
  echo_us_median: { what: "command, µs", more: false },
  event_us_median: { what: "write to event, µs", more: false },
  event_us_p99: { what: "write to event, 99th percentile, µs", more: false },
} as const;

type Figures = Record<keyof typeof FIGURES, number>;

export async function tangoBench(options: BenchOptions): Promise<BenchResult> {
  // The newest: clients of PyTango 9 break down, and its servers lose events, where there is no database.
  const python = PYTHONS.at(-1)?.python;
  if (python === undefined) throw new Error("PyTango is not there: build/test bench sets it up");
  const ours: Figures[] = [], theirs: Figures[] = [];
  for (let round = 0; round < options.pairs; round++) {
    // In turns: what else the machine does must not fall on the same one each time.
    if (round % 2 === 0) ours.push(await measureOurs(python));
    theirs.push(await measurePlain(python));
    if (round % 2 === 1) ours.push(await measureOurs(python));
  }
  const rows = Object.entries(FIGURES).map(([key, { what, more }]) => {
    const [our, their] = [ours, theirs].map((all) => median(all.map((one) => one[key as keyof Figures]))) as [
      number,
      number,
    ];
    return [what, Math.round(our), Math.round(their), ratioText(more ? our / their : their / our)];
  });
  const starts_ms: number[] = [];
  for (let i = 0; i < STARTS; i++) starts_ms.push(await measureStart());
  return {
    tables: [
      {
        title: "Served by pewatch and by PyTango, same attributes",
        columns: ["what", "pewatch", "PyTango", "ratio"],
        rows,
      },
      {
        title: "Start of pewatch run",
        columns: ["what", "median"],
        rows: [["the device is served, ms after the process was started", Math.round(median(starts_ms))]],
      },
    ],
    raw: { ours, theirs, starts_ms },
  };
}

async function measure(python: string, name: string): Promise<Figures> {
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [join(TESTS, "client", "figures.py"), name],
  }).output();
  if (code !== 0) throw new Error(`the client ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function measureOurs(python: string): Promise<Figures> {
  await using served = new Served({ command: [Deno.execPath(), "run", "-A", "-q", join(TESTS, "serve.ts")] });
  const figures = await measure(python, await served.name);
  await served.stop();
  return figures;
}

async function measurePlain(python: string): Promise<Figures> {
  const address = `127.0.0.1:${freePort()}`;
  const args = [join(TESTS, "client", "plain_server.py"), "1", "-nodb", "-dlist", DEVICE];
  args.push("-ORBendPoint", `giop:tcp:${address}`);
  const child = new Deno.Command(python, { args, stdout: "null", stderr: "null" }).spawn();
  try {
    // Its client waits until it serves.
    return await measure(python, `tango://${address}/${DEVICE}#dbase=no`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** Milliseconds until the device is served. */
async function measureStart(): Promise<number> {
  const begin = performance.now();
  await using pewatch = new ServedPewatch();
  await pewatch.name();
  const served_ms = performance.now() - begin;
  await pewatch.stop();
  return served_ms;
}
