/**
 * What plugins cost: memory over 300 reloads, each tick of 50 plugins that all fire, and whether the heart beats on time
 * while one of them burns a core. Daemons run as processes of their own, the heart's in this one.
 */
import { join } from "node:path";
import { defaultSettings } from "../../src/config/settings.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { type Clock, SYSTEM_CLOCK } from "../../src/time/clock.ts";
import { LiveDaemon, textOf } from "../plugins/live_daemon.ts";
import { pause } from "../faults/detector.ts";
import type { Point } from "./growth_fit.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
import { median, quantile, type Table } from "./table.ts";
import { Workspace } from "./workspace.ts";

const RELOADS = 300;
/** A reload before the first reading, and one behind it: what the first one loads stays. */
const RELOADS_BEFORE = 10;
const READINGS = 4;
const FRAMES_PER_S = 8;
const PLUGINS = 50;
/** Starts and their garbage are over by then. */
const SETTLE_S = 8;
const TICK_S = 1 / 3;
/** A run of each number of plugins; turns make others' load fall on all alike. */
const TICKS_S_MAX = 30;

export async function pluginsBench(options: BenchOptions): Promise<BenchResult> {
  if (options.short) return await shortPlugins(options);
  const reloads = [];
  for (const [what, files] of Object.entries(RELOADED)) reloads.push(await reload(what, files));
  const seconds = Math.min(TICKS_S_MAX, options.seconds);
  const costs = await tickCosts([0, 1, PLUGINS], { seconds, turns: Math.min(3, options.pairs) });
  const beats = await beatTimes(options);
  return { tables: [reloadTable(reloads), costTable(costs), beatTable(beats)], raw: { reloads, costs, beats } };
}

/** What the summary needs. */
async function shortPlugins(options: BenchOptions): Promise<BenchResult> {
  const turns = Math.min(SHORT_TURNS, options.pairs);
  const costs = await tickCosts([0, PLUGINS], { seconds: SHORT_S, turns });
  const of = (plugins: number) => costs.filter((cost) => cost.plugins === plugins).map(({ rss_mb }) => rss_mb);
  const [none, many] = [of(0), of(PLUGINS)];
  const figures = [
    { name: "memory", unit: "MB", values: many, foreign: null },
    { name: "memory, beside none", unit: "times", values: many.map((mb, turn) => mb / none[turn]!), foreign: null },
  ];
  return { tables: [], figures, raw: costs };
}

const SHORT_TURNS = 3;
const SHORT_S = 5;

interface Reloaded {
  /** 0: no frames. */
  readonly frames_per_s: number;
  /** The files that are written at each reload; `mark` says how far it has come, in a file of its own. */
  files(round: number, mark: string): Readonly<Record<string, string>>;
  /** Written once. */
  readonly still?: Readonly<Record<string, string>>;
}

