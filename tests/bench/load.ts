/**
 * Frames at the detector's rate through `pewatch run` with its default settings (verified, flushed, SHA-256, embedded
 * image, default ticks), raw and processed images together; then rates that are raised until the backlog grows.
 */
import type { BenchOptions, BenchResult } from "./options.ts";
import { IMAGES_PER_EXPOSURE, LoadedDaemon, type LoadResult } from "./load_run.ts";
import { median, quantile, type Table } from "./table.ts";
import { Workspace } from "./workspace.ts";

const FULL = { side: 2048, rate_per_s: 15 } as const;
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

/** The load in so many parts for a range, and rates around what is usual. */
const SHORT_RUNS = 3;
const SHORT_RATES_PER_S = [14, 15, 16, 17, 18, 20, 22, 24] as const;

export async function loadBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const runs = options.short ? SHORT_RUNS : 1;
  const steady: LoadResult[] = [];
  {
    await using daemon = await LoadedDaemon.start(space.empty("load"));
    const seconds = Math.ceil(options.seconds / runs);
    for (let run = 0; run < runs; run++) {
      steady.push(await daemon.run({ ...FULL, seconds, drain_s_max: DRAIN_S_MAX }));
    }
  }
  const rates = await raise(space, options.short ? SHORT_RATES_PER_S : RATES_PER_S);
  const figure = (name: string, unit: string, value: (run: LoadResult) => number) => ({
    name,
    unit,
    values: steady.map(value),
    foreign: null,
  });
  const figures = [
    figure("lost or doubled", "frames", ({ lost, strays }) => lost.length + strays.length),
    figure("latency, median", "s", ({ latencies_s }) => median(latencies_s)),
    figure("latency, 95 %", "s", ({ latencies_s }) => quantile(latencies_s, 0.95)),
    figure("memory, most", "MB", ({ samples }) => Math.max(...samples.map(({ rss_mb }) => rss_mb))),
    { name: "sustained", unit: "exposures/s", values: [sustainedRate(rates)], foreign: null },
  ];
  return { tables: [steadyTable(steady), rateTable(rates)], figures, raw: { steady, rates } };
}

/** One daemon over all rates: it is warm from the second on. */
async function raise(space: Workspace, rates_per_s: readonly number[]): Promise<LoadResult[]> {
  const results: LoadResult[] = [];
  await using daemon = await LoadedDaemon.start(space.empty("load"));
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

function isSustained(result: LoadResult): boolean {
  return result.lost.length === 0 &&
    backlogAtEnd(result) <= BACKLOG_S_MAX * result.load.rate_per_s * IMAGES_PER_EXPOSURE;
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
