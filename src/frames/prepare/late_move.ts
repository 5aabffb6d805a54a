/**
 * Moves a late file from raw to its frame in the output. `temp/.late-ID` holds it meanwhile, with a record of where it
 * lay: whatever QXRD puts under its name in raw from then on is another file, and a restart goes on with it.
 *
 * Nothing in the output is replaced. The file leaves `.late-ID` only when its copy in the output is verified, flushed and
 * has its name, or when it is back in raw.
 */
import { type JsonFileKind, readJson, writeJson } from "../../files/json_file.ts";
import { isText, shape } from "../../files/json_shape.ts";
import { basename, dirname, join, relative, sep } from "node:path";
import { copyWhole } from "../../files/copy/copy_spans.ts";
import { sha256OfFile } from "../../files/copy/digest.ts";
import { publish, removeFile, removeFolder, syncFolder, whileHeldOpen } from "../../files/durable.ts";
import { listFolder, nameIsTaken, rawFolder, refuseLinks, statOf } from "../../files/listing.ts";
import { LATE_PREFIX, LATE_RECORD_NAME, outputPartName } from "../../files/service_names.ts";
import { sameContent } from "../../files/copy/same_content.ts";
import type { FrameLedger } from "../../ledger/line.ts";
import { isSidecarName } from "../../qxrd/frame_name.ts";
import { newClaimId } from "../claim/claim.ts";
import { moveFile } from "../claim/move_file.ts";
import { frameOf, isPlainName, isRelativeFolder } from "../claim/record.ts";
import type { PartSweep } from "../deliver/part_sweep.ts";
import type { FoundPlace, LateFile } from "./find_delivered.ts";

const RECORD_BYTES_MAX = 65_536;

/** Where a late file lay. */
export interface LateRecord {
  readonly raw: string;
  /** Sub-folder of raw, forward slashes. */
  readonly folder: string;
  readonly name: string;
}

/** Looks for the file's frame once more, now that nobody else has the file. */
export type FindFrame = (file: LateFile, record: LateRecord) => FoundPlace;

export type LateOutcome = { readonly delivered: string; readonly image: string } | { readonly reason: string };

interface LateOptions {
  readonly find: FindFrame;
  readonly fsync: boolean;
  readonly ledger: FrameLedger | undefined;
  /** Whether its SHA-256 is wanted. */
  readonly checksum: boolean;
  readonly parts: PartSweep;
}

/** @throws LedgerError or the system's error; the file is then whole in raw or in `.late-ID` */
export async function takeLate(
  record: LateRecord,
  options: { from: string; temp: string } & LateOptions,
): Promise<LateOutcome> {
  const holder = join(options.temp, LATE_PREFIX + newClaimId(options.temp));
  Deno.mkdirSync(holder);
  writeJson(join(holder, LATE_RECORD_NAME), record, options);
  try {
    await moveFile(options.from, join(holder, record.name));
  } catch (error) {
    if (statOf(join(holder, record.name)) === null) clear(holder);
    throw error;
  }
  return await finishLate(holder, record, options);
}

/**
 * Goes on with a file that a stop left in `holder`.
 * @param raws the raw folders that it may have come from
 * @returns null where nothing is in it
 */
export async function resumeLate(
  holder: string,
  options: { raws: readonly string[] } & LateOptions,
): Promise<LateOutcome | null> {
  // None, or one that was cut off: nothing had moved then.
  const record = readJson(join(holder, LATE_RECORD_NAME), LATE_RECORD);
  if (record === null || statOf(join(holder, record.name)) === null) {
    clear(holder);
    return null;
  }
  if (!options.raws.includes(record.raw)) throw new Error(`${holder} is of another raw folder, ${record.raw}`);
  return await finishLate(holder, record, options);
}

async function finishLate(
  holder: string,
  record: LateRecord,
  { find, fsync, ledger, checksum, parts }: LateOptions,
): Promise<LateOutcome> {
  const path = join(holder, record.name);
  const facts = statOf(path);
  if (facts === null) throw new Deno.errors.NotFound(`Cannot find ${path}`);
  // Another file may have come to its name just before it was moved.
  const found = find({ path, name: record.name, facts }, record);
  if ("reason" in found) return await giveBack(holder, record, found.reason);
  const target = join(found.folder, found.name);
  const part = join(found.folder, outputPartName(basename(holder).slice(LATE_PREFIX.length), "late"));
  // What a try left that was ended: half a copy, or the second name of a whole one.
  removeFile(part);
  if (!found.present && !await deliver(path, { part, target, fsync, parts })) {
    return await giveBack(holder, record, `its image ${found.image} has another file of this kind beside it`);
  }
  // Also of what an earlier try has put there: it may have ended before this.
  if (fsync) syncFolder(found.folder);
  await ledger?.append({
    type: "late",
    claim: basename(holder).slice(LATE_PREFIX.length),
    frame: frameOf({ folder: record.folder, image: found.image }),
    root: found.root,
    folder: relative(found.root, found.folder).split(sep).join("/"),
    files: [{
      name: found.name,
      role: isSidecarName(found.name) ? "sidecar" : "other",
      size: facts.size,
      sha256: checksum ? sha256OfFile(target) : null,
    }],
    bytes: facts.size,
  });
  removeFile(path);
  clear(holder);
  return { delivered: target, image: found.image };
}

/** Whether it stands there now; false where another file has the name. */
async function deliver(
  path: string,
  to: { part: string; target: string; fsync: boolean; parts: PartSweep },
): Promise<boolean> {
  const { part } = to;
  try {
    const { mtime } = copyWhole(path, part, { verify: "compare", fsync: to.fsync });
    if (mtime !== null) Deno.utimeSync(part, mtime, mtime);
    const isGone = await whileHeldOpen(() => publish(part, to.target));
    if (!isGone) to.parts.mayHaveLeft(dirname(part));
  } catch (error) {
    to.parts.mayHaveLeft(dirname(part));
    removeFile(part);
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return sameContent(path, to.target);
  }
  return true;
}

/** Where its name in raw is taken by now, it stays in the holder, and is retried. */
async function giveBack(holder: string, record: LateRecord, reason: string): Promise<LateOutcome> {
  refuseLinks(record.raw, record.folder);
  const home = join(rawFolder(record.raw, record.folder), record.name);
  if (nameIsTaken(home)) throw new Error(`it waits in ${holder}, because its name in raw is in use again: ${reason}`);
  await moveFile(join(holder, record.name), home);
  clear(holder);
  return { reason };
}

/** The record's removal is the last step but one: until then the next start finds what to do. */
function clear(holder: string): void {
  const { files } = listFolder(holder);
  const foreign = files.find((name) => !name.startsWith(LATE_RECORD_NAME));
  if (foreign !== undefined) throw new Error(`${holder} holds ${foreign}: move it back into the raw folder`);
  for (const name of files) removeFile(join(holder, name));
  removeFolder(holder);
}

const LATE_RECORD: JsonFileKind<LateRecord> = {
  bytesMax: RECORD_BYTES_MAX,
  what: "a record of a late file, with a place in the raw folder",
  isRight: shape<LateRecord>({
    raw: isText,
    folder: isRelativeFolder,
    name: (name) => isPlainName(name) && !name.startsWith(LATE_RECORD_NAME),
  }),
};
