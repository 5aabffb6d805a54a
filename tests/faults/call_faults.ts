/** Fails every call by which the daemon changes files, one after the other, each on the way of a frame of its own. */
import { join } from "node:path";
import type { Request } from "../../src/daemon/requests/request_files.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { askDaemon, NoDaemonError } from "../../src/daemon/requests/ask_daemon.ts";
import {
  type CallSite,
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

/** A daemon, and the kinds of frames that pass it one after the other. */
export interface Group {
  readonly scenarios: readonly Scenario[];
  readonly more?: string;
  readonly maxProc?: number;
  /** Whether claims are on another volume than raw. */
  readonly otherVolume?: boolean;
  readonly geometry?: GeometryBeside;
  /** Whether each frame's value has a name of its own, which can be removed. */
  readonly values?: "each";
}

/** A kind of frame, and so a way through the calls. */
export interface Scenario {
  readonly name: string;
  readonly shot: (number: number) => Shot;
  /** Of all sites those that are new beside other scenarios. */
  readonly only?: RegExp;
  /** Whether a person puts the frame right in the quarantine, and has it retried. */
  readonly retried?: boolean;
  /** Where the daemon is also killed in place of calls: the usual run takes one of so many, others each time. */
  readonly killEvery?: number;
}

/** The calls of one kind of frame, failed or killed. */
export interface CallReport {
  readonly what: string;
  /** How many faults a frame came by. */
  readonly reached: number;
  /** Sites that no frame came by any more when they were to fail. */
  readonly notReached: readonly PlannedFault[];
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

/** @param isLong whether each call fails in every way, and the daemon is killed in place of each */
export async function callFaults(
  group: Group,
  { isLong, seed }: { isLong: boolean; seed: number },
): Promise<{ reports: CallReport[]; problems: readonly string[] }> {
  await using session = await Session.start(group);
  const reports: CallReport[] = [];
  for (const scenario of group.scenarios) {
    const { name, only, killEvery } = scenario;
    const sites = (await session.sites(scenario)).filter(({ call, path }) => only?.test(`${call} ${path}`) ?? true);
    reports.push(await session.failAll(name, faultsFor(sites, isLong ? "every" : "each")));
    if (killEvery === undefined) continue;
    const chosen = sites.filter((_site, index) => isLong || index % killEvery === seed % killEvery);
    reports.push(await session.failAll(`${name}, killed`, faultsFor(chosen, "kill")));
  }
  return { reports, problems: await session.problems() };
}

class Session implements AsyncDisposable {
  readonly #group: Group;
  #scenario: Scenario;
  readonly #run: FaultRun;
  readonly #roots: readonly Root[];
  readonly #watched: WatchedCalls;
  readonly #writer: FrameWriter;
  readonly #problems: string[] = [];
  #number = 0;
  /** Whether a frame is not delivered, not even after a restart. */
  #isStuck = false;

  private constructor(group: Group) {
    const { more = "", maxProc = 1, otherVolume = false, geometry = null, values = "one" } = group;
    this.#group = group;
    this.#scenario = group.scenarios[0]!;
    const elsewhere = otherVolume ? { proc: Deno.makeTempDirSync({ prefix: "pewatch-faults-" }) } : {};
    this.#run = new FaultRun({
      more: `[frames]\nsettle_s = 0.05\n${more}`,
      maxProc,
      elsewhere,
      geometry,
      values,
    });
    const { base, folders } = this.#run;
    this.#roots = otherVolume ? [[`${folders.proc}/`, "(other volume)/"], [`${base}/`, ""]] : [[`${base}/`, ""]];
    this.#watched = new WatchedCalls(base, { folders: [base, folders.proc], keepData: false });
    this.#writer = new FrameWriter(folders.raw, { side: SIDE, random: new Random(6) }); // any number
  }

  static async start(group: Group): Promise<Session> {
    const session = new Session(group);
    await session.#start();
    session.#run.watch.start();
    return session;
  }

  async #start(): Promise<void> {
    const started = this.#run.start(this.#watched.around(SOURCES));
    await this.#watched.attached();
    await started;
  }

  /**
   * All calls of a frame's way, from frames that nothing happens to; the first of them meet a daemon that starts, or has
   * not seen their kind. From then on frames are of this kind.
   */
  async sites(scenario: Scenario): Promise<SharedSite[]> {
    this.#scenario = scenario;
    const frames: CallSite[][] = [];
    for (let count = 1; count <= FRAMES_FIRST + FRAMES_RECORDED; count++) {
      const from = await this.#watched.toldUpTo();
      const frame = await this.#expose();
      const end = await this.#settle();
      if (end !== null) throw new Error(`a frame that nothing happened to: ${end}`);
      this.#leaveRaw(frame);
      await this.#watched.toldUpTo();
      if (count > FRAMES_FIRST) frames.push(sitesOf(this.#watched.calls.slice(from), this.#roots));
    }
    return unionOf(frames);
  }

  /** A frame for each of the faults, more where the call is not met. */
  async failAll(what: string, faults: readonly PlannedFault[]): Promise<CallReport> {
    console.log(`${what}: ${faults.length} faults`);
    const notReached: PlannedFault[] = [];
    let reached = 0;
    for (const fault of faults) {
      if (this.#isStuck) break; // whatever follows would wait for the same
      const frames = fault.site.inAll ? FRAMES_A_FAULT : 1;
      let isReached = await this.#fail(fault);
      for (let frame = 2; !isReached && frame <= frames; frame++) isReached = await this.#fail(fault);
      if (isReached) reached++;
      else notReached.push(fault);
    }
    return { what, reached, notReached };
  }

  /** @returns whether a call of the frame fitted */
  async #fail(fault: PlannedFault): Promise<boolean> {
    await this.#watched.fail(ruleFor(fault, this.#roots));
    const from = this.#watched.calls.length;
    const frame = await this.#expose();
    if (fault.harm === "KILL") await this.#killed(from);
    const stuck = await this.#settle();
    if (stuck === null) this.#leaveRaw(frame);
    await this.#watched.clear();
    const problem = stuck ?? this.#lackOf(frame);
    if (problem !== null) this.#problems.push(`${nameOf(frame)}: ${problem}, after ${textOf(fault)}`);
    return this.#watched.calls.slice(from).some((call) => call.harm !== "");
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

  /** Its folder is empty, and would be looked into again and again by the daemon and by who waits for the next frame. */
  #leaveRaw({ folder }: LedgerFrame): void {
    if (folder !== "") Deno.removeSync(join(this.#run.folders.raw, folder));
  }

  /** What the frame was measured with is forgotten everywhere but in the quarantine before it is retried. */
  async #retry(frame: LedgerFrame): Promise<LedgerFrame> {
    const { folders, configuration, watch } = this.#run;
    await this.#run.settled(SETTLE_S_MAX);
    if (this.#run.daemon.ended !== null) {
      await this.#restart();
      await this.#run.settled(SETTLE_S_MAX);
    }
    const image = [QUARANTINE, frame.folder, frame.image].join("/");
    const path = join(folders.output, image);
    watch.look();
    const mended = this.#writer.mend(frame, path);
    this.#run.mended(frame, mended, image);
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
      // What watches its calls ends a moment after it.
      const isOver = () => this.#run.daemon.ended !== null;
      if (!(error instanceof NoDaemonError) || !await this.#run.waitFor(isOver, END_S_MAX)) throw error;
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
    this.#isStuck = !await this.#run.settled(SETTLE_S_MAX);
    const after = this.#isStuck ? "stays in progress" : "went on after a restart";
    return `${ended === null ? `waited ${SETTLE_S_MAX} s` : `the daemon ended with code ${ended.code}`}, ${after}`;
  }

  /** What a frame lacks, or null. The judgement of all frames comes at the end; this one names the fault. */
  #lackOf(frame: LedgerFrame): string | null {
    const { watch, folders } = this.#run;
    watch.look();
    if (frame.unreadable) return watch.quarantined.has(frame.pixels) ? null : "not in quarantine";
    if (frame.dark) return null;
    const image = [...watch.images].find(([, pixels]) => pixels === frame.pixels)?.[0];
    if (image === undefined) return "not delivered";
    if (!watch.seen.has(image.replace(/\.tif$/, ".nxs"))) return "not with its NeXus file";
    if (frame.late || frame.darkByName) return null;
    const path = `${folders.output}/${image}`;
    const untagged = Deno.statSync(path).size < imagePixels(path).length + SIDECAR_BYTES_MIN;
    return untagged ? "not with its tags" : null;
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
    if (this.#group.otherVolume === true) Deno.removeSync(this.#run.folders.proc, { recursive: true });
  }
}

/** The tags hold the sidecar's text once at least; an image without them has some hundred bytes beside its pixels. */
const SIDECAR_BYTES_MIN = 600;

/** One of them meets the call that fails. */
const RETRIES_MAX = 3;
const END_S_MAX = 30;
/** One that fails is not retried by itself. */
const RETRY_S_MAX = 2;

export const GROUPS: readonly Group[] = [
  {
    scenarios: [
      { name: "a frame", shot: (number) => ({ ...named("P", number), overflow: "empty" }), killEvery: 8 },
      { name: "a dark", shot: (number) => named("P", number, ".dark.tif"), only: /discard/ },
      {
        name: "a name that is taken",
        shot: (number) => ({ number, folder: "", image: "R.tif" }),
        only: /claim\.json|proc/,
      },
    ],
  },
  {
    more: "sidecar_wait_s = 0.2", // so long an image is given
    scenarios: [
      {
        name: "an image that cannot be read",
        shot: (number) => ({ ...named("P", number), unreadable: true }),
        only: /reason|quarantine/,
      },
      {
        name: "a sidecar and an overflow list that come late",
        shot: (number) => ({ ...named("P", number), overflow: "one pixel", late: true }),
        only: /\.late|(metadata|overflow)$/,
        killEvery: 5,
      },
      {
        name: "a dark by its name alone",
        shot: (number) => ({ ...named("P", number, ".dark.tif"), dark: false, darkByName: true }),
        only: /dark\//,
      },
    ],
  },
  {
    more: "sidecar_wait_s = 0.2",
    values: "each",
    scenarios: [{
      name: "a frame that is retried",
      shot: (number) => ({ ...named("P", number), unreadable: true }),
      only: /claiming.*parameters|unlink\S* output\/pewatch-quarantine|rename\S* \S*claiming\S*\/P/,
      retried: true,
      killEvery: 5,
    }],
  },
  { more: "[nexus]\nseries = true", scenarios: [plain("a master of a series", /series|master/)] },
  { geometry: "frame", scenarios: [plain("a geometry beside each frame", /\.(poni|imctrl)|-[01]\.part/)] },
  { geometry: "folder", scenarios: [plain("a geometry for the folder", /geometry/)] },
  { maxProc: 2, scenarios: [plain("two workers", /output/)] },
  { otherVolume: true, scenarios: [plain("two volumes", /other volume/)] },
];

/** An ordinary frame. */
function plain(name: string, only: RegExp): Scenario {
  return { name, shot: (number) => named("P", number), only };
}

function named(prefix: string, number: number, ending = ".tif"): Shot {
  const digits = String(number).padStart(5, "0");
  return { number, folder: `s${digits}`, image: `${prefix}-${digits}${ending}`, dark: ending !== ".tif" };
}
