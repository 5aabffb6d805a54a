/** Single frames after a pause, through `pewatch run` with its default settings: from the sidecar's name to the NeXus file's. */
import { join } from "node:path";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import { freePort } from "../ffi/tango/ports.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { median } from "./table.ts";
import { frameBytes, frameName, sidecarFor, Workspace } from "./workspace.ts";

const SIDE = 2048;
const FRAMES = 10;
/** The stages look less often once nothing has come for six seconds. */
const PAUSE_MS = 7000;
const LOOK_MS = 2;
const STUCK_MS = 60_000;

export async function latencyBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const configuration = writeConfiguration(space.path, "[log]\nfile = ''", {}, { port: freePort() });
  const image = frameBytes(SIDE), sidecar = sidecarFor(SIDE);
  const latencies_s: number[] = [];
  await using daemon = new DaemonChild(configuration);
  await daemon.holdsFolders();
  // The first makes templates and lets V8 compile; it does not count.
  for (let index = 0; index <= FRAMES; index++) {
    // Not in step with the ticks.
    await pause(PAUSE_MS + Math.random() * 1000);
    const path = join(configuration.folders.raw, frameName(index));
    Deno.writeFileSync(path, image);
    Deno.writeTextFileSync(`${path}.metadata.new`, sidecar);
    Deno.renameSync(`${path}.metadata.new`, `${path}.metadata`);
    const written_ms = performance.now();
    await appears(join(configuration.folders.output, frameName(index).replace(".tif", ".nxs")));
    if (index > 0) latencies_s.push((performance.now() - written_ms) / 1000);
  }
  await daemon.end("SIGTERM");
  const rows = [[latencies_s.length, median(latencies_s).toFixed(2), Math.max(...latencies_s).toFixed(2)]];
  const title = `Single frames of ${SIDE}² after a pause of ${PAUSE_MS / 1000} to ${PAUSE_MS / 1000 + 1} s`;
  return {
    tables: [{ title, columns: ["frames", "s, median", "longest"], rows }],
    figures: [{ name: "single frame", unit: "s", values: latencies_s, foreign: null }],
    raw: latencies_s,
  };
}

async function appears(path: string): Promise<void> {
  const start = performance.now();
  for (;;) {
    try {
      Deno.lstatSync(path);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (performance.now() - start > STUCK_MS) throw new Error(`${path} is not delivered`);
    await pause(LOOK_MS);
  }
}
