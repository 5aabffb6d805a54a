/** The first stage: finds frames in raw that are whole, treats darks by the policy, claims the rest. */
import { join } from "node:path";
import { removeFolder } from "../../files/durable.ts";
import { isHeldOpen, mayBeHeldOpen, messageOf, reasonOf } from "../../files/errors.ts";
import { fileExists } from "../../files/listing.ts";
import { LedgerError } from "../../ledger/error.ts";
import { reportForeignTo } from "../../files/plain_file.ts";
import { assess, type Ready } from "./assess.ts";
import { asFarAsReadable, listClaims, listUnfinished, newClaimId, resumeClaim } from "../claim/claim.ts";
import type { KeptFrame } from "../claim/kept_frame.ts";
import type { Reporter } from "../events.ts";
import { HeldOpen } from "../held_open.ts";
import { frameOf } from "../claim/record.ts";
import { LateCompanions } from "./late_companions.ts";
import { type Claim, QuarantineRetry } from "./quarantine_retry.ts";
import { allOf } from "../claim/draining_folders.ts";
import { reportLacks } from "../report_lacks.ts";
import { LookOrder } from "./look_order.ts";
import type { Candidate } from "./sort_names.ts";
import { eventTurns } from "../rounds.ts";
import type { FrameFolders, StageOptions } from "../stage.ts";
import { UnclaimedReport } from "./unclaimed.ts";
import { Watch } from "./watch.ts";
import { CLAIMING_PREFIX, DISCARD_PREFIX } from "../../files/service_names.ts";
import { claimReady, removeDark } from "./claim_ready.ts";
import { drainingInRaw, scanAll } from "./scan_all.ts";

/**
 * Frames that may be between raw and the output at once. Where the output is away, the others wait in raw as QXRD
 * wrote them, where any program can read them; and the lists that each firing reads stay short.
 */
const CLAIMS_MAX = 500;

/** So many of them at most from a crowd's frames that are not new: a new one overtakes those in raw, but not these. */
const CLAIMS_OF_CROWD_MAX = 60;

/**
 * A scan that found nothing to take is followed by a pause of so many times its own length, within limits: a hundred
 * thousand files that wait for the output cost a tenth of a core, and a new frame is still found soon.
 */
const PAUSE_PER_SCAN = 9;
const PAUSE_MS_MAX = 1000;
/** A scan this short may be done at each tick. */
const SCAN_SHORT_MS = 50;

/** Shorter pauses are not worth another look. */
const SETTLE_LOOK_MS = 20;

export class PrepareRaw {
  readonly #watch = new Watch();
  readonly #held = new HeldOpen("raw");
  readonly #retry = new QuarantineRetry();
  readonly #unclaimed = new UnclaimedReport();
  readonly #order = new LookOrder();
  readonly #late: LateCompanions;
  readonly #refused = new Map<string, string>();
  readonly #now_ms: () => number;
  #nextScan_ms = -Infinity;
  /** When the first of the frames that were just written will be ready; Infinity where there is none. */
  #settled_ms = Infinity;

  /** @param now_ms a monotonic clock, by which pauses and waits for late files end */
  constructor(now_ms: () => number = () => performance.now()) {
    this.#now_ms = now_ms;
    this.#late = new LateCompanions(now_ms);
  }

  /** One firing. */
  async work(options: StageOptions): Promise<void> {
    try {
      await this.#work(options);
      if (await this.#settles(options)) await this.#work(options);
    } finally {
      reportLacks(options);
    }
  }

  /** A frame that has just been written is taken when `settle_s` is over, not at the tick behind that. */
  async #settles({ signal, nextTick_ms = -Infinity }: StageOptions): Promise<boolean> {
    const pause_ms = Math.max(SETTLE_LOOK_MS, this.#settled_ms - performance.now());
    if (performance.now() + pause_ms + SETTLE_LOOK_MS >= nextTick_ms) return false;
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    return !signal.aborted;
  }

  async #work(options: StageOptions): Promise<void> {
    const { folders, reporter, signal } = options;
    reportForeignTo(reporter.log);
    await this.#resume(options);
    if (this.#now_ms() < this.#nextScan_ms) return;
    const begun_ms = performance.now();
    this.#settled_ms = Infinity;
    this.#watch.beginListing();
    const scan = scanAll(options);
    const taken = new Set<Candidate>();
    const inProgress = countClaims(folders);
    const room = CLAIMS_MAX - inProgress;
    const letEventsIn = eventTurns();
    let claimed = 0, stuck = false;
    const takeAll = async (candidates: Iterable<Candidate>, room: number) => {
      if (room <= 0) return;
      for (const candidate of candidates) {
        await letEventsIn();
        if (signal.aborted || stuck) return;
        const outcome = await this.#treat(candidate, options);
        stuck ||= outcome === "stuck";
        if (outcome !== "claimed" && outcome !== "removed") continue;
        taken.add(candidate);
        if (outcome === "claimed" && ++claimed >= room) return;
      }
    };
    const { first, others } = this.#order.looks(scan.candidates, scan.serial);
    await takeAll(first, room);
    // Without ticks nobody measures now.
    const roomForOthers = options.nextTick_ms === undefined ? room : CLAIMS_OF_CROWD_MAX - inProgress;
    await takeAll(others, Math.min(room, roomForOthers));
    if (this.#order.roundIsOver) {
      this.#watch.endRound();
      this.#held.endRound(reporter);
    }
    const scan_ms = performance.now() - begun_ms;
    // The tries at a file that is held open take time too, and are no reason to look less often; nor may a frame wait
    // longer than it takes to settle.
    const mayPause = this.#held.count === 0 && this.#settled_ms === Infinity;
    const idle = taken.size === 0 && scan_ms > SCAN_SHORT_MS && mayPause;
    this.#nextScan_ms = this.#now_ms() + (idle ? Math.min(PAUSE_MS_MAX, PAUSE_PER_SCAN * scan_ms) : 0);
    const claim: Claim = (candidate, verdict, kept) => this.#claim(candidate, { verdict, options, kept });
    await this.#retry.work(options, { inProgress, claim });
    const waits = (candidate: Candidate) => !taken.has(candidate);
    const left = drainingInRaw(scan, { folders, waits });
    const raw = scan.candidates.length - taken.size;
    const { stays, others: more } = await this.#late.work(scan.companions, options);
    const counts = this.#unclaimed.report(new Map([...scan.unclaimed, ["companion", stays]]), reporter);
    const unclaimed = more === 0 ? counts : { ...counts, companion: stays.length + more };
    reporter.backlog(scan.read.has(folders.raw) ? { raw, left, unclaimed } : { left });
  }

  async #claim(
    candidate: Candidate,
    claim: { verdict: Ready; options: StageOptions; kept?: KeptFrame | null },
  ): Promise<"claimed" | "removed"> {
    const { outcome, record } = await claimReady(candidate, claim);
    this.#late.sentTo(record.destination);
    return outcome;
  }

