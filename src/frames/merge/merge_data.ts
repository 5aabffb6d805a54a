/** The second stage: merges each claim in temp and hands it on to proc. */
import { join } from "node:path";
import { isFull, isHeldOpen, mayBeHeldOpen, messageOf, reasonOf } from "../../files/errors.ts";
import { type Logger, Once } from "../../log/logger.ts";
import { reportForeignTo } from "../../files/plain_file.ts";
import { NexusTemplates } from "../../nexus/tree/templates.ts";
import { parametersOfClaim } from "../claim/claim_parameters.ts";
import { beginAttempt, endAttempt } from "../claim/attempts.ts";
import { findClaims, type FoundClaim, openClaim } from "../claim/claim.ts";
import { finishMovesAcross, moveClaim } from "../claim/move_claim.ts";
import { syncFolder } from "../../files/durable.ts";
import { HeldOpen } from "../held_open.ts";
import { ATTEMPTS_MAX, mergeFrame } from "./merge_frame.ts";
import type { MergeClaim, MergeLibraries } from "./merge_work.ts";
import { frameOf, isFromQuarantine, readRecord, writeRecord } from "../claim/record.ts";
import { reportLacks } from "../report_lacks.ts";
import { Retries, TRIES_MAX } from "../retries.ts";
import { CalibrationFile, type CurrentCalibration } from "../../geometry/calibration_file.ts";
import { eventTurns, type RoundLimits, Rounds } from "../rounds.ts";
import { reportDraining } from "../claim/draining_folders.ts";
import type { StageOptions } from "../stage.ts";

/** Windows calls it a missing right when a folder is renamed while a file in it is open elsewhere. */
class ClaimHeldError extends Error {
  override readonly name = "ClaimHeldError";
}

export class MergeData {
  readonly #libraries: MergeLibraries;
  readonly #templates: NexusTemplates;
  readonly #rounds: Rounds;
  /** Claims that cannot be merged or handed on since another program holds a file of them open. */
  readonly #held = new HeldOpen("merge");
  /** What the system refuses to merge, each for so long that it may pass; then it goes on without the part refused. */
  readonly #refusals = new Retries();
  readonly #calibration = new CalibrationFile();
  /** Notes that hold for many frames are logged with the first of them. */
  readonly #notes = new Once();
  /**
   * Claims whose merge has begun and not ended, each with its number of attempts. What failed without ending the process (a full volume) and is tried
   * again is no further attempt. At most as many as there are claims.
   */
  readonly #begun = new Map<string, number>();
  /** The last order to try again what waits with a fault. */
  #order: number | undefined;

  #log: Logger | undefined;

  /** @param now_ms a monotonic clock, for tests */
  constructor(libraries: MergeLibraries, now_ms?: () => number) {
    this.#libraries = libraries;
    this.#rounds = new Rounds(now_ms);
    this.#templates = new NexusTemplates(libraries.hdf5, (line) => this.#log?.warn(line));
  }

