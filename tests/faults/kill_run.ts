/**
 * Kills a running daemon at random moments while a detector writes, and judges what is in the folders at the end.
 *
 * By hand: `deno run -A tests/faults/kill_run.ts [--kills 300] [--seed N] [--rate 15] [--side 256] [--dir DIR]`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { askDaemon, NoDaemonError } from "../../src/daemon/requests/ask_daemon.ts";
import { PARAMETERS_FILE } from "../../src/files/service_names.ts";
import { type ChildConfiguration, type ChildFolders, DaemonChild, writeConfiguration } from "./daemon_child.ts";
import { QUARANTINE } from "./delivered_files.ts";
import { Detector, everyKind, pause } from "./detector.ts";
import { DETECTOR_TOML, geometryToml, writeExposures } from "./exposures.ts";
import type { LedgerFrame } from "./frame_writer.ts";
import { inProgress, judge, lostFrames, waitUntilSettled } from "./judge.ts";
import { OutputWatch } from "./output_watch.ts";
import { Random } from "./random.ts";
import { filesBelow } from "../folders.ts";

export interface KillRunOptions {
  readonly kills: number;
  readonly seed: number;
  readonly rate_per_s: number;
  /** Pixels in a row, and rows. */
  readonly side: number;
  /** Where the folders go; the RAM disk or the temporary folder by default. */
  readonly dir: string | null;
  readonly python: string | null;
  /** What is run and killed; the sources by default. */
  readonly program?: readonly string[];
  /** How long a run at work lasts at most. */
  readonly work_s?: number;
  print(line: string): void;
}

export interface KillReport {
  readonly kills: Readonly<Record<Moment, number>>;
  readonly frames: number;
  readonly darks: number;
  /** Frames whose sidecar may have come after their image was delivered. */
  readonly late: number;
  /** Without a sidecar. */
  readonly darksByName: number;
  /** Frames that went to quarantine, were put right and retried. */
  readonly quarantined: number;
  readonly reusedNames: number;
  readonly deliveredUnderFire: number;
  readonly problems: readonly string[];
  /** Where everything lies, kept where there are problems. */
  readonly folder: string | null;
}

interface Setting {
  readonly configuration: ChildConfiguration;
  readonly program: readonly string[] | undefined;
  readonly work_s: number;
}

type Moment = "start" | "burst" | "recovery" | "work";

/** How often each kind is met; a run first meets each of them once, so that few kills leave none out. */
const SHARES: readonly (readonly [moment: Moment, share: number])[] = [
  ["start", 0.15],
  ["burst", 0.07],
  ["recovery", 0.28],
  ["work", 0.5],
];
/** From the start of the process; before it holds its folders, mostly. */
const START_S = 0.3;
/** So many starts one after the other, each killed at once: all within a second. */
const BURST = 4, BURST_S = 0.2;
/** From the moment that it holds its folders: its first firings, which go on with what it finds. */
const RECOVERY_S = 0.8;
const WORK_S = 2.5;
/** Work begins with a delivery; a machine that needs longer is killed all the same. */
const DELIVERY_S_MAX = 60;
/** Short, so that frames without a sidecar are delivered between two kills. */
const SIDECAR_WAIT_S = 1.5;
const GEOMETRY = "frame";
/** Short ticks: a kill meets a firing more often than a pause. */
function configurationIn(base: string): string {
  const daemon = ["[daemon]", "ticktack = 0.15", `state_dir = '${join(base, "state")}'`];
  const log = ["[log]", 'level = "debug"', `file = '${join(base, "pewatch.log")}'`];
  const frames = ["[frames]", `sidecar_wait_s = ${SIDECAR_WAIT_S}`];
  return [...daemon, ...log, ...frames, DETECTOR_TOML, geometryToml(GEOMETRY)].join("\n");
}
/** On a busy machine kills come faster than deliveries: no more frames pile up than each kill's judgement can look at. */
const WAITING_MAX = 200;
/** What waits at the end is delivered within some seconds. */
const DRAIN_S_MAX = 120;
/** A shell that is killed while it starts the program may leave a child that ends by itself. */
const ORPHAN_MS_MAX = 30_000;

