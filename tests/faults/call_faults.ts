/** Fails every call by which the daemon changes files, one after the other, each on the way of a frame of its own. */
import { join } from "node:path";
import type { Request } from "../../src/daemon/requests/request_files.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { askDaemon, NoDaemonError } from "../../src/daemon/requests/ask_daemon.ts";
import {
  type CallSite,
  type Choice,
  faultsFor,
  type PlannedFault,
  type Root,
  ruleFor,
  type SharedSite,
  sitesOf,
  textOf,
  unionOf,
} from "./call_plan.ts";
import { SOURCES } from "./daemon_child.ts";
import { imagePixels, QUARANTINE } from "./delivered_files.ts";
import { nameOfValue } from "./exposures.ts";
import { FaultRun } from "./fault_run.ts";
import { FrameWriter, type LedgerFrame, type Shot } from "./frame_writer.ts";
import { type GeometryBeside, nameOf } from "./judge.ts";
import { askForRetry } from "./kill_run.ts";
import { Random } from "./random.ts";
import { WatchedCalls } from "./watched_calls.ts";
import { exists } from "../folders.ts";

/** A kind of frame, and so a way through the calls. */
export interface Scenario {
  readonly name: string;
  readonly shot: (number: number) => Shot;
  readonly more?: string;
  readonly maxProc?: number;
  /** Of all sites those that are new beside other scenarios. */
  readonly only?: RegExp;
  /** Whether claims are on another volume than raw. */
  readonly otherVolume?: boolean;
  readonly geometry?: GeometryBeside;
  /** Whether a person puts the frame right in the quarantine, and has it retried. */
  readonly retried?: boolean;
}

export interface CallOutcome {
  readonly scenario: string;
  readonly fault: PlannedFault;
  /** "delivered", "in quarantine", "removed", or what is wrong. */
  readonly end: string;
  /** Milliseconds since 1970 UTC. */
  readonly begin_ms: number;
  readonly end_ms: number;
  /** Of what the daemon complained meanwhile. */
  readonly said: readonly string[];
}

export interface CallReport {
  readonly outcomes: readonly CallOutcome[];
  /** Sites that no frame came by any more when they were to fail. */
  readonly notReached: readonly PlannedFault[];
  readonly problems: readonly string[];
}

export interface CallFaultOptions {
  readonly choice: Choice;
  /** All calls by default. */
  readonly only?: (site: CallSite, index: number) => boolean;
  print(line: string): void;
}

/** A failed call is retried at a firing soon after. */
const SETTLE_S_MAX = 120;
/** Two threads share their work differently now and then: a call that one frame does not come by, another may. */
const FRAMES_A_FAULT = 5;
/** The merge makes its template with the second. */
const FRAMES_FIRST = 3;
/** So many frames show which calls there are. */
const FRAMES_RECORDED = 3;
/** Pixels in a row, and rows. */
const SIDE = 64;

export async function callFaults(
  scenario: Scenario,
  options: CallFaultOptions,
): Promise<CallReport> {
  await using session = await Session.start(scenario);
  const sites = (await session.sites()).filter((site) => scenario.only?.test(`${site.call} ${site.path}`) ?? true);
  const faults = faultsFor(sites.filter(options.only ?? (() => true)), options.choice);
  options.print(`${scenario.name}: ${sites.length} calls, ${faults.length} faults`);
  const outcomes: Omit<CallOutcome, "said">[] = [];
  const notReached: PlannedFault[] = [];
  for (const fault of faults) {
    let outcome = await session.fail(fault);
    const frames = fault.site.inAll ? FRAMES_A_FAULT : 1;
    for (let frame = 2; outcome === null && frame <= frames; frame++) outcome = await session.fail(fault);
    if (outcome === null) notReached.push(fault);
    else outcomes.push(outcome);
    if (session.isStuck) break; // whatever follows would wait for the same
  }
  const problems = await session.problems();
  return { outcomes: outcomes.map((outcome) => ({ ...outcome, said: session.said(outcome) })), notReached, problems };
}

class Session implements AsyncDisposable {
  readonly #scenario: Scenario;
  readonly #run: FaultRun;
  readonly #roots: readonly Root[];
  readonly #watched: WatchedCalls;
  readonly #writer: FrameWriter;
  readonly #problems: string[] = [];
  #number = 0;
  /** Whether a frame is not delivered, not even after a restart. */
  isStuck = false;

