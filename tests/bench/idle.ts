/** What `pewatch run` costs before the first frame, with the default ticks and the page, and how long its start takes. */
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import { freePort } from "../ffi/tango/ports.ts";
import { foreignShare, processorTime } from "./foreign_load.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { startOf } from "./executable.ts";
import { readProcess } from "./process_readings.ts";
import { median } from "./table.ts";
import { Workspace } from "./workspace.ts";

/** Start-up, its compilers and its garbage collections are over by then: V8's last ones come half a minute after it. */
const SETTLE_S = 60;
const PERIOD_S_MAX = 30;
/** Of a period, for a range. */
const PARTS = 3;

export async function idleBench(options: BenchOptions): Promise<BenchResult> {
  const period_s = Math.min(PERIOD_S_MAX, options.seconds);
  const { shares, memory_mb, foreign } = await withoutWork(options, period_s);
  const starts_s = await starts(options);
  const figures = [
    { name: "processor", unit: "% of a core", values: shares.map((share) => share * 100), foreign },
    { name: "memory", unit: "MB", values: memory_mb, foreign },
    { name: "start", unit: "s", values: starts_s, foreign: null },
  ];
  const [first, last] = [Math.min(...starts_s), Math.max(...starts_s)].map((seconds) => seconds.toFixed(2));
  return {
    tables: [
      {
        title: `A daemon without work, over ${period_s} s, default ticks`,
        columns: ["of one core", "memory (RSS)"],
        rows: [[`${(median(shares) * 100).toFixed(2)} %`, `${median(memory_mb).toFixed(0)} MB`]],
      },
      {
        title: "From the start of the process until all stages are ready for the first tick",
        columns: ["starts", "s, median", "from", "to"],
        rows: [[starts_s.length, median(starts_s).toFixed(2), first!, last!]],
      },
    ],
    figures,
    raw: { shares, memory_mb, starts_s },
  };
}

interface Idle {
  /** Of one core, in each part of the period. */
  readonly shares: readonly number[];
  readonly memory_mb: readonly number[];
  readonly foreign: number | null;
}

async function withoutWork(options: BenchOptions, period_s: number): Promise<Idle> {
  using space = new Workspace(options.ram);
  await using daemon = new DaemonChild(writeConfiguration(space.path, "[log]\nfile = ''", {}, { port: freePort() }));
  await daemon.holdsFolders();
  await pause(SETTLE_S * 1000);
  const shares: number[] = [], memory_mb: number[] = [], begin = processorTime();
  for (let part = 0; part < PARTS; part++) {
    const before = readProcess(daemon.pid);
    const start = performance.now();
    await pause(period_s * 1000 / PARTS);
    const after = readProcess(daemon.pid);
    shares.push((after.processor_s - before.processor_s) / ((performance.now() - start) / 1000));
    memory_mb.push(after.rss_mb);
  }
  // The daemon, which nobody has waited for yet, counts as one of the others here.
  const others = foreignShare(begin, processorTime());
  const foreign = others === null ? null : Math.max(0, others - median(shares) / navigator.hardwareConcurrency);
  await daemon.end("SIGTERM");
  return { shares, memory_mb, foreign };
}

/** One more than are counted: the first reads the program from the disk. */
async function starts(options: BenchOptions): Promise<number[]> {
  using space = new Workspace(options.ram);
  const starts_s: number[] = [];
  for (let turn = 0; turn <= options.pairs; turn++) {
    starts_s.push((await startOf("deno run main.ts", space, { settle_s: 0 })).start_s);
  }
  return starts_s.slice(1);
}
