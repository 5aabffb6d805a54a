/**
 * Runs the cases of a target in a process of its own and watches it from outside: a case that takes too long, an end of
 * the process and memory that grows are seen whatever the process does. Linux: the readings are of /proc.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readProcess } from "../bench/process_readings.ts";
import { type FromChild, NO_CASE } from "./child.ts";
import { inputOf, type Target } from "./target.ts";
import { TextLineStream } from "../text_lines.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));
/** Of processor time: what other programs do to the machine is no fault of the case. */
const HANG_PROCESSOR_S = 1;
/** Of waiting without working: a case has nothing to wait for. */
const WAIT_S_MAX = 30;
const LOOK_MS = 100;
/** After so many a target is given up: they are all the same. */
const FAULTS_MAX = 10;
/** In this part of a run caches fill and compilers work. */
const WARM_UP_SHARE = 0.3;
/** V8 keeps up to 48 MB of its young generation or releases them; over a million cases this is 64 bytes each. */
export const GROWTH_MB_MAX = 64;

export interface Fault {
  readonly kind: "failure" | "hang" | "crash";
  readonly index: number;
  readonly text: string;
  /** Where the input was saved. */
  readonly file: string;
}

export interface MemoryReading {
  /** Which process it is, from 1. */
  readonly run: number;
  /** How many cases came before. */
  readonly cases: number;
  readonly rss_mb: number;
}

export interface FuzzRun {
  readonly target: string;
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  /** What became of the inputs, counted. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  /** Of processor time. */
  readonly longest_ms: number;
  readonly longest_index: number;
  readonly memory: readonly MemoryReading[];
  /** By how much more is held at the end than after the warm-up; null where no process lived long enough to show it. */
  readonly growth_mb: number | null;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly cases: number;
  /** Where inputs with a fault are saved. */
  readonly found: string;
  /** How long a case may wait without working. */
  readonly wait_s_max?: number;
}

export async function supervise(target: Target, options: FuzzOptions): Promise<FuzzRun> {
  const start = performance.now();
  const watch = new Watch(target, options);
  let from = 0;
  while (from < options.cases && watch.faults.length < FAULTS_MAX) from = await watch.run(from);
  const { outcomes, faults, memory, longest } = watch;
  return {
    target: target.name,
    seed: options.seed,
    cases: from,
    seconds: (performance.now() - start) / 1000,
    outcomes,
    faults,
    longest_ms: longest.ms,
    longest_index: longest.index,
    memory,
    growth_mb: growthOf(memory),
  };
}

/**
 * Of the process that lived longest: the last readings against those behind the warm-up, each the smallest of a few,
 * which is what is held at least.
 */
export function growthOf(memory: readonly MemoryReading[]): number | null {
  const runs = [...Map.groupBy(memory, (reading) => reading.run).values()];
  const longest = runs.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const counted = longest.slice(Math.floor(longest.length * WARM_UP_SHARE));
  const few = Math.floor(counted.length / 4);
  if (few === 0) return null;
  const least = (readings: readonly MemoryReading[]) => Math.min(...readings.map((reading) => reading.rss_mb));
  return least(counted.slice(-few)) - least(counted.slice(0, few));
}

class Watch {
  readonly outcomes: Record<string, number> = {};
  readonly faults: Fault[] = [];
  readonly memory: MemoryReading[] = [];
  readonly longest = { ms: 0, index: 0 };
  runs = 0;
  readonly #target: Target;
  readonly #options: FuzzOptions;

