/** Memory of a daemon in whose raw folder very many files stay, and how soon new frames are delivered beside them. */
import { join } from "node:path";
import { fillFolder } from "../faults/crowd.ts";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { FrameWriter, pause } from "../faults/frame_writer.ts";
import { Random } from "../faults/random.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
import { median } from "./table.ts";
import { Workspace } from "./workspace.ts";

const IMAGES = 130_000;
const OTHERS = 300_000;
const SETTLE_S = 15;
const BETWEEN_MS = 500;
const DELIVERED_S_MAX = 60;

export async function crowdBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const more = ["[frames]", "sidecar_wait_s = 3600", "[log]", "file = ''"];
  const configuration = writeConfiguration(space.path, more.join("\n"));
  const { raw, output } = configuration.folders;
  fillFolder(raw, { images: IMAGES, others: OTHERS, from: space.path });
  const daemon = new DaemonChild(configuration);
  const rss_mb: number[] = [];
  const delays_ms: number[] = [];
  const look = setInterval(() => rss_mb.push(readProcess(daemon.pid).rss_mb), 100);
  let start_mb = NaN;
  try {
    await daemon.holdsFolders();
    await pause(SETTLE_S * 1000);
    start_mb = Math.max(...rss_mb);
    const writer = new FrameWriter(raw, { side: 64, random: new Random(1) });
    for (let number = 0; number < options.frames; number++) {
      const image = `F-${String(number).padStart(5, "0")}.tif`;
      await writer.write({ number, folder: "", image });
      const begun_ms = performance.now();
      await isThere(join(output, image.replace(".tif", ".nxs")));
      delays_ms.push(performance.now() - begun_ms);
      await pause(BETWEEN_MS);
    }
  } finally {
    clearInterval(look);
    await daemon.end("SIGTERM");
  }
  const megabytes = (value: number) => `${value.toFixed(0)} MB`;
  const seconds = (value_ms: number) => `${(value_ms / 1000).toFixed(2)} s`;
  return {
    tables: [{
      title: `A daemon beside ${IMAGES} images without sidecars and ${OTHERS} files that are no frames`,
      columns: ["memory, first 15 s", "memory, most", "memory, median", "new frame, median", "new frame, most"],
      rows: [[
        megabytes(start_mb),
        megabytes(Math.max(...rss_mb)),
        megabytes(median(rss_mb)),
        seconds(median(delays_ms)),
        seconds(Math.max(...delays_ms)),
      ]],
    }],
    raw: { rss_mb, delays_ms },
  };
}

async function isThere(path: string): Promise<void> {
  const begun_ms = performance.now();
  for (;;) {
    try {
      Deno.lstatSync(path);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (performance.now() - begun_ms > DELIVERED_S_MAX * 1000) throw new Error(`${path} is not delivered`);
    await pause(10);
  }
}
