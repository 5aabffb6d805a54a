/**
 * Frames at the detector's rates through `pewatch run` with its default settings (verified, flushed, SHA-256, embedded
 * image, default ticks), raw and processed images together; then rates that are raised until the backlog grows, beside
 * `cp`, `rsync` and the first implementation's work on the same files.
 */
import type { BenchOptions, BenchResult } from "./options.ts";
import { firstImplementation } from "./first_implementation.ts";
import { IMAGES_PER_EXPOSURE, LoadedDaemon, type LoadedDaemon as Daemon, type LoadResult } from "./load_run.ts";
import { median, quantile, type Table } from "./table.ts";
import { copyByCp, copyByRsync, filesOf, Workspace, writeExposures } from "./workspace.ts";

const FULL = { side: 2048, rate_per_s: 15 } as const;
const BINNED = { side: 1024, rate_per_s: 30 } as const;
const BINNED_S_MAX = 60;
const DRAIN_S_MAX = 60;
const RATES_PER_S = [10, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24, 27, 30, 35, 40, 50, 60] as const;
const RATE_S = 15;
/**
 * Where what waits at the end is more than is written in this time, the rate is not sustained. A frame that nothing
 * holds up takes one.
 */
const BACKLOG_S_MAX = 2;
/** Beyond this the writer was the one who could not. */
const WRITER_LATE_S_MAX = 1;
/** The copies are of so many exposures: 1.4 GB. */
const COPIED = 60;

/** A load in so many parts for a range, and rates around what is usual. */
const SHORT_RUNS = 3;
const SHORT_RATES_PER_S = [14, 15, 16, 17, 18, 20, 22, 24] as const;

/** What the summary needs. */
async function shortLoad(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const runs: LoadResult[] = [];
  {
    await using daemon = await LoadedDaemon.start(space.empty("load"));
    const seconds = Math.ceil(options.seconds / SHORT_RUNS);
    for (let run = 0; run < SHORT_RUNS; run++) {
      runs.push(await daemon.run({ ...FULL, seconds, drain_s_max: DRAIN_S_MAX }));
    }
  }
  const rates = await raise(space, SHORT_RATES_PER_S);
  const figure = (name: string, unit: string, value: (run: LoadResult) => number) => ({
    name,
    unit,
    values: runs.map(value),
    foreign: null,
  });
  const figures = [
    figure("lost or doubled", "frames", ({ lost, strays }) => lost.length + strays.length),
    figure("latency, median", "s", ({ latencies_s }) => median(latencies_s)),
    figure("latency, 95 %", "s", ({ latencies_s }) => quantile(latencies_s, 0.95)),
    figure("memory, most", "MB", ({ samples }) => Math.max(...samples.map(({ rss_mb }) => rss_mb))),
    { name: "sustained", unit: "exposures/s", values: [sustainedRate(rates)], foreign: null },
  ];
  return { tables: [steadyTable(runs), rateTable(rates)], figures, raw: { runs, rates } };
}

export async function loadBench(options: BenchOptions): Promise<BenchResult> {
  if (options.short) return await shortLoad(options);
  using space = new Workspace(options.ram);
  const steady: LoadResult[] = [];
  for (const load of [FULL, BINNED]) {
    await using daemon = await LoadedDaemon.start(space.empty("load"));
    const seconds = load === BINNED ? Math.min(BINNED_S_MAX, options.seconds) : options.seconds;
    steady.push(await daemon.run({ ...load, seconds, drain_s_max: DRAIN_S_MAX }));
  }
  const rates = await raise(space);
  space.empty("load");
  const copies = await copyRates(space, options);
  return { tables: [steadyTable(steady), rateTable(rates), copyTable(copies, rates)], raw: { steady, rates, copies } };
}

/** One daemon over all rates: it is warm from the second on. */
async function raise(space: Workspace, rates_per_s: readonly number[] = RATES_PER_S): Promise<LoadResult[]> {
  const results: LoadResult[] = [];
  await using daemon: Daemon = await LoadedDaemon.start(space.empty("load"));
  for (const rate_per_s of rates_per_s) {
    const result = await daemon.run({ side: FULL.side, rate_per_s, seconds: RATE_S, drain_s_max: DRAIN_S_MAX });
    results.push(result);
    if (!isSustained(result) || result.writer.late_s > WRITER_LATE_S_MAX) break;
  }
  return results;
}

function backlogAtEnd({ samples, load }: LoadResult): number {
  return samples.findLast((sample) => sample.at_s <= load.seconds)?.waiting ?? 0;
}

export function isSustained(result: LoadResult): boolean {
  return result.lost.length === 0 &&
    backlogAtEnd(result) <= BACKLOG_S_MAX * result.load.rate_per_s * IMAGES_PER_EXPOSURE;
}