export async function killRun(options: KillRunOptions): Promise<KillReport> {
  const { kills, seed, rate_per_s, side, print } = options;
  print(`${kills} kills, seed ${seed}, ${rate_per_s} frames/s of ${side}²`);
  const base = Deno.makeTempDirSync({ prefix: "pewatch-kills-", ...options.dir === null ? {} : { dir: options.dir } });
  const configuration = writeConfiguration(base, configurationIn(base));
  const { folders } = configuration;
  const setting = { configuration, program: options.program, work_s: options.work_s ?? WORK_S };
  const random = new Random(seed);
  const detector: Detector = new Detector({
    raw: folders.raw,
    rate_per_s,
    side,
    random: new Random(seed + 1),
    shot: everyKind,
    holds: () => detector.ledger.length - watch.images.size > WAITING_MAX + notDelivered(detector.ledger),
  });
  const watch: OutputWatch = new OutputWatch(folders.output, () => detector.ledger);
  const problems: string[] = [];
  const counts: Record<Moment, number> = { start: 0, burst: 0, recovery: 0, work: 0 };
  let clean = false;
  await writeExposures(join(base, "state"));
  detector.start();
  watch.start();
  try {
    let burst = 0;
    for (let kill = 1; kill <= kills && problems.length === 0; kill++) {
      const missing = SHARES.filter(([moment]) => counts[moment] === 0);
      const moment = burst > 0 ? "burst" : momentOf(random, missing.length > 0 ? missing : SHARES);
      if (moment === "burst") burst = burst > 0 ? burst - 1 : BURST - 1;
      counts[moment]++;
      problems.push(...await killOnce(setting, { moment, random, watch }));
      problems.push(
        ...lostFrames(folders, detector.ledger, watch).map((frame) => `${frame} is nowhere whole after kill ${kill}`),
      );
      if (kill % 20 === 0) {
        print(`${kill} kills, ${detector.ledger.length} frames written, ${watch.images.size} delivered`);
      }
    }
    const deliveredUnderFire = watch.images.size;
    problems.push(...await deliverRest(setting, { detector, watch }));
    const quarantined = detector.ledger.filter((frame) => frame.unreadable).length;
    if (problems.length === 0 && quarantined > 0) {
      problems.push(...await retryQuarantined(setting, { detector, watch, random, state: join(base, "state") }));
    }
    await watch.stop();
    const judged = {
      watch,
      python: options.python,
      geometry: GEOMETRY,
      measured: true,
      state: join(base, "state"),
    } as const;
    const verdict = await judge(folders, detector.ledger, judged);
    problems.push(...verdict.problems);
    if (verdict.readByH5py !== null) print(`${verdict.readByH5py} NeXus files were read by h5py`);
    clean = problems.length === 0;
    const darks = darksIn(detector.ledger);
    const ofKind = (kind: "late" | "darkByName") => detector.ledger.filter((frame) => frame[kind]).length;
    return {
      late: ofKind("late"),
      darksByName: ofKind("darkByName"),
      quarantined,
      kills: counts,
      frames: detector.ledger.length - darks,
      darks,
      reusedNames: detector.reusedNames,
      deliveredUnderFire,
      problems,
      folder: clean ? null : base,
    };
  } finally {
    await detector.stop();
    await watch.stop();
    if (clean) Deno.removeSync(base, { recursive: true });
  }
}

/** Frames that never are among the delivered images. */
function notDelivered(ledger: readonly LedgerFrame[]): number {
  return ledger.filter((frame) => frame.dark || frame.unreadable).length;
}

function darksIn(ledger: readonly LedgerFrame[]): number {
  return ledger.filter((frame) => frame.dark).length;
}

/** By chance, out of those that are left to choose. */
function momentOf(random: Random, choice: typeof SHARES): Moment {
  let rest = random.share() * choice.reduce((sum, [, share]) => sum + share, 0);
  return (choice.find(([, share]) => (rest -= share) < 0) ?? choice.at(-1)!)[0];
}

