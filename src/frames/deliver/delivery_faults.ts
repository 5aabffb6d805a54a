/** What becomes of a claim that could not be delivered: whether it waits, goes back to the merge, or to quarantine. */
import { VerificationError } from "../../files/copy/target_writers.ts";
import { isAboutName, isFull, isHeldOpen, messageOf, reasonOf } from "../../files/errors.ts";
import { LinkInPathError } from "../../files/listing.ts";
import { LedgerError } from "../../ledger/error.ts";
import { writeProbe } from "../../files/probe.ts";
import type { FoundClaim } from "../claim/claim.ts";
import { moveClaim } from "../claim/move_claim.ts";
import { type ClaimRecord, frameOf, writeRecord } from "../claim/record.ts";
import { HeldOpen } from "../held_open.ts";
import { Retries, TRIES_MAX } from "../retries.ts";
import type { StageOptions } from "../stage.ts";
import { FrameFaultError, NexusLostError } from "./deliver.ts";
import { OutputGoneError } from "./destination.ts";

/** What does not pass by itself is tried once more before the frame goes to quarantine. */
const LASTING_TRIES_MAX = 2;
/** So often a NeXus file that is lost before its delivery is made again; then the frame goes without. */
const REMADE_MAX = 3;

export interface WaitingClaim extends FoundClaim {
  readonly path: string;
  readonly record: ClaimRecord;
}

/** Whether the claim has left proc; "stop": the output takes nothing more. */
export type DeliveryOutcome = "gone" | "stays" | "stop";

export class DeliveryFaults {
  readonly retries = new Retries();
  readonly held = new HeldOpen("delivery");

  /** Distinguishes a fault of the output, which holds up all frames, from one of this frame. */
  async handle(claim: WaitingClaim, error: unknown, options: StageOptions): Promise<DeliveryOutcome> {
    const { reporter } = options;
    const { record, id, path } = claim;
    const root = record.destination.root;
    // The daemon's own condition says what is wrong with the ledger.
    if (error instanceof LedgerError) return "stop";
    if (isHeldOpen(error)) {
      // It passes, if it takes hours: no reason for the quarantine.
      this.held.add(id, { frame: frameOf(record), error });
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

  #giveUpOrWait({ record, id, path }: WaitingClaim, error: unknown, { reporter, settings }: StageOptions): void {
    const failures = this.retries.fail(id);
    const triesMax = isLasting(error) ? LASTING_TRIES_MAX : TRIES_MAX;
    const text = `${frameOf(record)} could not be delivered: ${reasonOf(error)}`;
    if (failures >= triesMax && record.quarantine === null && !(error instanceof VerificationError)) {
      const doomed: ClaimRecord = { ...record, quarantine: messageOf(error), undeliverable: true };
      writeRecord(path, doomed, { fsync: settings.frames.fsync });
      this.retries.forget(id);
      reporter.condition({ key: `claim ${id}`, message: null });
      reporter.log.error(`${text}; moving it to quarantine`);
    } else {
      reporter.condition({ key: `claim ${id}`, message: `${text}; it waits in ${path} and is retried` });
    }
  }

  /** The merge makes the NeXus file again; where that does not help, the frame goes without. */
  async #remake(claim: WaitingClaim, error: Error, options: StageOptions): Promise<"gone" | "stays"> {
    const { record, id, path } = claim;
    const { log } = options.reporter;
    if (this.retries.fail(id) < REMADE_MAX) {
      await mergeAgain(claim, { ...record, merge: null, attempts: 0 }, options);
      log.warn(`${frameOf(record)}: ${error.message}; making it again`);
      return "gone";
    }
    const without: ClaimRecord = { ...record, merge: { ...record.merge!, nexus: null } };
    writeRecord(path, without, { fsync: options.settings.frames.fsync });
    this.retries.forget(id);
    log.error(`${frameOf(record)}: ${error.message} repeatedly; delivering without it`);
    return "stays";
  }
}

/** @throws MergeAgainError with the system's error as its cause */
export async function mergeAgain(
  { id, path, folder }: WaitingClaim,
  record: ClaimRecord,
  options: StageOptions,
): Promise<void> {
  try {
    writeRecord(path, record, { fsync: options.settings.frames.fsync });
    await moveClaim(id, { from: folder, to: options.folders.temp });
  } catch (error) {
    throw new MergeAgainError(`it cannot be returned to the merge stage: ${messageOf(error)}`, { cause: error });
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
