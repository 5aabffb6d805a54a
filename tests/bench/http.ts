/**
 * What browsers cost: the same frames with 0, 1 and 20 of them, in turns in one run of a daemon, each round compared
 * with its own without browsers. They are a process of their own with the lowest priority, since they take the same
 * machine's processors: what they do is not the daemon's cost.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FramePayload } from "../../src/http/payloads.ts";
import { filesBelow } from "../folders.ts";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { pause } from "../faults/detector.ts";
import { freePort } from "../ffi/tango/ports.ts";
import { TextLineStream } from "../text_lines.ts";
import { untilShown_s } from "./http_browser.ts";
import type { Viewed } from "./http_viewers.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
import { median, quantile, ratioText } from "./table.ts";
import { rawFrameBytes, sidecarFor, Workspace } from "./workspace.ts";

const VIEWERS = [0, 1, 20] as const;
const SIDE = 2048;
/** A detector's usual rate. */
const RATE_PER_S = 5;
/** At that rate. The page's list has fifty, from which the latencies are read. */
const FRAMES_MAX = 10;
/** Written at once, for how many are delivered where there is all to do. */
const CROWD = 20;
const SCRAPES = 100;
const SHOWN = 12;

interface Turn {
  readonly viewers: number;
  /** Processor time of the daemon for a frame. */
  readonly processor_s: number;
  /** Of each frame. */
  readonly latencies_s: readonly number[];
  /** Frames of a crowd delivered in a second. */
  readonly crowd_per_s: number;
  readonly rss_mb: number;
  readonly viewed: Viewed | null;
}

interface Setting {
  readonly url: string;
  readonly raw: string;
  readonly pid: number;
  readonly frames: number;
}

export async function httpBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  const port = freePort(), frames = Math.min(options.frames, FRAMES_MAX);
  const configuration = writeConfiguration(space.path, "[log]\nfile = ''", {}, { port });
  const url = `http://127.0.0.1:${port}/`;
  await using daemon = new DaemonChild(configuration);
  await daemon.holdsFolders();
  await served(url);
  const rounds: (readonly Turn[])[] = [];
  // The first warms up what is compiled while it runs.
  for (let round = -1; round < options.pairs; round++) {
    const turns: Turn[] = [];
    for (let at = 0; at < VIEWERS.length; at++) {
      const viewers = VIEWERS[(at + Math.max(0, round)) % VIEWERS.length]!;
      turns.push(await measure(viewers, { url, raw: configuration.folders.raw, pid: daemon.pid, frames }));
      for (const file of filesBelow(configuration.folders.output)) {
        if (file.includes(".tif") || file.endsWith(".nxs")) Deno.removeSync(join(configuration.folders.output, file));
      }
    }
    if (round >= 0) rounds.push(turns);
  }
  const { raw } = configuration.folders;
  const shown_s = await untilShown_s(url, async () => {
    const base = newBase();
    for (let index = 0; index < SHOWN; index++) {
      write(raw, base, index);
      await pause(1000);
    }
    return await delivered(url, base, SHOWN);
  });
  const scrapes_ms = await scrape(url);
  await daemon.end("SIGTERM");
  const scrapes = {
    title: "A scrape of /metrics, as the one who scrapes sees it",
    columns: ["scrapes", "ms, median", "95 %"],
    rows: [[SCRAPES, quantile(scrapes_ms, 0.5).toFixed(1), quantile(scrapes_ms, 0.95).toFixed(1)]],
  };
  const screen = {
    title: "From a frame's delivery until it is on the screen of a real browser, a frame a second",
    columns: ["frames", "s, median", "95 %"],
    rows: shown_s === null || shown_s.length === 0
      ? []
      : [[shown_s.length, quantile(shown_s, 0.5).toFixed(3), quantile(shown_s, 0.95).toFixed(3)]],
  };
  return { tables: [...tablesOf(rounds, frames), screen, scrapes], raw: { rounds, shown_s, scrapes_ms } };
}

