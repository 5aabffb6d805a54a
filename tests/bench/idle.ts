/** What `pewatch run` costs while no frame comes, with the default ticks. */
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
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
  const columns = ["when", "of one core", "memory (RSS)"];
  return { tables: [{ title: `A daemon without work, over ${period_s} s, default ticks`, columns, rows }], raw };
}
