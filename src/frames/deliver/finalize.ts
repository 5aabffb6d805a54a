/** The third stage: delivers the claims that wait in proc, several at once. */
import { join } from "node:path";
import { messageOf } from "../../files/errors.ts";
import { LedgerError } from "../../ledger/error.ts";
import { reportForeignTo } from "../../files/plain_file.ts";
import { findClaims, type FoundClaim, openClaim } from "../claim/claim.ts";
import { finishMovesAcross, moveClaim } from "../claim/move_claim.ts";
import { deliverClaim } from "./deliver.ts";
import { DeliveryFaults, type DeliveryOutcome, mergeAgain, type WaitingClaim } from "./delivery_faults.ts";
import { type Delivery, FileTimes } from "./delivery.ts";
import { deliverInLanes } from "./delivery_lanes.ts";
import { DeliveryPool } from "./delivery_pool.ts";
import { outputFault, StemChooser } from "./destination.ts";
import { KeptSets } from "./kept_sets.ts";
import { PartSweep } from "./part_sweep.ts";
import { reportDraining } from "../claim/draining_folders.ts";
import { stemOf } from "../claim/names.ts";
import { reportLacks } from "../report_lacks.ts";
import { type RoundLimits, Rounds } from "../rounds.ts";
import { frameOf } from "../claim/record.ts";
import type { FrameFolders, StageOptions } from "../stage.ts";

/** How often the output is looked at while no frame needs it: it may be a share, which each look asks. */
const IDLE_LOOK_MS = 1000;
/** How often it is reported what waits, while deliveries take long: those to a slow share, or of compressed images. */
const REPORT_MS = 1000;
interface Firing {
  /** Claims that were found. */
  tried: number;
  /** Claims that stay, as far as is known. */
  left: number;
  /** Whether the output takes nothing more. */
  stopped: boolean;
}

type MoreClaims = () => Promise<readonly WaitingClaim[]>;

export class Finalize implements Disposable {
  readonly #pool = new DeliveryPool();
  readonly #stems = new StemChooser();
  readonly #times = new FileTimes();
  readonly #faults = new DeliveryFaults();
  readonly #rounds: Rounds;
  readonly #kept = new KeptSets();
  readonly #parts = new PartSweep();

  #looked_ms = -Infinity;
  #reported_ms = -Infinity;
  #idleFault: string | null = null;
  /** The last order to try the quarantine again, and what waits with a fault. */
  #order: number | undefined;

  /** @param now_ms a monotonic clock, for tests */
  constructor(now_ms?: () => number) {
    this.#rounds = new Rounds(now_ms);
  }

  /** One firing: delivers what waits, oldest first, until done, stopped, or the output is full. */
  async work(options: StageOptions): Promise<void> {
    const { reporter } = options;
    reportForeignTo(reporter.log);
    const tried = new Set<string>();
    this.#times.log = reporter.log;
    if (options.folders.retry?.id !== this.#order) this.#faults.retries.hurry();
    this.#order = options.folders.retry?.id;
    const firing: Firing = { tried: 0, left: 0, stopped: false };
    tryToFinishMoves(options);
    const collect = async () => {
      const waiting = await this.#collect({ tried, firing }, options);
      firing.left += waiting?.length ?? 0;
      firing.tried += waiting?.length ?? 0;
      return waiting;
    };
    let isReadable = true;
    await this.#rounds.work(options, async ({ mayGoOn, mayBegin }) => {
      if (firing.stopped) return false;
      const waiting = await collect();
      isReadable = waiting !== null;
      if (waiting === null || waiting.length === 0) return false;
      if (!await canWriteReceipts(options)) {
        firing.stopped = true;
        return false;
      }
      const more = async () => mayGoOn() ? await collect() ?? [] : [];
      await this.#deliverAll(waiting, { firing, more, mayBegin }, options);
      reporter.backlog({ proc: firing.left });
      return true;
    });
    reportLacks(options);
    await this.#kept.work(options);
    if (!isReadable) return;
    if (!firing.stopped) this.#sweepParts(options);
    if (!firing.stopped) reporter.condition({ key: "output", message: this.#faultWhileIdle(firing, options) });
    this.#faults.held.endRound(reporter);
    reporter.backlog({ proc: firing.left });
    reportDraining("proc", options);
  }

  /** Also where no frame has come yet: what a killed program left is there from the start. */
  #sweepParts({ folders }: StageOptions): void {
    for (const dir of ["", folders.outputDir]) this.#parts.writesTo(join(folders.outputRoot, dir));
    this.#parts.work(folders);
  }