  constructor(target: Target, options: FuzzOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** @returns the case to go on with */
  async run(from: number): Promise<number> {
    this.runs++;
    const statusFile = Deno.makeTempFileSync({ prefix: "pewatch-fuzz-" });
    try {
      return await this.#runChild(from, statusFile);
    } finally {
      Deno.removeSync(statusFile);
    }
  }

  async #runChild(from: number, statusFile: string): Promise<number> {
    const { seed, cases } = this.#options;
    const flags = [
      "run",
      "-A",
      "--no-check",
      "--cached-only",
      "--config",
      join(ROOT, "deno.json"),
      "--v8-flags=--expose-gc",
    ];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...flags, CHILD, this.#target.name, ...[seed, from, cases].map(String), statusFile],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const hung = new AbortController();
    const watched = this.#watchCase(child.pid, { statusFile, ended: hung.signal });
    const said = tailOf(child.stderr);
    const next = await this.#listen(child.stdout);
    const { code, signal } = await child.status;
    hung.abort();
    const hang = await watched;
    if (hang !== null) {
      this.#addFault("hang", hang.index, hang.text);
      return hang.index + 1;
    }
    if (next !== null && code === 0) return next;
    const index = readCase(statusFile);
    const text = `the process ended with ${signal ?? code}\n${await said}`;
    this.#addFault("crash", index, text);
    // Without a case it is the target itself that does not start.
    return index === NO_CASE ? cases : index + 1;
  }

  /** @returns the case to go on with, where the child reported its end */
  async #listen(stdout: Bytes): Promise<number | null> {
    let next: number | null = null;
    for await (const line of stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      const message = JSON.parse(line) as FromChild;
      if (message.type === "failure") this.#addFault("failure", message.index, message.text);
      else if (message.type === "memory") {
        const { index, rss_mb } = message;
        this.memory.push({ run: this.runs, cases: index + 1, rss_mb });
      } else {
        for (const [outcome, count] of Object.entries(message.outcomes)) {
          this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + count;
        }
        if (message.longest_ms > this.longest.ms) {
          Object.assign(this.longest, { ms: message.longest_ms, index: message.longest_index });
        }
        next = message.next;
      }
    }
    return next;
  }

  /** Kills the child over a case that takes too long. */
  async #watchCase(
    pid: number,
    of: { statusFile: string; ended: AbortSignal },
  ): Promise<{ index: number; text: string } | null> {
    let index = NO_CASE;
    let since = { processor_s: 0, wall_ms: 0 };
    while (!of.ended.aborted) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const now = readCase(of.statusFile);
      const processor_s = processorTime(pid);
      if (processor_s === null) continue; // it has ended
      if (now !== index || now === NO_CASE) {
        [index, since] = [now, { processor_s, wall_ms: performance.now() }];
        continue;
      }
      const worked_s = processor_s - since.processor_s;
      const waited_s = (performance.now() - since.wall_ms) / 1000;
      if (worked_s < HANG_PROCESSOR_S && waited_s < (this.#options.wait_s_max ?? WAIT_S_MAX)) continue;
      Deno.kill(pid, "SIGKILL");
      return { index, text: `${worked_s.toFixed(1)} s of processor time in ${waited_s.toFixed(1)} s` };
    }
    return null;
  }

  #addFault(kind: Fault["kind"], index: number, text: string): void {
    const { seed, found } = this.#options;
    const name = this.#target.name.replaceAll(" ", "_");
    const file = join(found, `${name}-${seed}-${index}`);
    if (index !== NO_CASE) {
      Deno.mkdirSync(found, { recursive: true });
      Deno.writeFileSync(file, inputOf(this.#target, { seed, index }));
    }
    this.faults.push({ kind, index, text, file });
  }
}

/** As Deno gives the output of a process. */
type Bytes = Deno.ChildProcess["stdout"];

function readCase(statusFile: string): number {
  const bytes = Deno.readFileSync(statusFile);
  return bytes.length < 8 ? NO_CASE : new DataView(bytes.buffer).getFloat64(0, true);
}

function processorTime(pid: number): number | null {
  try {
    return readProcess(pid).processor_s;
  } catch {
    return null;
  }
}

/** The end of what a process says to its error output. */
async function tailOf(stream: Bytes): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) tail = (tail + text).slice(-2000);
  return tail;
}
