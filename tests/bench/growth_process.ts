/**
 * One size of one kind of work in a process of its own, which reports its processor time and the most memory it held.
 *
 * usage: growth_process.ts WORK SIZE REPEATS FOLDER
 */
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { fileURLToPath } from "node:url";
import { filesBelow } from "../folders.ts";
import type { Changes, Way } from "../frames/way.ts";
import { benchSettings, StageRunner } from "./stage_runner.ts";
import { median } from "./table.ts";
import { frameBytes, frameName, sidecarFor, Workspace, writeFrames } from "./workspace.ts";

const SELF = fileURLToPath(import.meta.url);
const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));
/** Of a large frame a few, of a small one many: 128 MiB, and not so many that the smallest take minutes. */
const FRAMES_BYTES = 134_217_728;
const FRAMES_MAX = 200;
const IMAGE_SIDE = 256;
/** A long scan that found nothing is followed by a pause of ten times its length. */
const PASSES_MS = 600_000;
/** Seconds; longer than all the time that passes here. */
const FOR_EVER_S = 1e9;
/** A line of as many characters as the longest that QXRD was seen to write. */
const LONG_LINE = 40_000;

export interface Cost {
  /** Of one piece of work, whatever its threads: a frame, a firing, a merge. */
  readonly processor_ms: number;
  readonly rss_mb: number;
}

/** Runs it in a new process. */
export async function inProcess(work: string, of: { size: number; repeats: number; ram: string }): Promise<Cost> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--cached-only", "--config", CONFIGURATION, SELF],
      ...[work, String(of.size), String(of.repeats), of.ram],
    ],
  }).output();
  if (!success) throw new Error(`${work} of ${of.size}: ${new TextDecoder().decode(stderr).slice(-1000)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Cost;
}

interface Task {
  readonly size: number;
  readonly space: Workspace;
}

/** Each makes what it needs and gives the step that is measured, and how many pieces of work the step is. */
const WORKS: Readonly<Record<string, (task: Task) => Promise<Step>>> = {
  "frames": frames,
  "waiting images": waiting,
  "merge, many keys": (task) => merging(task, manyKeys(task.size)),
  "merge, long lines": (task) => merging(task, longLines(task.size)),
};

interface Step extends AsyncDisposable {
  readonly pieces: number;
  /** Not measured. */
  prepare?(): void | Promise<void>;
  run(): Promise<void>;
}

async function frames({ size, space }: Task): Promise<Step> {
  const pieces = Math.max(2, Math.min(FRAMES_MAX, Math.floor(FRAMES_BYTES / (size * size * 4))));
  const settings = benchSettings(space.empty("way"), {});
  const runner = await StageRunner.start(settings);
  return {
    pieces,
    prepare() {
      for (const { name } of Deno.readDirSync(runner.output)) Deno.removeSync(join(runner.output, name));
      writeFrames(settings.folders.raw, { count: pieces, side: size });
    },
    run: async () => void await runner.deliver(pieces),
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}

/** Images whose sidecars never come: each step is one firing, and all of them stay. */
async function waiting({ size, space }: Task): Promise<Step> {
  const way = await wayIn(space, { frames: { sidecar_wait_s: FOR_EVER_S } });
  for (let index = 0; index < size; index++) Deno.writeTextFileSync(join(way.raw, frameName(index)), "not looked at");
  // The monotonic clock is put on: else all firings but the first would fall into the pause behind a long scan.
  const { now } = performance;
  let passed_ms = 0;
  performance.now = () => now.call(performance) + passed_ms;
  return {
    pieces: 1,
    async run() {
      passed_ms += PASSES_MS;
      await way.firePrepare();
      if (way.heard.events.length > 0) throw new Error(`${way.heard.events[0]!.frame} was moved, it should wait`);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(way[Symbol.dispose]()),
  };
}

async function merging({ space }: Task, sidecar: string): Promise<Step> {
  const way = await wayIn(space, {});
  const image = frameBytes(IMAGE_SIDE);
  return {
    pieces: 1,
    async prepare() {
      await way.fireFinalize();
      for (const name of filesBelow(way.output)) Deno.removeSync(join(way.output, name));
      way.put({ name: frameName(0), image, sidecar });
      await way.firePrepare();
    },
    async run() {
      await way.fireMerge();
      const last = way.heard.events.at(-1);
      if (last?.type !== "merged") throw new Error(`it was not merged: ${way.heard.lines.join("\n")}`);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(way[Symbol.dispose]()),
  };
}

/** Loaded here alone: it opens libtiff and HDF5, which count as memory. */
async function wayIn(space: Workspace, changes: Changes): Promise<Way> {
  const { Way } = await import("../frames/way.ts");
  return new Way(changes, { on: space.path });
}

/** Saved points, as QXRD writes them. */
function manyKeys(size: number): string {
  const lines = [sidecarFor(IMAGE_SIDE), "[centerfinder]"];
  let length = lines.join("\n").length;
  for (let index = 1; length < size; index++) {
    const line = `points\\${index}\\x=${1000 + index % 1000}.95397070031`;
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join("\n")}\n`;
}

function longLines(size: number): string {
  const lines = [sidecarFor(IMAGE_SIDE), "[centerfinder]"];
  let left = size - lines.join("\n").length;
  for (let index = 1; left > 0; index++) {
    const line = `line${index}="@Variant(${"\\x1d\\0\\0@\\x1c\\xfe,".repeat(Math.min(left, LONG_LINE) / 18)})"`;
    lines.push(line);
    left -= line.length + 1;
  }
  return `${lines.join("\n")}\n`;
}

async function main(): Promise<void> {
  const [name, size, repeats, ram] = [Deno.args[0]!, Number(Deno.args[1]), Number(Deno.args[2]), Deno.args[3]!];
  using space = new Workspace(ram);
  await using step = await WORKS[name]!({ size, space });
  const times_ms: number[] = [];
  // The first time the compiler is cold and the files are new.
  for (let turn = 0; turn <= repeats; turn++) {
    await step.prepare?.();
    const before = cpuUsage();
    await step.run();
    const { user, system } = cpuUsage(before);
    if (turn > 0) times_ms.push((user + system) / 1000 / step.pieces);
  }
  console.log(JSON.stringify({ processor_ms: median(times_ms), rss_mb: peak_mb() } satisfies Cost));
}

/** The most that this process ever held. */
function peak_mb(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? NaN) * 1024 / 1e6;
}

if (import.meta.main) await main();
