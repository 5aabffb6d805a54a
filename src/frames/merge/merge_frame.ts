/**
 * The work of the merge stage on one claim: tags into the TIFF, then the NeXus file's skeleton beside it. Their order is
 * what a crash relies on.
 */
import { join } from "node:path";
import type { TiffLibrary } from "../../../ffi/tiff/library.ts";
import type { Settings } from "../../config/settings.ts";
import { makeWritable } from "../../files/durable.ts";
import { messageOf } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";
import { readExisting } from "../../files/plain_file.ts";
import { counted } from "../../log/counted.ts";
import { parseSidecar, type Sidecar, SIDECAR_BYTES_MAX } from "../../qxrd/sidecar.ts";
import { viewSidecar } from "../../qxrd/view.ts";
import { readHead, type TiffHead } from "../../tiff/layout.ts";
import { mergeTags } from "../../tiff/merge_tags.ts";
import { cutOrphanedTail } from "../../tiff/orphaned_tail.ts";
import { copyFile } from "../claim/move_file.ts";
import type { MergeRecord } from "../claim/record.ts";
import { isPacked, misfitOf } from "../prepare/assess.ts";
import { tagsOf } from "./frame_tags.ts";
import { makeNexus } from "./make_nexus.ts";
import { type Contents, type MergeClaim, type MergeTools, passes, type Work } from "./merge_work.ts";

/**
 * A frame that ended the process so many times while it was merged is delivered as it is. Not fewer: a kill from
 * outside during the start hits the same first frame again, and in 300 kills one frame was hit four times.
 */
export const ATTEMPTS_MAX = 10;

/**
 * Never throws for what a frame holds: each flaw becomes a note, and the frame goes on as it is.
 * @throws the system's error where the claim's files cannot be read or written at all, where the volume is full,
 *   where another program holds a file open, and unless it is the last try where the system refuses anything else:
 *   that passes, and the frame is merged then
 */
export function mergeFrame(
  libraries: MergeTools,
  claim: MergeClaim,
  settings: Settings,
): MergeRecord {
  const { path, record } = claim;
  const imagePath = join(path, record.image);
  const notes: string[] = [...record.notes];
  if (record.quarantine !== null) return { tagged: false, imageSize: sizeOf(imagePath), nexus: null, notes };
  const contents = readContents(claim, notes);
  if (record.attempts > ATTEMPTS_MAX) {
    notes.push(`not merged: the program ended ${counted(record.attempts - 1, "time")} while merging it`);
    const merge: MergeRecord = { tagged: false, imageSize: sizeOf(imagePath), nexus: null, notes };
    return claim.parameters.length > 0 ? { ...merge, parametersBeside: true } : merge;
  }
  const tagged = tagImage(libraries.tiff, { imagePath, contents, notes, claim }, settings);
  const made = makeNexus(libraries, { claim, imagePath, contents, notes }, settings);
  const { length: parameters } = claim.parameters;
  return { tagged, imageSize: sizeOf(imagePath), ...made, ...parameters === 0 ? {} : { parameters }, notes };
}

function sizeOf(path: string): number {
  const facts = statOf(path);
  if (facts === null) throw new Deno.errors.NotFound(`Cannot find ${path}`);
  return facts.size;
}

function readContents(claim: MergeClaim, notes: string[]): Contents {
  const { path, record } = claim;
  const member = record.members.find((member) => member.role === "sidecar");
  const head = readHeadOrNull(claim, notes);
  const layout = head?.layout ?? null;
  const image = { layout, ...head === null ? {} : { head } };
  if (member === undefined) return { ...image, sidecar: null, view: null, sidecarProblem: "there was no sidecar" };
  let sidecar: Sidecar;
  try {
    if (member.size > SIDECAR_BYTES_MAX) {
      throw new SyntaxError(`it has ${member.size} bytes, more than ${SIDECAR_BYTES_MAX}`);
    }
    if (member.size === 0) throw new SyntaxError("it is empty");
    sidecar = parseSidecar(readExisting(join(path, member.name), SIDECAR_BYTES_MAX));
  } catch (error) {
    if (passes(error, claim)) throw error;
    return { ...image, sidecar: null, view: null, sidecarProblem: `the sidecar cannot be read: ${messageOf(error)}` };
  }
  const view = viewSidecar(sidecar);
  const misfit = layout === null ? null : misfitOf(layout, view);
  return { ...image, sidecar, view: misfit === null ? view : null, sidecarProblem: misfit };
}

function readHeadOrNull(claim: MergeClaim, notes: string[]): TiffHead | null {
  const { image } = claim.record;
  if (isPacked(image)) return null;
  try {
    return readHead(join(claim.path, image));
  } catch (error) {
    if (passes(error, claim)) throw error;
    notes.push(messageOf(error));
    return null;
  }
}

function tagImage(tiff: TiffLibrary, work: Work, settings: Settings): boolean {
  const { contents, imagePath, notes } = work;
  const { parameters } = work.claim;
  if (!settings.tiff.tags || contents.layout === null) return false;
  if (contents.sidecarProblem !== null) {
    // It was reported when the frame was claimed, unless the sidecar has changed since.
    if (work.claim.record.notes.length === 0) notes.push(`no tags in the TIFF: ${contents.sidecarProblem}`);
    if (parameters.length === 0) return false;
  }
  const sidecar = contents.sidecarProblem === null ? contents.sidecar : null;
  const image = work.claim.record.members.find((member) => member.role === "image");
  const { fsync } = settings.frames;
  try {
    const tags = tagsOf(sidecar, settings, parameters);
    haveOwnContent(imagePath);
    whereWritable(imagePath, () => {
      if (image !== undefined) cutOrphanedTail(imagePath, image.size);
      const { skipped, replaced } = mergeTags(tiff, imagePath, tags, { fsync, head: contents.head });
      if (replaced) notes.push("the TIFF had the tags of another sidecar, which are replaced");
      if (skipped === "kept") {
        notes.push("the TIFF keeps the tags that it came with: there is no sidecar to compare with");
      }
    });
    return true;
  } catch (error) {
    if (passes(error, work.claim)) throw error;
    notes.push(`no tags in the TIFF: ${messageOf(error)}; it is delivered as it is`);
    return false;
  }
}

/** Other names of an image (hard links) are other people's: the claim's gets content of its own before it is written to. */
function haveOwnContent(path: string): void {
  if ((Deno.lstatSync(path).nlink ?? 1) > 1) copyFile(path, path);
}

/** A frame that came with the mark "read-only" is the daemon's own by now. */
function whereWritable(path: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof Error && error.cause instanceof Deno.errors.PermissionDenied)) throw error;
    makeWritable(path);
    step();
  }
}