  /** Goes on with what a crash left, before anything new is claimed. */
  async #resume(options: StageOptions): Promise<void> {
    for (const temp of allOf(options.folders, "temp")) await this.#resumeIn(temp, options);
  }

  async #resumeIn(temp: string, options: StageOptions): Promise<void> {
    const { folders, reporter } = options;
    for (const name of asFarAsReadable(() => listUnfinished(temp, CLAIMING_PREFIX))) {
      try {
        const record = await resumeClaim(name, { folders, temp });
        if (record !== null) reporter.log.info(`${frameOf(record)}: continued after a restart`);
        this.#refused.delete(name);
      } catch (error) {
        if (mayBeHeldOpen(error)) this.#held.add(name, { frame: join(temp, name), error });
        else {
          const text = `claim ${join(temp, name)} cannot be continued: ${messageOf(error)}`;
          this.#warnOnce(name, { text, reporter });
        }
      }
    }
    for (const name of asFarAsReadable(() => listUnfinished(temp, DISCARD_PREFIX))) {
      const path = join(temp, name);
      try {
        await removeDark(path, options);
      } catch (error) {
        // The daemon's own condition says what is wrong with the ledger.
        if (error instanceof LedgerError) return;
        if (mayBeHeldOpen(error)) this.#held.add(name, { frame: path, error });
        else this.#warnOnce(name, { text: `${path} cannot be removed: ${messageOf(error)}`, reporter });
      }
    }
  }

  async #treat(candidate: Candidate, options: StageOptions): Promise<"claimed" | "removed" | "waiting" | "stuck"> {
    const { settings, reporter } = options;
    const frame = frameOf(candidate);
    try {
      const verdict = assess(candidate, this.#watch, settings.frames);
      if (verdict.state === "waiting") {
        const settled_ms = performance.now() + 1000 * (verdict.in_s ?? Infinity);
        this.#settled_ms = Math.min(this.#settled_ms, settled_ms);
        return "waiting";
      }
      const outcome = await this.#claim(candidate, { verdict, options });
      this.#refused.delete(frame);
      reporter.condition({ key: "temp", message: null });
      return outcome;
    } catch (error) {
      // A dark that waits for its line: the next firing goes on with its removal.
      if (error instanceof LedgerError) return "removed";
      // Its files are in the claim, whose folder cannot be renamed while one of them is open: the next firing goes on.
      const isTaken = mayBeHeldOpen(error) && !fileExists(join(candidate.path, candidate.image));
      if (isHeldOpen(error) || isTaken) {
        this.#held.add(frame, { frame, error });
        return "waiting";
      }
      const text = `${frame}: cannot be claimed: ${reasonOf(error)}; it stays in the raw folder`;
      // The temp folder itself is at fault where no claim can be made: then the other frames need not be tried.
      const stuck = !canMakeClaims(options.folders.temp);
      const { temp } = options.folders;
      if (stuck) {
        reporter.condition({
          key: "temp",
          message: `no frame can be moved to the temp folder ${temp}: ${reasonOf(error)}`,
        });
      } else this.#warnOnce(frame, { text, reporter });
      return stuck ? "stuck" : "waiting";
    }
  }

  #warnOnce(key: string, message: { text: string; reporter: Reporter }): void {
    if (this.#refused.get(key) === message.text) return;
    if (this.#refused.size > REMEMBERED_MAX) this.#refused.clear();
    this.#refused.set(key, message.text);
    message.reporter.log.warn(message.text);
  }
}

/** Messages are repeated after so many others rather than remembered for ever. */
const REMEMBERED_MAX = 10_000;

function countClaims(folders: FrameFolders): number {
  return [...allOf(folders, "temp"), ...allOf(folders, "proc")]
    .flatMap((folder) => asFarAsReadable(() => listClaims(folder)))
    .length;
}

function canMakeClaims(temp: string): boolean {
  const probe = join(temp, CLAIMING_PREFIX + newClaimId(temp));
  try {
    Deno.mkdirSync(probe);
    removeFolder(probe);
    return true;
  } catch {
    return false;
  }
}
