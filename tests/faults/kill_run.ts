/** Kills a running daemon at random moments while a detector writes, and judges what is in the folders at the end. */
import { join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { askDaemon, NoDaemonError } from "../../src/daemon/requests/ask_daemon.ts";
import { PARAMETERS_FILE } from "../../src/files/service_names.ts";
import { DaemonChild } from "./daemon_child.ts";
import { QUARANTINE } from "./delivered_files.ts";
import { type Detector, everyKind, pause } from "./detector.ts";
import { FaultRun } from "./fault_run.ts";
import type { LedgerFrame } from "./frame_writer.ts";
import { inProgress, lostFrames } from "./judge.ts";
import { Random, usualSeed } from "./random.ts";
import { filesBelow } from "../folders.ts";

export interface KillRunOptions {
  /** PEWATCH_KILLS goes before it. */
  readonly kills: number;
  readonly rate_per_s: number;
  /** What is run and killed; the sources by default. */
  readonly program?: readonly string[];
  /** How long a run at work lasts at most. */
  readonly work_s?: number;
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
}

interface Setting {
  readonly run: FaultRun;
  readonly detector: Detector;
  readonly random: Random;
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
/** Pixels in a row, and rows. */
const SIDE = 256;
/** Frames that a stage works on at once, as by default. */
const MAX_PROC = 5;
/** On a busy machine kills come faster than deliveries: no more frames pile up than each kill's judgement can look at. */
const WAITING_MAX = 200;
/** What waits at the end is delivered within some seconds. */
const DRAIN_S_MAX = 120;
/** A shell that is killed while it starts the program may leave a child that ends by itself. */
const ORPHAN_MS_MAX = 30_000;

export async function killRun(options: KillRunOptions): Promise<KillReport> {
  const { rate_per_s, program, work_s = WORK_S } = options;
  const kills = Number(Deno.env.get("PEWATCH_KILLS") ?? options.kills), seed = usualSeed();
  console.log(`${kills} kills, seed ${seed}, ${rate_per_s} frames/s of ${SIDE}²`);
  const more = `[frames]\nsidecar_wait_s = ${SIDECAR_WAIT_S}`;
  await using run = new FaultRun({ more, maxProc: MAX_PROC, geometry: "frame" });
  const { ledger, watch, folders } = run;
  const random = new Random(seed);
  await run.putExposures();
  const detector = run.flow({
    rate_per_s,
    side: SIDE,
    random: new Random(seed + 1),
    shot: everyKind,
    holds: () => ledger.length - watch.images.size > WAITING_MAX + notDelivered(ledger),
  });
  const setting: Setting = { run, detector, random, program, work_s };
  const problems: string[] = [];
  const counts: Record<Moment, number> = { start: 0, burst: 0, recovery: 0, work: 0 };
  let burst = 0;
  for (let kill = 1; kill <= kills && problems.length === 0; kill++) {
    const missing = SHARES.filter(([moment]) => counts[moment] === 0);
    const moment = burst > 0 ? "burst" : momentOf(random, missing.length > 0 ? missing : SHARES);
    if (moment === "burst") burst = burst > 0 ? burst - 1 : BURST - 1;
    counts[moment]++;
    problems.push(...await killOnce(setting, moment));
    problems.push(
      ...lostFrames(folders, ledger, watch).map((frame) => `${frame} is nowhere whole after kill ${kill}`),
    );
    if (kill % 20 === 0) console.log(`${kill} kills, ${ledger.length} frames written, ${watch.images.size} delivered`);
  }
  const deliveredUnderFire = watch.images.size;
  problems.push(...await deliverRest(setting));
  const quarantined = ledger.filter((frame) => frame.unreadable).length;
  if (problems.length === 0 && quarantined > 0) problems.push(...await retryQuarantined(setting));
  problems.push(...await run.judged());
  run.keeps = problems.length > 0;
  const darks = darksIn(ledger);
  const ofKind = (kind: "late" | "darkByName") => ledger.filter((frame) => frame[kind]).length;
  return {
    late: ofKind("late"),
    darksByName: ofKind("darkByName"),
    quarantined,
    kills: counts,
    frames: ledger.length - darks,
    darks,
    reusedNames: detector.reusedNames,
    deliveredUnderFire,
    problems,
  };
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

async function killOnce({ run, random, program, work_s }: Setting, moment: Moment): Promise<string[]> {
  const { configuration, watch } = run;
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
async function deliverRest({ run, detector, program }: Setting): Promise<string[]> {
  await run.start(program);
  const { size } = run.watch.images;
  await run.waitFor(() => run.watch.images.size > size, DRAIN_S_MAX);
  await detector.stop();
  const problems = await drain(run);
  // Wine ends a program at once for the others.
  const { code } = await run.end();
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
async function retryQuarantined({ run, detector, random, program }: Setting): Promise<string[]> {
  const { folders, configuration: { file } } = run;
  Deno.removeSync(join(run.state, PARAMETERS_FILE));
  for (const frame of run.ledger.filter((frame) => frame.unreadable)) {
    const image = [QUARANTINE, frame.folder, frame.image].filter((part) => part !== "").join("/");
    run.mended(frame, detector.mend(frame, join(folders.output, image)), image);
  }
  const { settings } = loadSettings({ config: file });
  const starts = () => run.logText().split("running; Ctrl-C stops").length;
  for (let kills = RETRY_KILLS;; kills--) {
    const before = starts();
    const daemon = await run.start(program);
    if (program === undefined) await askForRetry(settings, daemon);
    else {
      await run.waitFor(() => starts() > before, DRAIN_S_MAX);
      await retryBy(program, file);
    }
    if (kills > 0) {
      await pause(random.share() * RETRY_S * 1000);
      await run.end("SIGKILL");
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
    const problems = await drain(run);
    const { code } = await run.end();
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
async function retryBy(program: readonly string[], file: string): Promise<void> {
  const { code } = await new Deno.Command(program[0]!, {
    args: [...program.slice(1), "retry", "--config", file],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn().status;
  if (code !== 0) throw new Error(`pewatch retry ended with code ${code}`);
}

async function drain(run: FaultRun): Promise<string[]> {
  if (await run.settled(DRAIN_S_MAX)) return [];
  const { ended } = run.daemon;
  if (ended !== null) return [`the last daemon ended by itself with code ${ended.code}`];
  return [`for ${DRAIN_S_MAX} s nothing has changed, and there still is ${inProgress(run.folders)[0]}`];
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
  lines.push(report.problems.length === 0 ? "nothing lost, torn or doubled" : `${report.problems.length} problems`);
  return lines.join("\n");
}

const PROBLEMS_SHOWN = 20;