  private constructor(scenario: Scenario) {
    const { more = "", maxProc = 1, otherVolume = false, geometry = null, retried = false } = scenario;
    this.#scenario = scenario;
    const elsewhere = otherVolume ? { proc: Deno.makeTempDirSync({ prefix: "pewatch-faults-" }) } : {};
    this.#run = new FaultRun({
      more: `[frames]\nsettle_s = 0.05\n${more}`,
      maxProc,
      elsewhere,
      geometry,
      values: retried ? "each" : "one",
    });
    const { base, folders } = this.#run;
    this.#roots = otherVolume ? [[`${folders.proc}/`, "(other volume)/"], [`${base}/`, ""]] : [[`${base}/`, ""]];
    this.#watched = new WatchedCalls(base, { folders: [base, folders.proc], keepData: false });
    this.#writer = new FrameWriter(folders.raw, { side: SIDE, random: new Random(6) }); // any number
  }

  static async start(scenario: Scenario): Promise<Session> {
    const session = new Session(scenario);
    await session.#start();
    session.#run.watch.start();
    return session;
  }

  async #start(): Promise<void> {
    const started = this.#run.start(this.#watched.around(SOURCES));
    await this.#watched.attached();
    await started;
  }

  /** All calls of a frame's way, from frames that nothing happens to; the first of them meet a daemon that starts. */
  async sites(): Promise<SharedSite[]> {
    const frames: CallSite[][] = [];
    for (let count = 1; count <= FRAMES_FIRST + FRAMES_RECORDED; count++) {
      const from = await this.#watched.toldUpTo();
      await this.#expose();
      const end = await this.#settle();
      if (end !== null) throw new Error(`a frame that nothing happened to: ${end}`);
      await this.#watched.toldUpTo();
      if (count > FRAMES_FIRST) frames.push(sitesOf(this.#watched.calls.slice(from), this.#roots));
    }
    return unionOf(frames);
  }

  /** @returns null where no call of the frame fitted */
  async fail(fault: PlannedFault): Promise<Omit<CallOutcome, "said"> | null> {
    await this.#watched.fail(ruleFor(fault, this.#roots));
    const from = this.#watched.calls.length;
    const begin_ms = Date.now();
    const frame = await this.#expose();
    if (fault.harm === "KILL") await this.#killed(from);
    const stuck = await this.#settle();
    const end_ms = Date.now();
    await this.#watched.clear();
    const reached = this.#watched.calls.slice(from).some((call) => call.harm !== "");
    const end = stuck ?? this.#endOf(frame);
    if (stuck !== null || end.startsWith("not ")) {
      this.#problems.push(`${nameOf(frame)}: ${end}, after ${textOf(fault)}`);
    }
    return reached ? { scenario: this.#scenario.name, fault, end, begin_ms, end_ms } : null;
  }

  /** What the daemon complained of while a frame was in progress; all of it is in the log when the daemon has ended. */
  said({ begin_ms, end_ms }: Pick<CallOutcome, "begin_ms" | "end_ms">): string[] {
    return this.#run.said({ begin_ms, end_ms });
  }

  async #expose(): Promise<LedgerFrame> {
    const half = await this.#writer.begin(this.#scenario.shot(++this.#number));
    const { frame } = half;
    if (!frame.late) this.#writer.finish(half);
    this.#run.ledger.push(frame);
    if (frame.late) {
      await this.#run.settled(SETTLE_S_MAX);
      this.#writer.finish(half);
    }
    return this.#scenario.retried === true ? await this.#retry(frame) : frame;
  }

  /** What the frame was measured with is forgotten everywhere but in the quarantine before it is retried. */
  async #retry(frame: LedgerFrame): Promise<LedgerFrame> {
    const { folders, configuration, watch, ledger } = this.#run;
    await this.#run.settled(SETTLE_S_MAX);
    if (this.#run.daemon.ended !== null) {
      await this.#restart();
      await this.#run.settled(SETTLE_S_MAX);
    }
    const image = [QUARANTINE, frame.folder, frame.image].join("/");
    const path = join(folders.output, image);
    watch.look();
    const mended = this.#writer.mend(frame, path);
    ledger[ledger.indexOf(frame)] = mended;
    watch.mended(mended, image);
    const { settings } = loadSettings({ config: configuration.file });
    await this.#ask(settings, { what: "remove_parameter", parameter: nameOfValue(frame.number) });
    for (let tries = 1; tries <= RETRIES_MAX && exists(path); tries++) {
      await this.#ask(settings, { what: "retry_frames" });
      await this.#run.waitFor(() => !exists(path), RETRY_S_MAX);
    }
    return mended;
  }

  /** A daemon that a rule has ended is started anew, and asked again. */
  async #ask(settings: Settings, request: Request): Promise<void> {
    try {
      await askDaemon(settings, request);
    } catch (error) {
      if (!(error instanceof NoDaemonError) || this.#run.daemon.ended === null) throw error;
      await this.#restart();
      if (request.what === "retry_frames") await askForRetry(settings, this.#run.daemon);
      else await askDaemon(settings, request);
    }
  }

  /** Starts the daemon anew where a rule has ended it. */
  async #killed(from: number): Promise<void> {
    await this.#run.settled(SETTLE_S_MAX);
    await this.#watched.toldUpTo();
    if (this.#watched.calls.slice(from).some((call) => call.harm === "KILL")) await this.#restart();
  }

  async #restart(): Promise<void> {
    await this.#run.end("SIGKILL");
    await this.#watched.detached();
    await this.#start();
  }

  /** @returns what is wrong, or null; then a daemon runs again */
  async #settle(): Promise<string | null> {
    if (await this.#run.settled(SETTLE_S_MAX)) return null;
    const { ended } = this.#run.daemon;
    await this.#restart();
    this.isStuck = !await this.#run.settled(SETTLE_S_MAX);
    const after = this.isStuck ? "stays in progress" : "went on after a restart";
    return `${ended === null ? `waited ${SETTLE_S_MAX} s` : `the daemon ended with code ${ended.code}`}, ${after}`;
  }

  /** The judgement of all frames comes at the end; this is what the report says of one. */
  #endOf(frame: LedgerFrame): string {
    const { watch, folders } = this.#run;
    watch.look();
    if (frame.unreadable) return watch.quarantined.has(frame.pixels) ? "in quarantine" : "not in quarantine";
    if (frame.dark) return "removed";
    const image = [...watch.images].find(([, pixels]) => pixels === frame.pixels)?.[0];
    if (image === undefined) return "not delivered";
    if (!watch.seen.has(image.replace(/\.tif$/, ".nxs"))) return "not with its NeXus file";
    if (frame.late || frame.darkByName) return "delivered";
    const path = `${folders.output}/${image}`;
    const untagged = Deno.statSync(path).size < imagePixels(path).length + SIDECAR_BYTES_MIN;
    return untagged ? "not with its tags" : "delivered";
  }

  async problems(): Promise<string[]> {
    // Behind a last frame that nothing happens to, a daemon that was just started has cleared away what was left.
    await this.#expose();
    await this.#settle();
    return [...this.#problems, ...await this.#run.judged()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run[Symbol.asyncDispose]();
    await this.#watched[Symbol.asyncDispose]();
    if (this.#scenario.otherVolume === true) Deno.removeSync(this.#run.folders.proc, { recursive: true });
  }
}

/** The tags hold the sidecar's text once at least; an image without them has some hundred bytes beside its pixels. */
const SIDECAR_BYTES_MIN = 600;

/** One of them meets the call that fails. */
const RETRIES_MAX = 3;
/** One that fails is not retried by itself. */
const RETRY_S_MAX = 2;

/** For a table: scenario, fault, how the frame ended, seconds, what was said first. */
export function outcomeLine({ scenario, fault, end, begin_ms, end_ms, said }: CallOutcome): string {
  return [scenario, textOf(fault), end, ((end_ms - begin_ms) / 1000).toFixed(2), said[0] ?? ""].join("\t");
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "a frame", shot: (number) => ({ ...named("P", number), overflow: "empty" }) },
  { name: "a dark", shot: (number) => named("P", number, ".dark.tif"), only: /discard/ },
  {
    name: "a name that is taken",
    shot: (number) => ({ number, folder: "", image: "R.tif" }),
    only: /claim\.json|proc/,
  },
  {
    name: "an image that cannot be read",
    shot: (number) => ({ ...named("P", number), unreadable: true }),
    more: "sidecar_wait_s = 0.2", // so long it is given
    only: /reason|quarantine/,
  },
  {
    name: "a master of a series",
    shot: (number) => named("P", number),
    more: "[nexus]\nseries = true",
    only: /series|master/,
  },
  {
    name: "a sidecar and an overflow list that come late",
    shot: (number) => ({ ...named("P", number), overflow: "one pixel", late: true }),
    more: "sidecar_wait_s = 0.2", // so long the image is given
    only: /\.late|(metadata|overflow)$/,
  },
  {
    name: "a dark by its name alone",
    shot: (number) => ({ ...named("P", number, ".dark.tif"), dark: false, darkByName: true }),
    more: "sidecar_wait_s = 0.2",
    only: /dark\//,
  },
  {
    name: "a frame that is retried",
    shot: (number) => ({ ...named("P", number), unreadable: true }),
    more: "sidecar_wait_s = 0.2",
    only: /claiming.*parameters|unlink\S* output\/pewatch-quarantine|rename\S* \S*claiming\S*\/P/,
    retried: true,
  },
  {
    name: "a geometry beside each frame",
    shot: (number) => named("P", number),
    geometry: "frame",
    only: /\.(poni|imctrl)|-[01]\.part/,
  },
  { name: "a geometry for the folder", shot: (number) => named("P", number), geometry: "folder", only: /geometry/ },
  { name: "two workers", shot: (number) => named("P", number), maxProc: 2, only: /output/ },
  { name: "two volumes", shot: (number) => named("P", number), otherVolume: true, only: /other volume/ },
];

function named(prefix: string, number: number, ending = ".tif"): Shot {
  const digits = String(number).padStart(5, "0");
  return { number, folder: `s${digits}`, image: `${prefix}-${digits}${ending}`, dark: ending !== ".tif" };
}