  /**
   * One firing: merges every claim that waits in temp, oldest first. A claim that cannot be merged is reported, and
   * retried at a later firing.
   */
  async work(options: StageOptions): Promise<void> {
    const { folders, reporter } = options;
    reportForeignTo(reporter.log);
    this.#log = reporter.log;
    const tried = new Set<string>();
    if (folders.retry?.id !== this.#order) this.#refusals.hurry();
    this.#order = folders.retry?.id;
    let left = 0;
    let isReadable = true;
    await this.#rounds.work(options, async ({ mayBegin }) => {
      const claims = this.#findUntried(tried, options);
      isReadable = claims !== null;
      if (claims === null || claims.length === 0) return false;
      left += claims.length - await this.#mergeAll(claims, mayBegin, options);
      reporter.backlog({ temp: left });
      return true;
    });
    reportLacks(options);
    if (!isReadable) return;
    this.#held.endRound(reporter);
    reporter.backlog({ temp: left });
    reportDraining("temp", options);
  }

  /** Claims that wait and are not among those tried, which they then are; null where the folders cannot be read. */
  #findUntried(tried: Set<string>, options: StageOptions): FoundClaim[] | null {
    const { folders, reporter } = options;
    try {
      const stuck = finishMovesAcross(folders, { from: "temp", to: "proc" });
      reporter.condition({ key: "moves to proc", message: stuck[0] ?? null });
      const claims = findClaims(folders, "temp").filter(({ id }) => !tried.has(id));
      for (const { id } of claims) tried.add(id);
      reporter.condition({ key: "merge", message: null });
      return claims;
    } catch (error) {
      reporter.condition({
        key: "merge",
        message: `the temp or proc folder cannot be read: ${messageOf(error)}`,
      });
      return null;
    }
  }

  /** Returns how many of them were merged and handed on. */
  async #mergeAll(
    claims: readonly FoundClaim[],
    mayBegin: RoundLimits["mayBegin"],
    options: StageOptions,
  ): Promise<number> {
    const { reporter, signal } = options;
    const letEventsIn = eventTurns();
    let merged = 0;
    for (const [index, claim] of claims.entries()) {
      await letEventsIn();
      if (signal.aborted || index > 0 && !mayBegin()) break;
      const { id } = claim;
      if (!this.#refusals.isDue(id)) continue;
      try {
        await this.#mergeClaim(claim, options);
        this.#refusals.forget(id);
        merged++;
        reporter.condition({ key: `claim ${id}`, message: null });
      } catch (error) {
        const path = join(claim.folder, id);
        if (isHeldOpen(error) || error instanceof ClaimHeldError) {
          this.#held.add(path, { frame: frameIn(path), error });
          reporter.condition({ key: `claim ${id}`, message: null });
          continue;
        }
        if (!isFull(error)) this.#refusals.fail(id);
        const text = `${frameIn(path)} cannot be merged: ${reasonOf(error)}; it waits in ${path}`;
        reporter.condition({ key: `claim ${id}`, message: text });
      }
    }
    return merged;
  }

  async #mergeClaim(claim: FoundClaim, options: StageOptions): Promise<void> {
    const { folders, settings, reporter } = options;
    const { id, folder } = claim;
    const path = join(folder, id);
    let record = await openClaim(path, folders);
    if (record === null) return;
    const fsync = settings.frames.fsync;
    if (record.merge === null) {
      // Until the claim's names are certain, the output's may be of the same image, which is about to be changed.
      if (fsync && isFromQuarantine(record)) syncFolder(path);
      const attempts = this.#begun.get(id) ?? beginAttempt(path, record);
      this.#begun.set(id, attempts);
      record = { ...record, attempts };
      const source = options.parameters;
      const parameters = await parametersOfClaim({ path, record }, { source, log: reporter.log, fsync });
      const lastTry = this.#refusals.count(id) >= TRIES_MAX - 1;
      const calibration = this.#calibrationNow(options);
      const frame = frameOf(record);
      const logOnce: MergeClaim["logOnce"] = (text, level) => {
        if (!this.#notes.isFirst(text)) return;
        reporter.log[level](`${frame}: ${text} (logged once; each frame's NeXus file has this note)`);
      };
      const tools = { ...this.#libraries, templates: this.#templates };
      const merge = mergeFrame(tools, { path, record, parameters, calibration, logOnce, lastTry }, settings);
      record = { ...record, merge };
      // Should a power cut bring back the record of before, the frame is merged again.
      writeRecord(path, record, { fsync: fsync && "content" });
      endAttempt(path);
      this.#begun.delete(id);
      const news = merge.notes.slice(record.notes.length);
      for (const note of news) reporter.log.warn(`${frameOf(record)}: ${note}`);
      if (record.attempts > ATTEMPTS_MAX) reporter.log.error(`${frameOf(record)}: delivered without being merged`);
      reporter.event({ type: "merged", frame: frameOf(record), tagged: merge.tagged });
    }
    try {
      await moveClaim(id, { from: folder, to: folders.proc });
    } catch (error) {
      if (!mayBeHeldOpen(error)) throw error;
      throw new ClaimHeldError(messageOf(error), { cause: error });
    }
  }

  #calibrationNow({ settings, reporter }: StageOptions): CurrentCalibration {
    const { poni } = settings.detector;
    const current = this.#calibration.current(poni);
    if (current.changed) reporter.log.info(`${poni} has changed: frames from now on use its geometry`);
    return current;
  }
}

/** The frame that a claim holds, as far as its record can be read. */
function frameIn(path: string): string {
  try {
    const record = readRecord(path);
    if (record !== null) return frameOf(record);
  } catch {
    // its record is what is wrong with it
  }
  return "a claim";
}
