/**
 * What Tango clients cost the frames: 50 that read every attribute, one that was stopped in the middle of its reads and
 * one that was stopped with all its events subscribed, against the same frames without the reading. The frames of a run
 * are laid down while the device is stopped, and timed from the first delivery to the last.
 */
import { join } from "node:path";
import { PYTHONS } from "../ffi/tango/environment.ts";
import { pause } from "../faults/detector.ts";
import { Client, PYTHON_CLIENTS } from "../tango/served/client.ts";
import { ServedPewatch } from "../tango/served/served_pewatch.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { measurePairs, medianRatio, PAIR_COLUMNS, pairRow } from "./pairs.ts";
import { readProcess } from "./process_readings.ts";
import { median } from "./table.ts";
import { frameBytes, frameName, sidecarFor } from "./workspace.ts";
import { filesBelow } from "../folders.ts";

const SIDE = 1024;
/** So many times the frames that are asked for: a run has to be long beside a tick. */
const FRAMES_FACTOR = 4;
const PROCESSES = 10;
const CLIENTS_EACH = 5;
const STUCK_MS = 300_000;
const READING = join(import.meta.dirname!, "..", "tango", "served", "client", "reading.py");

/** Seconds between two reads of everything by one client. */
const LOADS = [
  { name: "50 clients, each reads everything once a second", period_s: 1 },
  { name: "50 clients that read everything in a loop", period_s: 0 },
] as const;

export async function tangoLoadBench(options: BenchOptions): Promise<BenchResult> {
  if (PYTHONS.length === 0) throw new Error("PyTango is not there: build/test bench sets it up");
  const rows: string[][] = [], loads: string[][] = [];
  const raw: Record<string, unknown> = {};
  for (const { name, period_s } of LOADS) {
    await using run = await LoadedRun.start(options, period_s);
    // Of the frames alone: the clients' processor time is part of what is measured.
    const turn = async (reading: boolean) => ({ seconds: await run.deliver({ reading }), processor_s: null });
    const pairs = await measurePairs({ ours: () => turn(true), theirs: () => turn(false) }, options.pairs);
    const cost = (1 - medianRatio(pairs)) * 100;
    rows.push(pairRow(name, pairs));
    loads.push([name, median(run.reads_per_s).toFixed(0), `${cost.toFixed(1)} %`, `${run.memory_mb.toFixed(0)} MB`]);
    raw[name] = { pairs, cost, reads_per_s: run.reads_per_s, memory_mb: run.memory_mb };
  }
  const title = `${
    FRAMES_FACTOR * options.frames
  } frames of ${SIDE}² while clients read: speed as a multiple of that without`;
  const columns = ["clients", "attributes read a second", "cost", "memory of pewatch"];
  return { tables: [{ title, columns: PAIR_COLUMNS, rows }, { title: "The clients", columns, rows: loads }], raw };
}

class LoadedRun implements AsyncDisposable {
  readonly reads_per_s: number[] = [];
  readonly #frames: number;
  readonly #pewatch: ServedPewatch;
  readonly #clients: Client[] = [];
  readonly #readers: Deno.ChildProcess[] = [];
  readonly #counts: string[] = [];

  private constructor({ frames, ram }: BenchOptions) {
    this.#frames = FRAMES_FACTOR * frames;
    this.#pewatch = new ServedPewatch({ on: ram });
  }

  static async start(options: BenchOptions, period_s: number): Promise<LoadedRun> {
    const run = new LoadedRun(options);
    try {
      await run.#connect(period_s);
      return run;
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #connect(period_s: number): Promise<void> {
    const name = await this.#pewatch.name();
    for (let i = 0; i < 2; i++) this.#clients.push(await Client.connect(PYTHON_CLIENTS[0]!, name));
    const [, listener] = this.#clients;
    await listener!.do("subscribe", "change");
    listener!.signal("SIGSTOP");
    const counts = this.#pewatch.folder("counts");
    for (let i = 0; i <= PROCESSES; i++) {
      const count = join(counts, String(i));
      // What clients compute elsewhere costs nothing here: they get the processor only where nobody else wants it. The
      // last is the one that hangs, and so does nothing but read.
      const hangs = i === PROCESSES;
      const args = [
        PYTHONS[0]!.python,
        READING,
        name,
        hangs ? "1" : `${CLIENTS_EACH}`,
        hangs ? "0" : `${period_s}`,
        count,
      ];
      const reader = new Deno.Command("chrt", { args: ["--idle", "0", ...args], stdout: "null", stderr: "null" })
        .spawn();
      this.#readers.push(reader);
      this.#counts.push(count);
      await until("a client's reads", () => readCount(count) > 0);
      if (hangs) reader.kill("SIGSTOP");
    }
  }

  #signalReaders(signal: "SIGSTOP" | "SIGCONT"): void {
    for (const reader of this.#readers.slice(0, PROCESSES)) reader.kill(signal);
  }

  #reads(): number {
    return this.#counts.reduce((sum, file) => sum + readCount(file), 0);
  }

  get memory_mb(): number {
    return readProcess(this.#pewatch.child.pid).rss_mb;
  }

  /** Gives the seconds from the first delivery to the last. */
  async deliver({ reading }: { readonly reading: boolean }): Promise<number> {
    const { output } = this.#pewatch.folders;
    const [client] = this.#clients;
    await this.#bring(client!, "Stop", "ON");
    for (const name of filesBelow(output)) Deno.removeSync(join(output, name));
    const image = frameBytes(SIDE);
    for (let index = 0; index < this.#frames; index++) {
      new DataView(image.buffer).setFloat32(8, index, true);
      this.#pewatch.put(frameName(index), image, sidecarFor(SIDE));
    }
    this.#signalReaders(reading ? "SIGCONT" : "SIGSTOP");
    const [reads, begin] = [this.#reads(), performance.now()];
    await this.#bring(client!, "Start", "RUNNING");
    const names = () => filesBelow(output).filter((name) => name.endsWith(".nxs"));
    let first_ms: number | null = null;
    await until("the last frame", () => {
      const { length } = names();
      if (length > 0) first_ms ??= performance.now();
      return length === this.#frames;
    });
    const last_ms = performance.now();
    if (reading) this.reads_per_s.push((this.#reads() - reads) / (performance.now() - begin) * 1000);
    this.#signalReaders("SIGCONT");
    // As seen from outside, every 10 ms: Deno gives the times of a file's status in whole seconds.
    return (last_ms - (first_ms ?? last_ms)) / 1000;
  }

  async #bring(client: Client, command: string, state: string): Promise<void> {
    // On a busy machine it takes effect later than a client waits for.
    await client.try("command", command);
    for (const end_ms = performance.now() + STUCK_MS; await client.value("State") !== state; await pause(20)) {
      if (performance.now() > end_ms) throw new Error(`${command} never led to ${state}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.#readers) {
      reader.kill("SIGKILL");
      await reader.status;
    }
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    await this.#pewatch[Symbol.asyncDispose]();
  }
}

function readCount(file: string): number {
  try {
    return Number(Deno.readTextFileSync(file));
  } catch {
    return 0; // not there yet
  }
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end_ms = performance.now() + STUCK_MS; !isSo(); await pause(10)) {
    if (performance.now() > end_ms) throw new Error(`never came: ${what}`);
  }
}
