/** The third stage: delivers the claims that wait in proc, several at once. */
import { join } from "node:path";
import { VerificationError } from "../../files/copy_spans.ts";
import { isAboutName, isFull, isHeldOpen, messageOf, reasonOf } from "../../files/errors.ts";
import { LinkInPathError } from "../../files/listing.ts";
import { removeProbes, writeProbe } from "../../files/probe.ts";
import { reportForeignTo } from "../../files/plain_file.ts";
import { checkClaim } from "../claim/belief.ts";
import { discardClaim, findClaims, finishMovesAcross, type FoundClaim, isDone, moveClaim } from "../claim/claim.ts";
import { deliverClaim, FrameFaultError, NexusLostError } from "./deliver.ts";
import type { Delivery } from "./delivery.ts";
import { deliverInLanes } from "./delivery_lanes.ts";
import { DeliveryPool } from "./delivery_pool.ts";
import { outputFault, OutputGoneError, StemChooser } from "./destination.ts";
import { FileTimes } from "./file_times.ts";
import { HeldOpen } from "../held_open.ts";
import { reportDraining } from "../claim/draining_folders.ts";
import { stemOf } from "../claim/names.ts";
import { reportLacks } from "../report_lacks.ts";
import { Retries, TRIES_MAX } from "../retries.ts";
import { Rounds } from "../rounds.ts";
import { type ClaimRecord, frameOf, readRecord, writeRecord } from "../claim/record.ts";
import type { FrameFolders, StageOptions } from "../stage.ts";

/** How often the output is looked at while no frame needs it: it may be a share, which each look asks. */
const IDLE_LOOK_MS = 1000;
/** What does not pass by itself is tried once more before the frame goes to quarantine. */
const LASTING_TRIES_MAX = 2;
/** So often a NeXus file that is lost before its delivery is made again; then the frame goes without. */
const REMADE_MAX = 3;

interface Waiting extends FoundClaim {
  readonly path: string;
  readonly record: ClaimRecord;
}

interface Firing {
  /** Claims that were found. */
  tried: number;
  /** Claims that stay, as far as is known. */
  left: number;
  /** Whether the output takes nothing more. */
  stopped: boolean;
}

export class Finalize implements Disposable {
  readonly #pool = new DeliveryPool();
  readonly #stems = new StemChooser();
  readonly #times = new FileTimes();
  readonly #retries = new Retries();
  readonly #held = new HeldOpen("delivery");
  readonly #rounds = new Rounds();

  #begun = false;
  #looked_ms = -Infinity;
  #idleFault: string | null = null;
  /** The last order to try the quarantine again, and what waits with a fault. */
  #order: number | undefined;

  /** One firing: delivers what waits, oldest first, until done, stopped, or the output is full. */
  async work(options: StageOptions): Promise<void> {
    const { reporter } = options;
    reportForeignTo(reporter.log);
    const tried = new Set<string>();
    this.#times.log = reporter.log;
    if (options.folders.retry?.id !== this.#order) this.#retries.hurry();
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
    await this.#rounds.work(options, async (mayGoOn) => {
      if (firing.stopped) return false;
      const waiting = await collect();
      isReadable = waiting !== null;
      if (waiting === null) return false;
      if (!this.#begun) removeProbes(options.folders.outputRoot);
      this.#begun = true;
      if (waiting.length === 0) return false;
      const more = async () => mayGoOn() ? await collect() ?? [] : [];
      await this.#deliverAll(waiting, { firing, more }, options);
      reporter.backlog({ proc: firing.left });
      return true;
    });
    reportLacks(options);
    if (!isReadable) return;
    if (!firing.stopped) reporter.condition({ key: "output", message: this.#faultWhileIdle(firing, options) });
    this.#held.endRound(reporter);
    reporter.backlog({ proc: firing.left });
    reportDraining("proc", options);
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
    waiting: readonly Waiting[],
    { firing, more }: { firing: Firing; more: () => Promise<readonly Waiting[]> },
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
      log: options.reporter.log,
      workers: workers === 1 ? 0 : workers,
    };
    await deliverInLanes(waiting, {
      // Two for each worker, so that none of them waits while this thread names what was copied and removes its source.
      lanes: workers === 1 ? 1 : 2 * workers,
      keyOf: wantedNames,
      deliver: async (claim) => {
        if (signal.aborted) return false;
        const outcome = await this.#deliver(claim, delivery, options);
        if (outcome === "stop") firing.stopped = true;
        if (outcome === "gone") firing.left--;
        return !firing.stopped;
      },
      more,
    });
  }

  /** What waits and is not among those tried, which it then is; null where the folder cannot be read. */
  async #collect(
    { tried, firing }: { tried: Set<string>; firing: Firing },
    options: StageOptions,
  ): Promise<Waiting[] | null> {
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
    const waiting: Waiting[] = [];
    for (const { id, folder } of claims) {
      if (!this.#retries.isDue(id)) {
        firing.left++;
        continue;
      }
      const path = join(folder, id);
      try {
        const record = readRecord(path);
        if (record !== null) {
          checkClaim(path, record, folders);
          waiting.push({ id, folder, path, record });
        } else if (isDone(path)) await discardClaim(path);
        else throw new Error("it has no claim record; move its files back into the raw folder");
      } catch (error) {
        const message = `claim ${path} cannot be delivered: ${messageOf(error)}; it stays there`;
        reporter.condition({ key: `claim ${id}`, message });
      }
    }
    return waiting;
  }

