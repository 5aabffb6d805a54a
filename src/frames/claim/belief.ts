/**
 * Whether a claim is believed. Whoever can make a folder in temp or proc (on a RAM disk often everybody) can put a claim
 * there that says anything; what it says is acted on only below folders that pewatch has been given.
 */
import { join, relative, sep } from "node:path";
import { relate } from "../../config/folder_rules.ts";
import { listFolder, rawFolder, refuseLinks } from "../../files/listing.ts";
import { allOf } from "./draining_folders.ts";
import { type ClaimRecord, reasonName, RecordError } from "./record.ts";
import type { FrameFolders } from "../stage.ts";
import {
  ATTEMPTS_NAME,
  CLAIM_PARAMETERS_NAME,
  CONFIRMED_NAME,
  DONE_NAME,
  MOVING_NAME,
  NEXUS_NAME,
  PART_ENDING,
  RECORD_NAME,
} from "../../files/service_names.ts";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";

const WINDOWS = Deno.build.os === "windows";
/** What pewatch itself puts into claims; each also with ".part" behind it. */
const OWN_NAMES: readonly string[] = [
  RECORD_NAME,
  DONE_NAME,
  CLAIM_PARAMETERS_NAME,
  ATTEMPTS_NAME,
  NEXUS_NAME,
  MOVING_NAME,
  CONFIRMED_NAME,
];

/**
 * A claim is removed with all that is in it once its record's files are delivered, so its record must name all of them,
 * and each must be a plain file.
 * @throws RecordError, LinkInPathError
 */
export function checkClaim(claim: string, record: ClaimRecord, folders: FrameFolders): void {
  checkDestination(record, folders);
  const members = new Set(record.members.map((member) => member.name));
  // Versions before wrote the text for the quarantine here before the record named it.
  const own = record.quarantine === null ? OWN_NAMES : [...OWN_NAMES, reasonName(record)];
  // Not by their beginnings: an image may be called claim.json.tif.
  const isOwn = (name: string) => own.some((one) => name === one || name === one + PART_ENDING);
  const { files, folders: below, links, specials } = listFolder(claim);
  const foreign = [...links, ...specials, ...below][0];
  if (foreign !== undefined) throw new RecordError(`it contains ${foreign}, which is not a regular file`);
  const unnamed = files.find((name) => !members.has(name) && !isOwn(name));
  if (unnamed !== undefined) throw new RecordError(`its record does not name ${unnamed}`);
}

/** Roots that frames may be delivered below. */
export function outputRoots(folders: FrameFolders): readonly string[] {
  return [folders.outputRoot, ...folders.roots?.output ?? []];
}

/**
 * Whether a folder lies below one of the roots, with no link in between.
 * @throws LinkInPathError
 */
export function isBelow(path: string, roots: readonly string[]): boolean {
  for (const root of roots) {
    const relation = relate(path, root, { windows: WINDOWS });
    if (relation === "same") return true;
    if (relation !== "inside") continue;
    refuseLinks(root, relative(root, path).split(sep).join("/"));
    return true;
  }
  return false;
}

/** @throws RecordError, LinkInPathError */
function checkDestination({ destination }: ClaimRecord, folders: FrameFolders): void {
  if (isBelow(destination.root, outputRoots(folders))) return;
  throw new RecordError(
    `its record names the output ${destination.root}, which is not, and never was, in the settings; ` +
      "if it is yours, set it as folders.output_root",
  );
}

/**
 * The folder that a claim was taken from, to which its files may go back.
 * @throws RecordError, LinkInPathError
 */
export function originOf(record: ClaimRecord, folders: FrameFolders): string {
  const raw = record.raw ?? folders.raw;
  const quarantines = outputRoots(folders).map((root) => join(root, QUARANTINE_FOLDER));
  const roots = [...allOf(folders, "raw"), ...folders.roots?.raw ?? [], ...quarantines];
  if (!roots.some((root) => relate(raw, root, { windows: WINDOWS }) === "same")) {
    throw new RecordError(
      `its record names the raw folder ${raw}, which is not, and never was, in the settings; ` +
        "if it is yours, set it as folders.raw",
    );
  }
  const folder = record.origin ?? record.folder;
  refuseLinks(raw, folder);
  return rawFolder(raw, folder);
}