function tablesOf(rounds: readonly (readonly Turn[])[], frames: number): BenchResult["tables"] {
  const of = (viewers: number) => rounds.map((turns) => turns.find((turn) => turn.viewers === viewers)!);
  const latency_s = ({ latencies_s }: Turn) => median([...latencies_s]);
  /** In the same round, so that what else the machine did meets both. */
  const ratio = (viewers: number, value: (turn: Turn) => number) =>
    ratioText(median(of(viewers).map((turn, round) => value(turn) / value(of(0)[round]!))));
  const rows = VIEWERS.map((viewers) => {
    const turns = of(viewers);
    return [
      viewers,
      median(turns.map(latency_s)).toFixed(3),
      ratio(viewers, latency_s),
      median(turns.map(({ crowd_per_s }) => crowd_per_s)).toFixed(1),
      ratio(viewers, ({ crowd_per_s }) => crowd_per_s),
      (median(turns.map(({ processor_s }) => processor_s)) * 1e3).toFixed(1),
      ratio(viewers, ({ processor_s }) => processor_s),
      median(turns.map(({ rss_mb }) => rss_mb)).toFixed(0),
      (median(turns.map(({ viewed }) => (viewed?.bytes ?? 0) / (frames + CROWD))) / 1e3).toFixed(0),
    ];
  });
  const delays = [1, 20].map((viewers) => {
    const delays_s = of(viewers).flatMap(({ viewed }) => viewed?.delays_s ?? []);
    return [viewers, delays_s.length, quantile(delays_s, 0.5).toFixed(3), quantile(delays_s, 0.95).toFixed(3)];
  });
  return [
    {
      title: `${frames} frames of ${SIDE} x ${SIDE} pixels, ${RATE_PER_S} a second, by browsers that watch`,
      columns: [
        "browsers",
        "latency, s",
        "ratio",
        "of a crowd/s",
        "ratio",
        "daemon's ms a frame",
        "ratio",
        "memory, MB",
        "kB a frame",
      ],
      rows,
    },
    {
      title: "From a frame's delivery until its pixels are in the browser",
      columns: ["browsers", "images", "s, median", "95 %"],
      rows: delays,
    },
  ];
}

async function measure(viewers: number, { url, raw, pid, frames }: Setting): Promise<Turn> {
  const watching = viewers === 0 ? null : await Watching.start(url, viewers);
  const before = readProcess(pid), begin = performance.now(), steady = newBase();
  for (let index = 0; index < frames; index++) {
    write(raw, steady, index);
    await pause(Math.max(0, begin + 1000 * (index + 1) / RATE_PER_S - performance.now()));
  }
  const listed = await delivered(url, steady, frames);
  const after = readProcess(pid), crowd = newBase(), crowdBegin = performance.now();
  for (let index = 0; index < CROWD; index++) write(raw, crowd, index);
  await delivered(url, crowd, CROWD);
  return {
    viewers,
    processor_s: (after.processor_s - before.processor_s) / frames,
    latencies_s: listed.map(({ latency_s }) => latency_s!),
    crowd_per_s: 1000 * CROWD / (performance.now() - crowdBegin),
    rss_mb: after.rss_mb,
    viewed: await watching?.end() ?? null,
  };
}

function newBase(): string {
  return `P${crypto.randomUUID().slice(0, 8)}`;
}

function write(raw: string, base: string, index: number): void {
  const path = `${raw}/${base}-${String(index + 1).padStart(5, "0")}.tif`;
  Deno.writeFileSync(path, rawFrameBytes(SIDE));
  Deno.writeTextFileSync(`${path}.metadata`, sidecarFor(SIDE));
}

async function delivered(url: string, base: string, count: number): Promise<readonly FramePayload[]> {
  for (;;) {
    await pause(50);
    const all: FramePayload[] = await (await fetch(`${url}frames`)).json();
    const found = all.filter(({ name, latency_s }) => name.startsWith(base) && latency_s !== null);
    if (found.length >= count) return found;
  }
}

class Watching {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>;
    this.#lines = child.stdout.pipeThrough(decoder).pipeThrough(new TextLineStream()).getReader();
  }

  static async start(url: string, viewers: number): Promise<Watching> {
    const program = fileURLToPath(new URL("./http_viewers.ts", import.meta.url));
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const args = ["run", "-A", "--no-check", "--cached-only", "--config", config, program, url, String(viewers)];
    const command = new Deno.Command("nice", {
      args: ["-n", "19", Deno.execPath(), ...args],
      stdin: "piped",
      stdout: "piped",
    });
    const watching = new Watching(command.spawn());
    const { value } = await watching.#lines.read();
    if (value !== "watching") throw new Error("the browsers have ended");
    return watching;
  }

  async end(): Promise<Viewed> {
    await this.#child.stdin.close();
    const { value } = await this.#lines.read();
    await this.#child.status;
    return JSON.parse(value ?? "null");
  }
}

async function scrape(url: string): Promise<number[]> {
  const headers = { accept: "application/openmetrics-text;version=1.0.0" };
  const times_ms: number[] = [];
  for (let count = 0; count < SCRAPES; count++) {
    const begin_ms = performance.now();
    await (await fetch(`${url}metrics`, { headers })).text();
    times_ms.push(performance.now() - begin_ms);
  }
  return times_ms;
}

async function served(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(`${url}livez`)).text();
      return;
    } catch {
      await pause(50);
    }
  }
}