  async #deliver(claim: Waiting, delivery: Delivery, options: StageOptions): Promise<"gone" | "stays" | "stop"> {
    const { reporter, folders } = options;
    const { record, id, path, folder } = claim;
    try {
      if (record.merge === null) {
        // A stop came between the record of a new name and the way back to the merge, below.
        await moveClaim(id, { from: folder, to: folders.temp, record });
        return "gone";
      }
      const outcome = await deliverClaim(claim, { ...delivery, failures: this.#retries.count(id) });
      this.#retries.forget(id);
      reporter.condition({ key: `claim ${id}`, message: null });
      if (outcome.type === "renamed") {
        const name = outcome.record.deliverAs;
        await this.#mergeAgain(claim, outcome.record, options);
        reporter.log.info(
          `${frameOf(record)}: this name exists in the output with other content; delivered as ${name}`,
        );
      } else if (outcome.type === "quarantined") {
        const { folder, reason } = outcome;
        const cause = record.undeliverable === true ? "undeliverable" : "unreadable";
        reporter.event({ type: "quarantined", frame: frameOf(record), folder, reason, cause });
      } else {
        if (outcome.again) reporter.log.info(`${frameOf(record)}: already in the output with the same content`);
        const latency_s = Math.max(0, Date.now() - record.written_ms) / 1000;
        const { files, roles, bytes, again } = outcome;
        const frame = frameOf(record);
        reporter.event({ type: "delivered", frame, files, bytes, latency_s, roles, dark: record.dark, again });
      }
      return "gone";
    } catch (error) {
      try {
        return await this.#failed(claim, error, options);
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

  /** @throws MergeAgainError with the system's error as its cause */
  async #mergeAgain({ id, path, folder }: Waiting, record: ClaimRecord, options: StageOptions): Promise<void> {
    try {
      writeRecord(path, record, { fsync: options.settings.frames.fsync });
      await moveClaim(id, { from: folder, to: options.folders.temp, record });
    } catch (error) {
      throw new MergeAgainError(`it cannot be returned to the merge stage: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Tells a fault of the output, which holds up all frames, from one of this frame. */
  async #failed(claim: Waiting, error: unknown, options: StageOptions): Promise<"gone" | "stays" | "stop"> {
    const { reporter } = options;
    const { record, id, path } = claim;
    const root = record.destination.root;
    if (isHeldOpen(error)) {
      // It passes, if it takes hours: no reason for the quarantine.
      this.#held.add(id, { frame: frameOf(record), error });
      return "stays";
    }
    if (error instanceof MergeAgainError) {
      // The work folders are full or away: the output is not at fault, and other frames give room.
      reporter.condition({ key: `claim ${id}`, message: `${frameOf(record)} waits in ${path}: ${reasonOf(error)}` });
      return "stays";
    }
    if (error instanceof NexusLostError) return await this.#remake(claim, error, options);
    if (error instanceof OutputGoneError) {
      reporter.condition({ key: "output", message: `${messageOf(error)}; frames wait until it is back` });
      return "stop";
    }
    if (isFull(error)) {
      reporter.condition({ key: "output", message: `the output ${root} is full; free space there, frames wait` });
      return "stop";
    }
    const refusal = refusalOf(root);
    if (refusal !== null) {
      reporter.condition({ key: "output", message: `the output ${root} refuses files: ${refusal}; frames wait` });
      return "stop";
    }
    this.#giveUpOrWait(claim, error, options);
    return "stays";
  }

  #giveUpOrWait({ record, id, path }: Waiting, error: unknown, { reporter, settings }: StageOptions): void {
    const failures = this.#retries.fail(id);
    const triesMax = isLasting(error) ? LASTING_TRIES_MAX : TRIES_MAX;
    const text = `${frameOf(record)} could not be delivered: ${reasonOf(error)}`;
    if (failures >= triesMax && record.quarantine === null && !(error instanceof VerificationError)) {
      const doomed: ClaimRecord = { ...record, quarantine: messageOf(error), undeliverable: true };
      writeRecord(path, doomed, { fsync: settings.frames.fsync });
      this.#retries.forget(id);
      reporter.condition({ key: `claim ${id}`, message: null });
      reporter.log.error(`${text}; moving it to quarantine`);
    } else {
      reporter.condition({ key: `claim ${id}`, message: `${text}; it waits in ${path} and is retried` });
    }
  }

  /** The merge makes the NeXus file again; where that does not help, the frame goes without. */
  async #remake(claim: Waiting, error: Error, options: StageOptions): Promise<"gone" | "stays"> {
    const { record, id, path } = claim;
    const { log } = options.reporter;
    if (this.#retries.fail(id) < REMADE_MAX) {
      await this.#mergeAgain(claim, { ...record, merge: null, attempts: 0 }, options);
      log.warn(`${frameOf(record)}: ${error.message}; making it again`);
      return "gone";
    }
    const without: ClaimRecord = { ...record, merge: { ...record.merge!, nexus: null } };
    writeRecord(path, without, { fsync: options.settings.frames.fsync });
    this.#retries.forget(id);
    log.error(`${frameOf(record)}: ${error.message} repeatedly; delivering without it`);
    return "stays";
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

/** A claim that cannot be handed back: a fault of the work folders. */
class MergeAgainError extends Error {
  override readonly name = "MergeAgainError";
}

/** Whether waiting changes nothing: the frame itself is at fault, or its names are, or what stands in their place. */
function isLasting(error: unknown): boolean {
  return error instanceof FrameFaultError || error instanceof LinkInPathError || isAboutName(error);
}

/** Why the output takes no file at all, or null where it does. */
function refusalOf(root: string): string | null {
  try {
    writeProbe(root, "x");
    return null;
  } catch (error) {
    return reasonOf(error); // without the probe's name, which is another one each time
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
function wantedNames({ record }: Waiting): string {
  const { destination, folder, image } = record;
  return [destination.root, destination.dir, folder, stemOf(image)].join("/").toLowerCase();
}
