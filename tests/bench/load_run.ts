/**
 * `pewatch run` under load: frames come from a process of their own, what is delivered is taken away at once (memory
 * would be full of it), and memory, processor and what waits are read once a second.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import { TextLineStream } from "../text_lines.ts";
import type { FromWriter } from "./frame_writer.ts";
import { readProcess } from "./process_readings.ts";
import { median, quantile } from "./table.ts";
import { filesBelow } from "../folders.ts";

const WRITER = fileURLToPath(new URL("./frame_writer.ts", import.meta.url));
const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));
const SAMPLE_MS = 1000;
const LOOK_MS = 20;
/** Of two exposures' images each. */
export const IMAGES_PER_EXPOSURE = 2;

export interface Load {
  /** Pixels in a row, and rows. */
  readonly side: number;
  /** Of exposures, each with its raw and its processed image. */
  readonly rate_per_s: number;
  readonly seconds: number;
  /** How long is waited for what is left at the end. */
  readonly drain_s_max: number;
}

export interface Sample {
  readonly at_s: number;
  readonly rss_mb: number;
  readonly processor_s: number;
  /** Images that are written and not delivered. */
  readonly waiting: number;
}

export interface LoadResult {
  readonly load: Load;
  readonly written: number;
  readonly delivered: number;
  /** Delivered once more, or delivered and never written. */
  readonly strays: readonly string[];
  readonly lost: readonly string[];
  readonly latencies_s: readonly number[];
  readonly samples: readonly Sample[];
  /** The writer's own: how far it was behind at most, and which share of the time it was writing. */
  readonly writer: { readonly late_s: number; readonly busy: number };
}

/** One line of what was seen. */
export function loadText({ load, latencies_s, samples, writer }: LoadResult): string {
  const seconds = [median(latencies_s), quantile(latencies_s, 0.95), quantile(latencies_s, 1)]
    .map((latency_s) => latency_s.toFixed(2));
  const most = (value: (sample: Sample) => number) => Math.max(...samples.map(value)).toFixed(0);
  return `${load.rate_per_s} exposures/s of ${load.side}² for ${load.seconds} s: latency ${seconds[0]} s (median), ` +
    `${seconds[1]} s (95 %), ${seconds[2]} s (longest); at most ${most(({ waiting }) => waiting)} images waited, ` +
    `${most(({ rss_mb }) => rss_mb)} MB; the writer was ${writer.late_s.toFixed(2)} s behind at most`;
}

/** A daemon with its folders below `base`, over one or more loads. */
export class LoadedDaemon implements AsyncDisposable {
  readonly #configuration: ReturnType<typeof writeConfiguration>;
  readonly #daemon: DaemonChild;
  #first = 0;

  private constructor(base: string) {
    this.#configuration = writeConfiguration(base, `[log]\nfile = ''\n[daemon]\nstate_dir = '${join(base, "state")}'`);
    this.#daemon = new DaemonChild(this.#configuration);
  }

  static async start(base: string): Promise<LoadedDaemon> {
    const daemon = new LoadedDaemon(base);
    await daemon.#daemon.holdsFolders();
    return daemon;
  }

  async run(load: Load): Promise<LoadResult> {
    const exposures = Math.round(load.rate_per_s * load.seconds);
    const { folders } = this.#configuration;
    const run = new LoadRun(load, { pid: this.#daemon.pid, output: folders.output });
    const result = await run.go([folders.raw, load.side, load.rate_per_s, exposures, this.#first].map(String));
    this.#first += exposures;
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon.end("SIGTERM");
  }
}

class LoadRun {
  readonly #load: Load;
  readonly #of: { pid: number; output: string };
  /** Of each image that is written and not delivered yet, by its NeXus file's name. */
  readonly #waiting = new Map<string, number>();
  /** Delivered before the writer's line about them was read. */
  readonly #early = new Map<string, number>();
  readonly #latencies_s: number[] = [];
  readonly #samples: Sample[] = [];
  #written = 0;
  #writer = { late_s: 0, busy: 0 };

  constructor(load: Load, of: { pid: number; output: string }) {
    this.#load = load;
    this.#of = of;
  }

  async go(args: readonly string[]): Promise<LoadResult> {
    const writer = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--cached-only", "--config", CONFIGURATION, WRITER, ...args],
      stdout: "piped",
    }).spawn();
    let isWriting = true;
    const heard = this.#listen(writer.stdout).finally(() => isWriting = false);
    const start = performance.now();
    let nextSample_ms = 0;
    let deadline_ms = Infinity;
    while ((isWriting || this.#waiting.size > 0) && performance.now() < deadline_ms) {
      if (!isWriting) deadline_ms = Math.min(deadline_ms, performance.now() + this.#load.drain_s_max * 1000);
      this.#takeDelivered();
      const now_ms = performance.now() - start;
      if (now_ms >= nextSample_ms) {
        nextSample_ms = now_ms + SAMPLE_MS;
        this.#samples.push({ at_s: now_ms / 1000, waiting: this.#waiting.size, ...readProcess(this.#of.pid) });
      }
      await pause(LOOK_MS);
    }
    await heard;
    const { code } = await writer.status;
    if (code !== 0) throw new Error(`frame_writer.ts ended with ${code}`);
    return {
      load: this.#load,
      written: this.#written,
      delivered: this.#latencies_s.length,
      strays: [...this.#early.keys()],
      lost: [...this.#waiting.keys()],
      // Whole milliseconds: ten minutes of them are kept.
      latencies_s: this.#latencies_s.map((latency_s) => Math.round(latency_s * 1000) / 1000),
      samples: this.#samples,
      writer: this.#writer,
    };
  }

  async #listen(stdout: Deno.ChildProcess["stdout"]): Promise<void> {
    for await (const line of stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      const message = JSON.parse(line) as FromWriter;
      if (message.type === "end") {
        this.#writer = { late_s: message.late_s, busy: message.busy_s / message.seconds };
        continue;
      }
      this.#written++;
      const nexus = message.image.replace(/\.tif$/, ".nxs");
      const delivered_ms = this.#early.get(nexus);
      if (delivered_ms === undefined) this.#waiting.set(nexus, message.written_ms);
      else {
        this.#early.delete(nexus);
        this.#latencies_s.push((delivered_ms - message.written_ms) / 1000);
      }
    }
  }

  /**
   * A set is delivered when its NeXus file has its name; the moment is that of this look, since Deno gives the times of a
   * file's status in whole seconds.
   */
  #takeDelivered(): void {
    for (const name of filesBelow(this.#of.output)) {
      if (!name.endsWith(".nxs") || name.startsWith(".")) continue;
      const nexus = join(this.#of.output, name);
      const delivered_ms = Date.now();
      const written_ms = this.#waiting.get(name);
      if (written_ms === undefined) this.#early.set(name, delivered_ms);
      else {
        this.#latencies_s.push((delivered_ms - written_ms) / 1000);
        this.#waiting.delete(name);
      }
      const image = nexus.replace(/\.nxs$/, ".tif");
      for (const path of [image, `${image}.metadata`, nexus]) Deno.removeSync(path);
    }
  }
}
