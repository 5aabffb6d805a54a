/** What plugins cost in a daemon of its own: memory over 300 reloads, and a tick and memory by how many fire at each. */
import { join } from "node:path";
import { LiveDaemon, textOf } from "../plugins/live_daemon.ts";
import { pause } from "../faults/detector.ts";
import type { Point } from "./growth_fit.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
import type { Table } from "./table.ts";

const RELOADS = 300;
/** A reload before the first reading, and one behind it: what the first one loads stays. */
const RELOADS_BEFORE = 10;
const READINGS = 4;
const FRAMES_PER_S = 8;
const PLUGINS = 50;
/** Starts and their garbage are over by then. */
const SETTLE_S = 8;
const TICK_S = 1 / 3;
const TURNS_MAX = 3;
const TURN_S = 5;

/** The memory with many plugins, and where not only the summary is asked for, over many reloads. */
export async function pluginsBench(options: BenchOptions): Promise<BenchResult> {
  const values: number[] = [];
  for (let turn = 0; turn < Math.min(TURNS_MAX, options.pairs); turn++) {
    values.push((await pluginPoint(PLUGINS, TURN_S)).rss_mb);
  }
  const figures = [{ name: "memory", unit: "MB", values, foreign: null }];
  const reloads: ReloadRun[] = [];
  if (!options.short) {
    for (const [what, reloaded] of Object.entries(RELOADED)) reloads.push(await reload(what, reloaded));
  }
  return { tables: options.short ? [] : [reloadTable(reloads)], figures, raw: { values, reloads } };
}

interface Reloaded {
  /** 0: no frames. */
  readonly frames_per_s: number;
  /** Written at each reload; `mark` says how far it has come, in a file of its own. */
  readonly file: string;
  text(round: number, mark: string): string;
}

const marking = (round: number, mark: string) => `
export const TICKTACK = 1;
export function setup() { Deno.writeTextFileSync(${JSON.stringify(mark)}, "${round}"); }
export function work(context: { counters: { add(name: string): void } }): void { context.counters.add("calls"); }
`;
const stage = (round: number, mark: string) => `
import type { PluginContext } from "pewatch";
import { PrepareRaw, stageOptions } from "pewatch/stages";
export const TICKTACK = 1;
const stage = new PrepareRaw();
export function setup() { Deno.writeTextFileSync(${JSON.stringify(mark)}, "${round}"); }
export async function work(context: PluginContext): Promise<void> { await stage.work(stageOptions(context)); }
`;

const RELOADED: Readonly<Record<string, Reloaded>> = {
  "a plain plugin": { frames_per_s: 0, file: "plain.ts", text: marking },
  "the first stage, with frames": { frames_per_s: FRAMES_PER_S, file: "01_prepare_raw.ts", text: stage },
};

interface ReloadRun {
  readonly what: string;
  /** At 0, 100, 200 and 300 reloads. */
  readonly rss_mb: readonly number[];
  readonly slope_kb: number;
  readonly seconds: number;
  readonly copies: number;
  /** Of frames, empty where none was lost, torn or doubled; null where there were none. */
  readonly frames: { readonly written: number; readonly problems: readonly string[] } | null;
}

async function reload(what: string, reloaded: Reloaded): Promise<ReloadRun> {
  await using live = await LiveDaemon.start({ frames_per_s: reloaded.frames_per_s });
  const mark = join(live.path, "mark");
  const rss_mb: number[] = [];
  const points: { round: number; rss_mb: number }[] = [];
  let start = 0;
  for (let round = -RELOADS_BEFORE; round <= RELOADS; round++) {
    if (round === 0) start = performance.now();
    live.put(reloaded.file, reloaded.text(round, mark));
    await live.until(() => textOf(mark) === String(round), `reload ${round} of ${what}`);
    if (round < 0) continue;
    const reading = readProcess(live.child.pid).rss_mb;
    points.push({ round, rss_mb: reading });
    if (round % (RELOADS / (READINGS - 1)) === 0) rss_mb.push(reading);
  }
  const seconds = (performance.now() - start) / 1000;
  const { copies } = live;
  const frames = reloaded.frames_per_s === 0 ? null : { problems: await live.judgeFrames(), written: live.written };
  return { what, rss_mb, slope_kb: slope(points) * 1000, seconds, copies: copies.length, frames };
}

/** MB a round, by least squares over the second half: what garbage collection has not come to yet is over. */
function slope(points: readonly { round: number; rss_mb: number }[]): number {
  const half = points.slice(points.length >> 1);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(half.map((point) => point.round)), mean(half.map((point) => point.rss_mb))];
  const above = half.reduce((sum, { round, rss_mb }) => sum + (round - x) * (rss_mb - y), 0);
  return above / half.reduce((sum, { round }) => sum + (round - x) ** 2, 0);
}

/** Processor time of a tick and memory of a daemon with so many plugins that fire each tick. */
export async function pluginPoint(plugins: number, seconds: number): Promise<Point> {
  const files = Array.from({ length: plugins }, (_, index) => [`p${index}.ts`, marking(0, "/dev/null")] as const);
  await using live = await LiveDaemon.start({ frames_per_s: 0, tick_s: TICK_S }, Object.fromEntries(files));
  await live.pluginUntil(`p${plugins - 1}`, ({ firings }) => firings > 0, "the last one's firing");
  await pause(SETTLE_S * 1000);
  const before = readProcess(live.child.pid);
  const start = performance.now();
  await pause(seconds * 1000);
  const after = readProcess(live.child.pid);
  const ticks = (performance.now() - start) / 1000 / TICK_S;
  const processor_ms = (after.processor_s - before.processor_s) * 1000 / ticks;
  return { size: plugins, processor_ms, rss_mb: after.rss_mb };
}

function reloadTable(runs: readonly ReloadRun[]): Table {
  const columns = [
    "what is rewritten",
    "0",
    "100",
    "200",
    "300",
    "kB a reload, last 150",
    "s a reload",
    "transpiled",
    "frames",
  ];
  const rows = runs.map(({ what, rss_mb, slope_kb, seconds, copies, frames }) => [
    what,
    ...rss_mb.map((rss) => rss.toFixed(0)),
    slope_kb.toFixed(0),
    (seconds / RELOADS).toFixed(2),
    copies,
    frames === null ? "" : `${frames.written}, ${frames.problems.length} problems`,
  ]);
  return { title: `Memory (RSS, MB) of a daemon after so many reloads, ticks of 0.1 s`, columns, rows };
}