interface CopyRate {
  readonly what: string;
  /** Null where it cannot be had here. */
  readonly exposures_per_s: number | null;
}

/** Medians of several runs on the same files; exposures a second. */
async function copyRates(space: Workspace, options: BenchOptions): Promise<CopyRate[]> {
  const source = space.empty("source");
  writeExposures(source, { count: COPIED, side: FULL.side });
  const files = filesOf(source);
  const { python } = options;
  const ways: [string, (() => Promise<number>) | null][] = [
    ["cp", () => copyByCp(files, space.empty("out"))],
    ["rsync", hasRsync() ? () => copyByRsync(source, space.empty("out")) : null],
    [
      "the first implementation's work",
      python === null ? null : () => firstImplementation(python, { space, source, frames: files.length / 2 }),
    ],
  ];
  const rates: CopyRate[] = [];
  for (const [what, copy] of ways) {
    const times_s: number[] = [];
    for (let turn = 0; copy !== null && turn < options.pairs; turn++) times_s.push(await copy());
    rates.push({ what, exposures_per_s: copy === null ? null : COPIED / median(times_s) });
  }
  return rates;
}

function hasRsync(): boolean {
  try {
    return new Deno.Command("rsync", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

function steadyTable(results: readonly LoadResult[]): Table {
  const rows: [string, (result: LoadResult) => string | number][] = [
    ["images written", ({ written }) => written],
    ["images delivered", ({ delivered }) => delivered],
    [
      `not delivered ${DRAIN_S_MAX} s after the last; doubled or unknown`,
      ({ lost, strays }) => `${lost.length}; ${strays.length}`,
    ],
    ["latency, median, s", ({ latencies_s }) => median(latencies_s).toFixed(2)],
    ["latency, 95th percentile, s", ({ latencies_s }) => quantile(latencies_s, 0.95).toFixed(2)],
    ["latency, longest, s", ({ latencies_s }) => quantile(latencies_s, 1).toFixed(2)],
    ["most images waiting", ({ samples }) => Math.max(...samples.map((sample) => sample.waiting))],
    ...[0, 1, 2, 3].map((quarter): [string, (result: LoadResult) => string] => [
      `memory (RSS), quarter ${quarter + 1}, median, MB`,
      ({ samples }) => median(quarterOf(samples, quarter).map((sample) => sample.rss_mb)).toFixed(0),
    ]),
    ["memory (RSS), most, MB", ({ samples }) => Math.max(...samples.map((sample) => sample.rss_mb)).toFixed(0)],
    ["processor, of one core", ({ samples }) => `${(processorShare(samples) * 100).toFixed(0)} %`],
    ["writer behind at most, s", ({ writer }) => writer.late_s.toFixed(2)],
    ["writer writing, of its time", ({ writer }) => `${(writer.busy * 100).toFixed(0)} %`],
  ];
  const columns = ["what", ...results.map(({ load }) => `${load.side}², ${load.rate_per_s}/s, ${load.seconds} s`)];
  return {
    title: "Raw and processed images together, default settings",
    columns,
    rows: rows.map(([what, value]) => [what, ...results.map(value)]),
  };
}

function quarterOf<T>(values: readonly T[], quarter: number): readonly T[] {
  return values.slice(Math.floor(values.length * quarter / 4), Math.floor(values.length * (quarter + 1) / 4));
}

function processorShare(samples: LoadResult["samples"]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.processor_s - first.processor_s) / (last.at_s - first.at_s);
}

function rateTable(results: readonly LoadResult[]): Table {
  const rows = results.map((result) => [
    result.load.rate_per_s,
    backlogAtEnd(result),
    quantile(result.latencies_s, 0.95).toFixed(2),
    Math.max(...result.samples.map((sample) => sample.rss_mb)).toFixed(0),
    result.writer.late_s.toFixed(2),
    isSustained(result) ? "yes" : "no",
  ]);
  const columns = [
    "exposures/s",
    "images waiting at the end",
    "latency, 95 %, s",
    "memory, MB",
    "writer behind, s",
    "sustained",
  ];
  return { title: `${FULL.side}², raw and processed, ${RATE_S} s each, the rate raised`, columns, rows };
}

function sustainedRate(results: readonly LoadResult[]): number {
  return Math.max(0, ...results.filter(isSustained).map(({ load }) => load.rate_per_s));
}

function copyTable(copies: readonly CopyRate[], results: readonly LoadResult[]): Table {
  const sustained = sustainedRate(results);
  const rows = [
    ["pewatch run, the highest rate sustained", sustained.toFixed(1)],
    ...copies.map(({ what, exposures_per_s }) => [what, exposures_per_s?.toFixed(1) ?? "not there"]),
  ];
  return { title: `Exposures of ${FULL.side}² a second, raw and processed`, columns: ["what", "exposures/s"], rows };
}
