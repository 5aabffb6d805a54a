/** What `pewatch run` costs while no frame comes, with the default ticks, and how long its start takes. */
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { startOf } from "./executable.ts";
import { readProcess } from "./process_readings.ts";
import { median } from "./table.ts";
import { Workspace, writeFrames } from "./workspace.ts";
import { filesBelow } from "../faults/delivered_files.ts";

/** Start-up, its compilers and its first garbage collections are over by then. */
const SETTLE_S = 10;
/** Delivery workers live on for 30 s after the last frame. */
const AFTER_WORK_S = 35;
const PERIOD_S_MAX = 30;

export async function idleBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const configuration = writeConfiguration(space.path, "[log]\nfile = ''");
  const daemon = new DaemonChild(configuration);
  const period_s = Math.min(PERIOD_S_MAX, options.seconds);
  const rows: string[][] = [];
  const raw: Record<string, unknown> = {};
  const measure = async (name: string) => {
    const before = readProcess(daemon.pid);
    const start = performance.now();
    await pause(period_s * 1000);
    const after = readProcess(daemon.pid);
    const share = (after.processor_s - before.processor_s) / ((performance.now() - start) / 1000);
    raw[name] = { before, after, share };
    rows.push([name, `${(share * 100).toFixed(2)} %`, `${after.rss_mb.toFixed(0)} MB`]);
  };
  try {
    await daemon.holdsFolders();
    await pause(SETTLE_S * 1000);
    await measure("before the first frame");
    writeFrames(configuration.folders.raw, { count: 10, side: 2048 });
    while (filesBelow(configuration.folders.output).filter((name) => name.endsWith(".nxs")).length < 10) {
      await pause(50);
    }
    await pause(AFTER_WORK_S * 1000);
    await measure("after ten frames");
  } finally {
    await daemon.end("SIGTERM");
  }
  const starts_s = await starts(options);
  const [first, last] = [Math.min(...starts_s), Math.max(...starts_s)].map((seconds) => seconds.toFixed(2));
  const columns = ["when", "of one core", "memory (RSS)"];
  return {
    tables: [
      { title: `A daemon without work, over ${period_s} s, default ticks`, columns, rows },
      {
        title: "From the start of the process until all stages are ready for the first tick",
        columns: ["starts", "s, median", "from", "to"],
        rows: [[starts_s.length, median(starts_s).toFixed(2), first!, last!]],
      },
    ],
    raw: { ...raw, starts_s },
  };
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
