/** The second stage: merges each claim in temp and hands it on to proc. */
import { join } from "node:path";
import { isFull, isHeldOpen, mayBeHeldOpen, messageOf, reasonOf } from "../../files/errors.ts";
import { reportForeignTo } from "../../files/plain_file.ts";
import { removeForgottenTemplates } from "../../nexus/tree/templates.ts";
import { parametersOfClaim } from "../claim/claim_parameters.ts";
import { checkClaim } from "../claim/belief.ts";
import { discardClaim, findClaims, finishMovesAcross, type FoundClaim, isDone, moveClaim } from "../claim/claim.ts";
import { HeldOpen } from "../held_open.ts";
import { ATTEMPTS_MAX, type MergeClaim, mergeFrame, type MergeLibraries } from "./merge_frame.ts";
import { type ClaimRecord, frameOf, readRecord, writeRecord } from "../claim/record.ts";
import { reportLacks } from "../report_lacks.ts";
import { Retries, TRIES_MAX } from "../retries.ts";
import { CalibrationFile, type CurrentCalibration } from "../../geometry/calibration_file.ts";
import { Rounds } from "../rounds.ts";
import { drainingOf, reportDraining } from "../claim/draining_folders.ts";
import type { StageOptions } from "../stage.ts";

/**
 * Merges every claim that waits in temp, oldest first. A claim that cannot be handled is reported, and tried again at the
 * next firing.
 */
export async function mergeData(libraries: MergeLibraries, options: StageOptions): Promise<void> {
  const { folders, reporter } = options;
  reportForeignTo(reporter.log);
  const tried = new Set<string>();
  if (folders.retry?.id !== order) refusals.hurry();
  order = folders.retry?.id;
  let left = 0;
  let isReadable = true;
  await rounds.work(options, async () => {
    const claims = findUntried(tried, libraries, options);
    isReadable = claims !== null;
    if (claims === null || claims.length === 0) return false;
    left += claims.length - await mergeAll(claims, libraries, options);
    reporter.backlog({ temp: left });
    return true;
  });
  reportLacks(options);
  if (!isReadable) return;
  held.endRound(reporter);
  reporter.backlog({ temp: left });
  // A folder that was left gets no more templates; what a stop has left there nobody else would remove.
  for (const { path } of drainingOf(folders, "temp").filter(({ closed }) => closed)) removeForgottenTemplates(path);
  reportDraining("temp", options);
}

const rounds = new Rounds();

