/**
 * 15 frames/s of 2048² float32 over a given time through `pewatch run` with its default settings (verified, flushed,
 * SHA-256, embedded image): latency, memory, what waits. What is delivered is taken away at once, or memory would be
 * full of it.
 */
import { join } from "node:path";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { filesBelow, foldersIn } from "../faults/delivered_files.ts";
import { pause } from "../faults/detector.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
import { median, quantile } from "./table.ts";
import { frameBytes, frameName, sidecarFor, Workspace } from "./workspace.ts";

const RATE_PER_S = 15;
const SIDE = 2048;
const SAMPLE_S = 1;
/** What waits at the end is delivered within some seconds. */
const DRAIN_S_MAX = 60;

interface Sample {
  readonly at_s: number;
  readonly rss_mb: number;
  readonly processor_s: number;
  /** Frames in raw, temp and proc. */
  readonly waiting: number;
}

export async function loadBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const run = new LoadRun(space.path);
  try {
    await run.go(options.seconds);
  } finally {
    await run.end();
  }
  const { latencies_s, samples, written, late_s } = run;
  const memory = memoryRows(samples);
  const rows = [
    ["frames written", written],
    ["frames delivered", latencies_s.length],
    ["latest start of a frame, s behind its time", late_s.toFixed(2)],
    ["latency, median, s", median(latencies_s).toFixed(2)],
    ["latency, 95th percentile, s", quantile(latencies_s, 0.95).toFixed(2)],
    ["latency, longest, s", Math.max(...latencies_s).toFixed(2)],
    ["most frames waiting", Math.max(...samples.map((sample) => sample.waiting))],
    ...memory,
    ["processor, of one core", `${(processorShare(samples) * 100).toFixed(0)} %`],
  ];
  const title = `${RATE_PER_S} frames/s of ${SIDE}² for ${options.seconds} s, default settings`;
  return { tables: [{ title, columns: ["what", "value"], rows }], raw: { latencies_s, samples, written } };
}

function processorShare(samples: readonly Sample[]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.processor_s - first.processor_s) / (last.at_s - first.at_s);
}

/** Quarters of the run: flat is when the last is no more than the second. */
function memoryRows(samples: readonly Sample[]): [string, string][] {
  return [0, 1, 2, 3].map((quarter) => {
    const part = samples.slice(
      Math.floor(samples.length * quarter / 4),
      Math.floor(samples.length * (quarter + 1) / 4),
    );
    return [`memory (RSS), quarter ${quarter + 1}, median, MB`, median(part.map((one) => one.rss_mb)).toFixed(0)];
  });
}

class LoadRun {
  readonly latencies_s: number[] = [];
  readonly samples: Sample[] = [];
  written = 0;
  late_s = 0;
  readonly #configuration: ReturnType<typeof writeConfiguration>;
  readonly #daemon: DaemonChild;
  /** When each frame's sidecar got its name, by the clock that also dates files. */
  readonly #written_ms = new Map<string, number>();

  constructor(base: string) {
    this.#configuration = writeConfiguration(base, "[log]\nfile = ''");
    this.#daemon = new DaemonChild(this.#configuration);
  }

  async go(seconds: number): Promise<void> {
    await this.#daemon.holdsFolders();
    const image = frameBytes(SIDE);
    const start = performance.now();
    let nextSample_s = 0;
    for (let index = 0; index < seconds * RATE_PER_S; index++) {
      const due_s = index / RATE_PER_S;
      await pause(Math.max(0, start + due_s * 1000 - performance.now()));
      this.late_s = Math.max(this.late_s, (performance.now() - start) / 1000 - due_s);
      await this.#write(index, image);
      this.#takeDelivered();
      if (due_s >= nextSample_s) {
        this.#sample((performance.now() - start) / 1000);
        nextSample_s += SAMPLE_S;
      }
    }
    const deadline = performance.now() + DRAIN_S_MAX * 1000;
    while (this.#written_ms.size > 0 && performance.now() < deadline) {
      await pause(20);
      this.#takeDelivered();
    }
    if (this.#written_ms.size > 0) throw new Error(`${this.#written_ms.size} frames were not delivered`);
  }

  async end(): Promise<void> {
    await this.#daemon.end("SIGTERM");
  }

  async #write(index: number, image: Uint8Array<ArrayBuffer>): Promise<void> {
    const path = join(this.#configuration.folders.raw, frameName(index));
    new DataView(image.buffer).setFloat32(8, index, true);
    await Deno.writeFile(path, image);
    Deno.writeTextFileSync(`${path}.metadata.x`, sidecarFor(SIDE));
    this.#written_ms.set(frameName(index).replace(".tif", ".nxs"), Date.now());
    Deno.renameSync(`${path}.metadata.x`, `${path}.metadata`);
    this.written++;
  }

  /** A set is delivered at the moment that its NeXus file got its name, which is the file's last change of status. */
  #takeDelivered(): void {
    const { output } = this.#configuration.folders;
    for (const name of filesBelow(output)) {
      const written_ms = this.#written_ms.get(name);
      if (written_ms === undefined) continue;
      const nexus = join(output, name);
      this.latencies_s.push(((Deno.lstatSync(nexus).ctime?.getTime() ?? Date.now()) - written_ms) / 1000);
      this.#written_ms.delete(name);
      const image = nexus.replace(/\.nxs$/, ".tif");
      for (const path of [image, `${image}.metadata`, nexus]) Deno.removeSync(path);
    }
  }

  #sample(at_s: number): void {
    const { raw, temp, proc } = this.#configuration.folders;
    const waiting = filesBelow(raw).filter((name) => name.endsWith(".tif")).length + foldersIn(temp).length +
      foldersIn(proc).length;
    this.samples.push({ at_s, waiting, ...readProcess(this.#daemon.pid) });
  }
}