  /**
   * Why the output would take nothing, also where no frame needs it yet: who watches the state learns it before the
   * measurement begins. Null where it is there, and after a firing that delivered.
   */
  #faultWhileIdle({ tried }: Firing, { folders }: StageOptions): string | null {
    const now_ms = performance.now();
    if (tried > 0) this.#idleFault = null;
    else if (now_ms - this.#looked_ms >= IDLE_LOOK_MS) {
      this.#idleFault = faultOfRoot(folders);
      this.#looked_ms = performance.now();
    }
    return this.#idleFault;
  }

  async #deliverAll(
    waiting: readonly WaitingClaim[],
    { firing, more, mayBegin }: { firing: Firing; more: MoreClaims; mayBegin: RoundLimits["mayBegin"] },
    options: StageOptions,
  ): Promise<void> {
    const { folders, settings, signal } = options;
    const workers = Math.max(1, Math.min(options.maxProc, navigator.hardwareConcurrency));
    const delivery: Delivery = {
      folders,
      settings,
      pool: this.#pool,
      stems: this.#stems,
      times: this.#times,
      parts: this.#parts,
      log: options.reporter.log,
      ledger: options.ledger,
      workers: 0,
    };
    // A worker takes longer to start than a single frame to be copied here.
    let several = waiting.length > 1, isFirst = true;
    await deliverInLanes(waiting, {
      // Two for each worker, so that each has work while this thread names what was copied and removes its source.
      lanes: workers === 1 ? 1 : 2 * workers,
      keyOf: wantedNames,
      deliver: async (claim) => {
        if (signal.aborted || !isFirst && !mayBegin()) return false;
        isFirst = false;
        const copying = several && workers > 1 ? workers : 0;
        const outcome = await this.#deliver(claim, { ...delivery, workers: copying }, options);
        if (outcome === "stop") firing.stopped = true;
        if (outcome === "gone") firing.left--;
        this.#reportWaiting(options);
        return !firing.stopped;
      },
      more: async () => {
        const claims = await more();
        several ||= claims.length > 0;
        return claims;
      },
    });
  }

  /** Counted anew: what comes during a firing is not among its claims until a lane is free. */
  #reportWaiting({ folders, reporter }: StageOptions): void {
    const now_ms = performance.now();
    if (now_ms - this.#reported_ms < REPORT_MS) return;
    this.#reported_ms = now_ms;
    try {
      reporter.backlog({ proc: findClaims(folders, "proc").length });
    } catch {
      // That the folder cannot be read is reported by who collects from it.
    }
  }

  /** What waits and is not among those tried, which it then is; null where the folder cannot be read. */
  async #collect(
    { tried, firing }: { tried: Set<string>; firing: Firing },
    options: StageOptions,
  ): Promise<WaitingClaim[] | null> {
    const { folders, reporter } = options;
    let claims: FoundClaim[];
    try {
      claims = findClaims(folders, "proc").filter(({ id }) => !tried.has(id));
      reporter.condition({ key: "proc", message: null });
    } catch (error) {
      reporter.condition({ key: "proc", message: `the proc folder cannot be read: ${messageOf(error)}` });
      return null;
    }
    // Before anything is waited for: another lane may look meanwhile.
    for (const { id } of claims) tried.add(id);
    const waiting: WaitingClaim[] = [];
    for (const { id, folder } of claims) {
      if (!this.#faults.retries.isDue(id)) {
        firing.left++;
        continue;
      }
      const path = join(folder, id);
      try {
        const record = await openClaim(path, folders);
        if (record !== null) waiting.push({ id, folder, path, record });
      } catch (error) {
        const message = `claim ${path} cannot be delivered: ${messageOf(error)}; it stays there`;
        reporter.condition({ key: `claim ${id}`, message });
      }
    }
    return waiting;
  }

  async #deliver(claim: WaitingClaim, delivery: Delivery, options: StageOptions): Promise<DeliveryOutcome> {
    const { reporter, folders } = options;
    const { record, id, path, folder } = claim;
    try {
      if (record.merge === null) {
        // A stop came between the record of a new name and the return to the merge, below.
        await moveClaim(id, { from: folder, to: folders.temp });
        return "gone";
      }
      const outcome = await deliverClaim(claim, { ...delivery, failures: this.#faults.retries.count(id) });
      this.#faults.retries.forget(id);
      reporter.condition({ key: `claim ${id}`, message: null });
      if (outcome.type === "renamed") {
        const name = outcome.record.deliverAs;
        await mergeAgain(claim, outcome.record, options);
        reporter.log.info(
          `${frameOf(record)}: this name exists in the output with other content; delivered as ${name}`,
        );
      } else if (outcome.type === "quarantined") {
        const { folder, reason, sequence } = outcome;
        const cause = record.undeliverable === true ? "undeliverable" : "unreadable";
        reporter.event({ type: "quarantined", frame: frameOf(record), folder, reason, cause, sequence });
      } else {
        if (outcome.again) reporter.log.info(`${frameOf(record)}: already in the output with the same content`);
        reporter.event({ ...outcome, frame: frameOf(record), dark: record.dark });
      }
      return "gone";
    } catch (error) {
      try {
        return await this.#faults.handle(claim, error, options);
      } catch (second) {
        // Its record cannot be read or written either; the other frames are not held up by that.
        reporter.condition({
          key: `claim ${id}`,
          message: `${frameOf(record)} waits in ${path}: ${messageOf(second)}`,
        });
        return "stays";
      }
    }
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}

/** Why the output cannot be used, without a file being written; null where it is there. */
function faultOfRoot(folders: FrameFolders): string | null {
  const root = folders.outputRoot;
  try {
    const fault = outputFault(root, folders);
    return fault === null ? null : `${fault}; frames wait until it is back`;
  } catch (error) {
    return `the output folder ${root} cannot be read: ${messageOf(error)}; frames wait until it can`;
  }
}

/** Without a receipt nothing is delivered, so nothing is copied either. */
async function canWriteReceipts({ ledger }: StageOptions): Promise<boolean> {
  try {
    await ledger?.check();
    return true;
  } catch (error) {
    if (error instanceof LedgerError) return false;
    throw error;
  }
}

/** Of claims that went back to the merge under another name. */
function tryToFinishMoves({ folders, reporter }: StageOptions): void {
  try {
    const stuck = finishMovesAcross(folders, { from: "proc", to: "temp" });
    reporter.condition({ key: "moves to temp", message: stuck[0] ?? null });
  } catch {
    // the stage of the temp folder reports that it is gone
  }
}

/** Claims that want the same names go one after the other; everything else may go side by side. */
function wantedNames({ record }: WaitingClaim): string {
  const { destination, folder, image } = record;
  return [destination.root, destination.dir, folder, stemOf(image)].join("/").toLowerCase();
}