/** Claims that wait and are not among those tried, which they then are; null where the folders cannot be read. */
function findUntried(tried: Set<string>, libraries: MergeLibraries, options: StageOptions): FoundClaim[] | null {
  const { folders, reporter } = options;
  try {
    const stuck = finishMovesAcross(folders, { from: "temp", to: "proc" });
    reporter.condition({ key: "moves to proc", message: stuck[0] ?? null });
    const claims = findClaims(folders, "temp").filter(({ id }) => !tried.has(id));
    for (const { id } of claims) tried.add(id);
    // Also where no frame comes: what a killed program left is to go.
    libraries.casts?.enter(folders.temp);
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

/** Gives how many of them were merged and handed on. */
async function mergeAll(
  claims: readonly FoundClaim[],
  libraries: MergeLibraries,
  options: StageOptions,
): Promise<number> {
  const { reporter, signal } = options;
  let merged = 0;
  for (const claim of claims) {
    if (signal.aborted) break;
    const { id } = claim;
    if (!refusals.isDue(id)) continue;
    try {
      await mergeClaim(claim, libraries, options);
      refusals.forget(id);
      merged++;
      reporter.condition({ key: `claim ${id}`, message: null });
    } catch (error) {
      const path = join(claim.folder, id);
      if (isHeldOpen(error) || error instanceof ClaimHeldError) {
        held.add(path, { frame: frameIn(path), error });
        reporter.condition({ key: `claim ${id}`, message: null });
        continue;
      }
      if (!isFull(error)) refusals.fail(id);
      const text = `${frameIn(path)} cannot be merged: ${reasonOf(error)}; it waits in ${path}`;
      reporter.condition({ key: `claim ${id}`, message: text });
    }
  }
  return merged;
}

/** Claims that cannot be merged or handed on since another program holds a file of them open. */
const held = new HeldOpen("merge");

/** Windows calls it a missing right when a folder is renamed while a file in it is open elsewhere. */
class ClaimHeldError extends Error {
  override readonly name = "ClaimHeldError";
}

/** The frame that a claim holds, as far as that can be told. */
function frameIn(path: string): string {
  try {
    const record = readRecord(path);
    if (record !== null) return frameOf(record);
  } catch {
    // its record is what is wrong with it
  }
  return "a claim";
}

/**
 * Claims whose merge this process has begun and not ended. What failed without ending the process (a full volume) and
 * is tried again is no further attempt. At most as many as there are claims.
 */
const begun = new Set<string>();

/** What the system refuses to merge, each for so long that it may pass; then it goes on without the part refused. */
const refusals = new Retries();
/** The last order to try again what waits with a fault. */
let order: number | undefined;

const calibrationFile = new CalibrationFile();

function calibrationNow({ settings, reporter }: StageOptions): CurrentCalibration {
  const { poni } = settings.detector;
  const current = calibrationFile.current(poni);
  if (current.changed) reporter.log.info(`${poni} has changed: frames from now on use its geometry`);
  return current;
}

/** What was said of a frame and holds for the others of its kind; forgetting costs one more line. */
const said = new Set<string>();
const SAID_MAX = 1000;

function sayOnceTo(say: (line: string) => void, { frame, text }: { frame: string; text: string }): void {
  if (said.has(text)) return;
  if (said.size >= SAID_MAX) said.clear();
  said.add(text);
  say(`${frame}: ${text} (logged once; each frame's NeXus file has this note)`);
}

async function mergeClaim(claim: FoundClaim, libraries: MergeLibraries, options: StageOptions): Promise<void> {
  const { folders, settings, reporter } = options;
  const { id, folder } = claim;
  const path = join(folder, id);
  const found = readRecord(path);
  if (found === null) {
    if (isDone(path)) return void await discardClaim(path);
    throw new Error("it has no claim record; move its files back into the raw folder");
  }
  checkClaim(path, found, folders);
  const fsync = settings.frames.fsync;
  let record: ClaimRecord = found;
  if (record.merge === null) {
    if (!begun.has(id)) {
      record = { ...record, attempts: record.attempts + 1 };
      // Written before the libraries see the frame: should it end the process, the next start knows how often.
      writeRecord(path, record, { fsync });
      begun.add(id);
    }
    const source = options.parameters;
    const parameters = await parametersOfClaim({ path, record }, { source, log: reporter.log, fsync });
    const lastTry = refusals.count(id) >= TRIES_MAX - 1;
    const calibration = calibrationNow(options);
    const sayOnce: MergeClaim["sayOnce"] = (text, level) => {
      sayOnceTo((line) => reporter.log[level](line), { frame: frameOf(record), text });
    };
    const merge = mergeFrame(libraries, { path, record, parameters, calibration, sayOnce, lastTry }, settings);
    record = { ...record, merge };
    writeRecord(path, record, { fsync });
    begun.delete(id);
    const news = merge.notes.slice(record.notes.length);
    for (const note of news) reporter.log.warn(`${frameOf(record)}: ${note}`);
    if (record.attempts > ATTEMPTS_MAX) reporter.log.error(`${frameOf(record)}: delivered without being merged`);
    reporter.event({ type: "merged", frame: frameOf(record), tagged: merge.tagged });
  }
  try {
    await moveClaim(id, { from: folder, to: folders.proc, record });
  } catch (error) {
    if (!mayBeHeldOpen(error)) throw error;
    throw new ClaimHeldError(messageOf(error), { cause: error });
  }
}