const marking = (round: string, mark: string) => `
export const TICKTACK = 1;
export function setup() { Deno.writeTextFileSync(${JSON.stringify(mark)}, String(${round})); }
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
  "a plain plugin": { frames_per_s: 0, files: (round, mark) => ({ "plain.ts": marking(`${round}`, mark) }) },
  "the helper of a plugin": {
    frames_per_s: 0,
    files: (round) => ({ "_helper.ts": `export const round: number = ${round};` }),
    still: { "helped.ts": `import { round } from "./_helper.ts";${marking("round", "MARK")}` },
  },
  "the first stage, with frames": {
    frames_per_s: FRAMES_PER_S,
    files: (round, mark) => ({ "01_prepare_raw.ts": stage(round, mark) }),
  },
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
  for (const [name, text] of Object.entries(reloaded.still ?? {})) live.put(name, text.replace("MARK", mark));
  const rss_mb: number[] = [];
  const points: { round: number; rss_mb: number }[] = [];
  let start = 0;
  for (let round = -RELOADS_BEFORE; round <= RELOADS; round++) {
    if (round === 0) start = performance.now();
    for (const [name, text] of Object.entries(reloaded.files(round, mark))) live.put(name, text);
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

interface Cost {
  readonly plugins: number;
  readonly processor_ms: number;
  readonly rss_mb: number;
}

/** Processor time of a tick and memory, by the number of plugins that fire each tick, in turns. */
async function tickCosts(counts: readonly number[], of: { seconds: number; turns: number }): Promise<Cost[]> {
  const { seconds, turns } = of;
  const costs: Cost[] = [];
  for (let turn = 0; turn < turns; turn++) {
    for (const plugins of counts) {
      const files = Array.from({ length: plugins }, (_, index) => [`p${index}.ts`, marking("0", "/dev/null")] as const);
      await using live = await LiveDaemon.start({ frames_per_s: 0, tick_s: TICK_S }, Object.fromEntries(files));
      if (plugins > 0) await live.pluginUntil(`p${plugins - 1}`, ({ firings }) => firings > 0, "the last one's firing");
      await pause(SETTLE_S * 1000);
      const before = readProcess(live.child.pid);
      const start = performance.now();
      await pause(seconds * 1000);
      const after = readProcess(live.child.pid);
      const ticks = (performance.now() - start) / 1000 / TICK_S;
      const processor_ms = (after.processor_s - before.processor_s) * 1000 / ticks;
      costs.push({ plugins, processor_ms, rss_mb: after.rss_mb });
    }
  }
  return costs;
}

/** The same for a curve: processor time of a tick by the number of plugins. */
export async function pluginPoints(counts: readonly number[], seconds: number): Promise<Point[]> {
  const costs = await tickCosts(counts, { seconds, turns: 1 });
  return costs.map(({ plugins, processor_ms, rss_mb }) => ({ size: plugins, processor_ms, rss_mb }));
}

interface Beats {
  readonly what: string;
  readonly deviations: readonly number[];
  readonly missed: number;
}

/** The beats themselves, at the clock that makes them. */
async function beatTimes(options: BenchOptions): Promise<Beats[]> {
  const results: Beats[] = [];
  for (const [what, text] of [["without plugins", null], ["one burns a core", BURNING]] as const) {
    using space = new Workspace(options.ram);
    const beats = new BeatTimes();
    const settings = defaultSettings(space.path);
    Deno.mkdirSync(settings.plugins.dir);
    if (text !== null) Deno.writeTextFileSync(join(settings.plugins.dir, "burns.ts"), text);
    const daemon = new Daemon(settings, { log: SILENT, clock: beats.clock });
    await daemon.start();
    await pause(options.seconds * 1000);
    const missed = daemon.status().missedTicks;
    Deno.writeTextFileSync(join(space.path, "end"), "");
    await daemon.close();
    results.push({ what, deviations: beats.deviations(daemon.period_s * 1000), missed });
  }
  return results;
}

/** Until a file `end` lies beside the plugins folder, and then for good. */
const BURNING = `
export const TICKTACK = 1;
export function work({ folders }) {
  for (let round = 1;; round++) {
    if (round % 1_000_000 !== 0) continue;
    try {
      return Deno.statSync(folders.raw + "/../end");
    } catch {
      // not yet
    }
  }
}`;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

class BeatTimes {
  readonly #times_ms: number[] = [];
  readonly clock: Clock = {
    now_ms: SYSTEM_CLOCK.now_ms,
    after: (delay_ms, wake) =>
      SYSTEM_CLOCK.after(delay_ms, () => {
        this.#times_ms.push(performance.now());
        wake();
      }),
  };

  /** How much each pause between two beats differs from the period, as a share of it. */
  deviations(period_ms: number): number[] {
    const beats = this.#times_ms.filter((time, index) => index === 0 || time - this.#times_ms[index - 1]! > 5);
    return beats.slice(1).map((time, index) => Math.abs(time - beats[index]! - period_ms) / period_ms);
  }
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

function costTable(costs: readonly Cost[]): Table {
  const of = (plugins: number, field: "processor_ms" | "rss_mb") =>
    median(costs.filter((cost) => cost.plugins === plugins).map((cost) => cost[field]));
  const rows = [0, 1, PLUGINS].map((plugins) => {
    const [time, memory] = [of(plugins, "processor_ms"), of(plugins, "rss_mb")];
    const each = (value: number, none: number) => plugins === 0 ? "" : ((value - none) / plugins).toFixed(2);
    return [
      plugins,
      time.toFixed(2),
      each(time, of(0, "processor_ms")),
      (time / of(0, "processor_ms")).toFixed(2),
      (time / of(1, "processor_ms")).toFixed(2),
      memory.toFixed(0),
      each(memory, of(0, "rss_mb")),
      (memory / of(0, "rss_mb")).toFixed(2),
    ];
  });
  const columns = [
    "plugins",
    "ms a tick",
    "for each",
    "times none",
    "times one",
    "memory, MB",
    "for each",
    "times none",
  ];
  return { title: "Plugins that fire every tick (1/3 s) and do nothing: processor time, memory (RSS)", columns, rows };
}

function beatTable(beats: readonly Beats[]): Table {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const rows = beats.map(({ what, deviations, missed }) => [
    what,
    deviations.length,
    missed,
    percent(median(deviations)),
    percent(quantile(deviations, 0.95)),
    percent(Math.max(...deviations)),
    percent(deviations.filter((share) => share > 0.1).length / deviations.length),
  ]);
  const columns = ["heartbeat", "beats", "missed", "off by, median", "95th percentile", "most", "off by over 10 %"];
  return { title: "Pauses between beats of 1/3 s, against the period", columns, rows };
}
