/**
 * Claims: a folder for each frame in progress.
 *
 * `temp/.claiming-ID` is being filled from raw, `temp/ID` waits for the merge, `proc/ID` for its delivery,
 * `temp/.discard-ID` for its removal; `.moving-ID` is a copy in progress from another volume. Each change of state is
 * one rename of the folder, so that every stage sees only claims that are whole, and a restart knows from the name where
 * to go on.
 */
import { join } from "node:path";
import { removeFile, removeFolder, whileHeldOpen } from "../../files/durable.ts";
import { isMissing, mayBeHeldOpen } from "../../files/errors.ts";
import { listFolder, statOf } from "../../files/listing.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { writeClaimParameters } from "./claim_parameters.ts";
import { checkClaim, originOf } from "./belief.ts";
import { type ClaimRecord, type Member, readRecord, writeRecord } from "./record.ts";
import { allOf } from "./draining_folders.ts";
import { moveFile } from "./move_file.ts";
import { ownerOf } from "./owner.ts";
import type { FrameFolders } from "../stage.ts";
import {
  ATTEMPTS_NAME,
  CLAIM_PARAMETERS_NAME,
  CLAIMING_PREFIX,
  DISCARD_PREFIX,
  DONE_NAME,
  MOVING_NAME,
  PART_ENDING,
  RECORD_NAME,
} from "../../files/service_names.ts";

let sequence = 0;

/**
 * A new claim's id: the time first, so that claims sort in the order of their frames; unique over restarts. It says
 * whose it is, so that its parts in the output can be known.
 * @param temp the folder that the claim is made in
 */
export function newClaimId(temp: string, now = new Date()): string {
  const time = now.toISOString().replace(/[-:.Z]/g, "");
  sequence = (sequence + 1) % 1_000_000;
  const chance = crypto.getRandomValues(new Uint16Array(1))[0]!.toString(16).padStart(4, "0");
  return `${time}-${String(sequence).padStart(6, "0")}-${ownerOf(temp)}${chance}`;
}

const CLAIM_ID = /^\d{8}T\d{9}-\d{6}-[0-9a-f]{8}$/;

/** Whether a folder's name is that of a claim. */
export function isClaimId(name: string): boolean {
  return CLAIM_ID.test(name);
}

/** The ids of whole claims in a folder, oldest first. */
export function listClaims(folder: string): string[] {
  return listFolder(folder).folders.filter((name) => !name.startsWith(".")).sort();
}

export interface FoundClaim {
  readonly id: string;
  /** That it lies in. */
  readonly folder: string;
}

/**
 * All whole claims of a kind, oldest first, also in folders that were left.
 * @throws the system's error where the present folder cannot be read
 */