async function killOnce(
  { configuration, program, work_s }: Setting,
  when: { moment: Moment; random: Random; watch: OutputWatch },
): Promise<string[]> {
  const { moment, random, watch } = when;
  const delivered = watch.images.size;
  await using daemon = new DaemonChild(configuration, program);
  const longest_s = { start: START_S, burst: BURST_S, recovery: RECOVERY_S, work: work_s }[moment];
  if (moment === "recovery" || moment === "work") await daemon.holdsFolders();
  if (moment === "work") {
    const deadline = performance.now() + DELIVERY_S_MAX * 1000;
    while (watch.images.size === delivered && daemon.ended === null && performance.now() < deadline) await pause(5);
  }
  await pause(random.share() * longest_s * 1000);
  const early = daemon.ended;
  const { signal } = await daemon.end("SIGKILL");
  if (early !== null || signal !== "SIGKILL") {
    return [`the daemon ended by itself with code ${early?.code}, before it was killed (${moment})`];
  }
  // What was killed may have been but the parent of another.
  for (const deadline = performance.now() + ORPHAN_MS_MAX; processesOf(configuration.file).length > 0;) {
    if (performance.now() > deadline) return [`a process of the daemon has survived its kill (${moment})`];
    await pause(5);
  }
  return [];
}

/** Whose command line has this text. */
function processesOf(text: string): string[] {
  if (Deno.build.os !== "linux") return [];
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => {
    try {
      return /^\d+$/.test(name) && Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(text);
    } catch {
      return false; // it has ended since
    }
  });
}

/**
 * A last start, undisturbed, until nothing is in progress any more; then a stop as a person asks for it. Frames come
 * until the first is delivered: then it also has cleared away what was left.
 */
async function deliverRest(
  { configuration, program }: Setting,
  { detector, watch }: { detector: Detector; watch: OutputWatch },
): Promise<string[]> {
  await using daemon = new DaemonChild(configuration, program);
  await daemon.holdsFolders();
  const { size } = watch.images;
  const deadline = performance.now() + DRAIN_S_MAX * 1000;
  while (watch.images.size === size && daemon.ended === null && performance.now() < deadline) await pause(50);
  await detector.stop();
  const problems = await drain(daemon, configuration.folders);
  // Wine ends a program at once for the others.
  const { code } = await daemon.end("SIGINT");
  if (code !== 0) problems.push(`the last daemon ended with code ${code} when it was asked to stop`);
  return problems;
}

/** So often the daemon is killed while it tries the quarantine again. */
const RETRY_KILLS = 3;
const RETRY_S = 1;

/**
 * Puts all images of the quarantine right and has them retried, under kills, by daemons that have forgotten what the
 * frames were measured with.
 */
async function retryQuarantined(
  { configuration, program }: Setting,
  run: { detector: Detector; watch: OutputWatch; random: Random; state: string },
): Promise<string[]> {
  const { folders, file } = configuration;
  Deno.removeSync(join(run.state, PARAMETERS_FILE));
  for (const frame of run.detector.ledger.filter((frame) => frame.unreadable)) {
    const image = [QUARANTINE, frame.folder, frame.image].filter((part) => part !== "").join("/");
    const mended = run.detector.mend(frame, join(folders.output, image));
    run.watch.mended(mended, image);
  }
  const { settings } = loadSettings({ config: file });
  for (let kills = RETRY_KILLS;; kills--) {
    await using daemon = new DaemonChild(configuration, program);
    await daemon.holdsFolders();
    await (program === undefined ? askForRetry(settings, daemon) : retryBy(program, file, daemon));
    if (kills > 0) {
      await pause(run.random.share() * RETRY_S * 1000);
      await daemon.end("SIGKILL");
      continue;
    }
    const waiting = () => filesBelow(join(folders.output, QUARANTINE)).filter((name) => name.endsWith(".tif"));
    let last = Infinity;
    let deadline = Infinity;
    for (let left = waiting().length; left > 0 && daemon.ended === null; left = waiting().length) {
      if (left !== last) deadline = performance.now() + DRAIN_S_MAX * 1000;
      else if (performance.now() > deadline) break;
      last = left;
      await pause(50);
    }
    const problems = await drain(daemon, folders);
    const { code } = await daemon.end("SIGINT");
    if (code !== 0) problems.push(`the daemon that tried the quarantine again ended with code ${code}`);
    return problems;
  }
}

