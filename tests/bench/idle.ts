/** What `pewatch run` costs while no frame comes, with the default ticks, and how long its start takes. */
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import { freePort } from "../ffi/tango/ports.ts";
import type { Figure } from "./figures.ts";
import { foreignShare, processorTime } from "./foreign_load.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { startOf } from "./executable.ts";
import { readProcess } from "./process_readings.ts";
import { median } from "./table.ts";
import { Workspace, writeFrames } from "./workspace.ts";
import { filesBelow } from "../folders.ts";

/** Start-up, its compilers and its garbage collections are over by then: V8's last ones come half a minute after it. */
const SETTLE_S = 60;
/** Delivery workers live on for 30 s after the last frame; V8 clears up behind that. */
const AFTER_WORK_S = 75;
const PERIOD_S_MAX = 30;
/** Of a period, for a range. */
const PARTS = 3;

export async function idleBench(options: BenchOptions): Promise<BenchResult> {
  const period_s = Math.min(PERIOD_S_MAX, options.seconds);
  const rows: string[][] = [];
  const raw: Record<string, unknown> = {};
  const figures: Figure[] = [];
  for (const http of options.short ? [{ port: freePort() }] : [null, { port: freePort() }]) {
    using space = new Workspace(options.ram);
    const configuration = writeConfiguration(space.path, "[log]\nfile = ''", {}, http);
    const daemon = new DaemonChild(configuration);
    const measure = async (when: string) => {
      const name = `${when}, ${http === null ? "without" : "with"} the page`;
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
      raw[name] = { shares, memory_mb };
      rows.push([name, `${(median(shares) * 100).toFixed(2)} %`, `${median(memory_mb).toFixed(0)} MB`]);
      figures.push(
        { name: `${name}, processor`, unit: "% of a core", values: shares.map((share) => share * 100), foreign },
        { name: `${name}, memory`, unit: "MB", values: memory_mb, foreign },
      );
    };
    try {
      await daemon.holdsFolders();
      await pause(SETTLE_S * 1000);
      await measure("before the first frame");
      if (options.short) continue;
      writeFrames(configuration.folders.raw, { count: 10, side: 2048 });
      while (filesBelow(configuration.folders.output).filter((name) => name.endsWith(".nxs")).length < 10) {
        await pause(50);
      }
      await pause(AFTER_WORK_S * 1000);
      await measure("after ten frames");
    } finally {
      await daemon.end("SIGTERM");
    }
  }
  const starts_s = await starts(options);
  figures.push({ name: "start", unit: "s", values: starts_s, foreign: null });
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
    figures,
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