export function findClaims(folders: FrameFolders, kind: "temp" | "proc"): FoundClaim[] {
  const found = allOf(folders, kind).flatMap((folder) => {
    try {
      return listClaims(folder).map((id) => ({ id, folder }));
    } catch (error) {
      if (folder === folders[kind]) throw error;
      return []; // reportDraining reports it
    }
  });
  return found.sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Claim folders of a prefix (half-made, or to be removed), by name. */
export function listUnfinished(folder: string, prefix: string): string[] {
  return listFolder(folder).folders.filter((name) => name.startsWith(prefix)).sort();
}

/** What a list of a folder gives; nothing where it cannot be read, which the folder's own stage reports. */
export function asFarAsReadable<T>(list: () => readonly T[]): readonly T[] {
  try {
    return list();
  } catch {
    return [];
  }
}

/**
 * Takes a frame out of raw. The record is durable before the first file moves, and the image moves last: until then
 * QXRD does not use its name again.
 */
export async function claimFrame(
  record: ClaimRecord,
  options: { from: string; temp: string; fsync: boolean; parameters: readonly ParameterReading[] },
): Promise<void> {
  const claiming = join(options.temp, CLAIMING_PREFIX + record.id);
  Deno.mkdirSync(claiming);
  try {
    writeClaimParameters(claiming, options.parameters, options);
    writeRecord(claiming, record, options);
    await fillClaim(claiming, record, options.from);
  } catch (error) {
    // Else each try would leave a claim behind: a file that another program holds open is tried at every firing.
    // Where not even that can be done, the next firing goes on with the claim.
    await giveBack(claiming, { record, from: options.from }).catch(() => {});
    throw error;
  }
  await finishClaiming(claiming, record, options.temp);
}

async function fillClaim(claiming: string, record: ClaimRecord, from: string): Promise<void> {
  for (const member of record.members) {
    const source = join(from, member.from ?? member.name);
    const facts = statOf(source);
    const target = join(claiming, member.name);
    if (facts === null) {
      if (statOf(target) !== null || statOf(join(claiming, record.image)) !== null) continue; // moved before a restart
      throw new Deno.errors.NotFound(`Cannot find ${source}: it disappeared while its frame was claimed`);
    }
    // Same name, other file: somebody has written a new one since the frame was judged; that one is another frame's.
    const another = facts.size !== member.size || facts.modified_ms !== member.modified_ms;
    if (another && statOf(target) !== null) continue;
    if (another) throw new ReplacedError(`${source} was replaced while its frame was claimed`);
    await moveFile(source, target);
  }
}

/** Held open, as far as the stage goes: whoever writes a file of the frame now is waited for. */
class ReplacedError extends Deno.errors.Busy {
  override readonly name = "ReplacedError";
  readonly code = "EBUSY";
}

async function finishClaiming(claiming: string, record: ClaimRecord, temp: string): Promise<void> {
  const name = record.remove ? DISCARD_PREFIX + record.id : record.id;
  await whileHeldOpen(() => Deno.renameSync(claiming, join(temp, name)));
}

/**
 * Goes on with a claim that a crash left half-made. One whose image never left raw is taken back: the frame is then
 * claimed anew. One that speaks of a raw folder that nobody has named is left as it is.
 * @returns the record where the claim was finished, null where nothing was left of it
 * @throws RecordError, LinkInPathError, or the system's error
 */
export async function resumeClaim(
  name: string,
  options: { folders: FrameFolders; temp: string },
): Promise<ClaimRecord | null> {
  const claiming = join(options.temp, name);
  const record = readRecord(claiming);
  if (record === null) {
    discardRemains(claiming);
    return null;
  }
  const from = originOf(record, options.folders);
  try {
    await fillClaim(claiming, record, from);
  } catch (error) {
    // What was taken beside a file that is there no more, or by that name is another, is no frame: it is judged anew.
    if (!isMissing(error) && !(error instanceof ReplacedError)) throw error;
    await giveBack(claiming, { record, from });
    return null;
  }
  await finishClaiming(claiming, record, options.temp);
  return record;
}

/**
 * Without an image there is no frame: what else was taken goes back to where it lay.
 * @throws also where the image does not lie there: the raw folder may be away, and what is put into the bare folder of a
 *   mount is not seen any more when it is back
 */
async function giveBack(claiming: string, claim: { record: ClaimRecord; from: string }): Promise<void> {
  const { image, members } = claim.record;
  removeFile(join(claiming, MOVING_NAME));
  const pathInRaw = (member: Member) => join(claim.from, member.from ?? member.name);
  const taken = members.filter((member) => statOf(join(claiming, member.name)) !== null);
  const isThere = members.some((member) => member.name === image && statOf(pathInRaw(member)) !== null);
  if (taken.length > 0 && !isThere) {
    throw new Deno.errors.NotFound(
      `Cannot find ${image} in ${claim.from}; the files claimed with it wait in ${claiming}`,
    );
  }
  for (const member of taken) await moveFile(join(claiming, member.name), pathInRaw(member));
  discardRemains(claiming);
}

/** Removes the remains of a claim that never got its record: nothing of a frame can be in it. */
function discardRemains(folder: string): void {
  const { files } = listFolder(folder);
  // Not by their beginnings: an image may be called claim.json.tif.
  const own = [RECORD_NAME, CLAIM_PARAMETERS_NAME, ATTEMPTS_NAME].flatMap((name) => [name, name + PART_ENDING]);
  const foreign = files.filter((name) => !own.includes(name) && name !== DONE_NAME);
  if (foreign.length > 0) {
    throw new Error(`${folder} has no ${RECORD_NAME} but holds ${foreign[0]}: move its files back into the raw folder`);
  }
  for (const name of files) removeFile(join(folder, name));
  removeFolder(folder);
}

/**
 * Removes a claim whose frame is safe elsewhere. The record's change of name says so, should a crash come between.
 * @returns "left" where another program holds a file of it open: the claim is then done, and its removal is left to
 *   the next firing
 * @throws the system's error; while the record's name cannot be changed, the claim is not done
 */
export async function discardClaim(claim: string): Promise<"removed" | "left"> {
  try {
    await whileHeldOpen(() => Deno.renameSync(join(claim, RECORD_NAME), join(claim, DONE_NAME)));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    removeClaimFolder(claim);
    return "removed";
  } catch (error) {
    if (mayBeHeldOpen(error)) return "left";
    throw error;
  }
}

/**
 * The record of a claim that is believed. Where only its removal is left, that is done, and there is none.
 * @throws RecordError, LinkInPathError, or the system's error
 */
export async function openClaim(claim: string, folders: FrameFolders): Promise<ClaimRecord | null> {
  const record = readRecord(claim);
  if (record !== null) {
    checkClaim(claim, record, folders);
    return record;
  }
  if (!isDone(claim)) throw new Error("it has no claim record; move its files back into the raw folder");
  await discardClaim(claim);
  return null;
}

/** Whether only the removal of this claim is left to do. */
export function isDone(claim: string): boolean {
  const { files } = listFolder(claim);
  return files.length === 0 || files.includes(DONE_NAME);
}

function removeClaimFolder(claim: string): void {
  const { files } = listFolder(claim);
  for (const name of files) if (name !== DONE_NAME) removeFile(join(claim, name));
  // Windows keeps the name of a removed file until the last program has closed it; until then this claim is done.
  if (Deno.build.os === "windows" && listFolder(claim).files.some((name) => name !== DONE_NAME)) {
    throw Object.assign(new Deno.errors.Busy(`Cannot remove the files of ${claim}: they are open`), { code: "EBUSY" });
  }
  removeFile(join(claim, DONE_NAME));
  removeFolder(claim);
}