/** Also of a daemon that has its folders, and soon will take requests. */
export async function askForRetry(settings: Settings, daemon: DaemonChild): Promise<void> {
  for (const deadline = performance.now() + DRAIN_S_MAX * 1000;; await pause(20)) {
    try {
      await askDaemon(settings, { what: "retry_frames" });
      return;
    } catch (error) {
      if (!(error instanceof NoDaemonError) || daemon.ended !== null || performance.now() > deadline) throw error;
    }
  }
}

/**
 * By the program's own command: an executable for Windows knows its folders by other paths, and finds by them where to
 * ask.
 */
async function retryBy(program: readonly string[], file: string, daemon: DaemonChild): Promise<void> {
  for (const deadline = performance.now() + DRAIN_S_MAX * 1000;; await pause(100)) {
    const { success } = await new Deno.Command(program[0]!, {
      args: [...program.slice(1), "retry", "--config", file],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn().status;
    if (success) return;
    if (daemon.ended !== null) throw new Error("the daemon ended before it was asked to try the quarantine again");
    if (performance.now() > deadline) throw new Error(`pewatch retry failed for ${DRAIN_S_MAX} s`);
  }
}

async function drain(daemon: DaemonChild, folders: ChildFolders): Promise<string[]> {
  const isOver = () => daemon.ended !== null;
  if (await waitUntilSettled(folders, { limit_s: DRAIN_S_MAX, pause_ms: 50, isOver })) return [];
  if (daemon.ended !== null) return [`the last daemon ended by itself with code ${daemon.ended.code}`];
  return [`for ${DRAIN_S_MAX} s nothing has changed, and there still is ${inProgress(folders)[0]}`];
}

export function reportText(report: KillReport): string {
  const { start, burst, recovery, work } = report.kills;
  const lines = [
    `killed ${start + burst + recovery + work} times: ${start} while it started, ${burst} within a second of other ` +
    `kills, ${recovery} in its first firings, ${work} at work`,
    `${report.frames} frames (${report.deliveredUnderFire} delivered before the last start), ${report.darks} darks, ` +
    `${report.reusedNames} names used again`,
    `${report.late} with a late sidecar, ${report.darksByName} darks by their name alone, ` +
    `${report.quarantined} in quarantine and retried`,
    ...report.problems.slice(0, PROBLEMS_SHOWN),
  ];
  const more = report.problems.length - PROBLEMS_SHOWN;
  if (more > 0) lines.push(`and ${more} more`);
  lines.push(
    report.problems.length === 0
      ? "nothing lost, torn or doubled"
      : `${report.problems.length} problems; everything lies in ${report.folder}`,
  );
  return lines.join("\n");
}

const PROBLEMS_SHOWN = 20;

/** The RAM disk that every Linux has: kills harm no disk, and the page cache outlives a process anyway. */
export function usualFolder(): string | null {
  return Deno.env.get("PEWATCH_FAULTS_DIR") ?? (Deno.build.os === "linux" ? "/dev/shm" : null);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      kills: { type: "string", default: "20" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      rate: { type: "string", default: "15" },
      side: { type: "string", default: "256" },
      dir: { type: "string" },
    },
  });
  const report = await killRun({
    kills: Number(values.kills),
    seed: Number(values.seed),
    rate_per_s: Number(values.rate),
    side: Number(values.side),
    dir: values.dir ?? usualFolder(),
    python: Deno.env.get("PEWATCH_PYTHON") ?? null,
    print: (line) => console.log(line),
  });
  console.log(reportText(report));
  return report.problems.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
