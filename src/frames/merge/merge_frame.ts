/**
 * The work of the merge stage on one claim: tags into the TIFF, the NeXus file's skeleton beside it. One file: its
 * steps share the notes of the frame, and their order is what a crash relies on.
 */
import { join } from "node:path";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import type { TiffLibrary } from "../../../ffi/tiff/library.ts";
import type { Settings } from "../../config/settings.ts";
import { makeWritable } from "../../files/durable.ts";
import { isFull, isHeldOpen, isOfSystem, messageOf } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";
import type { CurrentCalibration } from "../../geometry/calibration_file.ts";
import { geometryFiles } from "../../geometry/files.ts";
import { geometryOfFrame } from "../../nexus/frame/build.ts";
import type { FrameFacts, NexusReport } from "../../nexus/frame/facts.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import type { NexusTemplates } from "../../nexus/tree/templates.ts";
import { writeNexus } from "../../nexus/write.ts";
import { OVERFLOW_BYTES_MAX, readOverflow } from "../../qxrd/overflow.ts";
import { parseSidecar, type Sidecar, SIDECAR_BYTES_MAX } from "../../qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../qxrd/view.ts";
import { readHead, type TiffHead, type TiffLayout } from "../../tiff/layout.ts";
import { mergeTags } from "../../tiff/merge_tags.ts";
import { cutOrphanedTail } from "../../tiff/orphaned_tail.ts";
import { tagsOf } from "./frame_tags.ts";
import { nameInOutput } from "../claim/awkward_names.ts";
import { rawFolder } from "../../files/listing.ts";
import { copyFile } from "../claim/move_file.ts";
import { stemOf, underStem } from "../claim/names.ts";
import { identityOf } from "../../nexus/frame/detector/exposure.ts";
import { isPacked, misfitOf } from "../prepare/assess.ts";
import type { ClaimRecord, MergeRecord } from "../claim/record.ts";
import { referenceFor } from "../reference_dark.ts";
import { NEXUS_NAME } from "../../files/service_names.ts";
import { readExisting } from "../../files/plain_file.ts";
import { counted } from "../../log/counted.ts";

/**
 * A frame that ended the process so many times while it was merged is delivered as it is. Not fewer: a kill from
 * outside during the start hits the same first frame again, and in 300 kills one frame was hit four times.
 */
export const ATTEMPTS_MAX = 10;

/** The libraries of the merging worker. */
export interface MergeLibraries {
  readonly tiff: TiffLibrary;
  readonly hdf5: Hdf5Library;
}

type MergeTools = MergeLibraries & { readonly templates: NexusTemplates };

/** Everything about the frame that is read once for both tags and NeXus file. */
interface Contents {
  readonly head?: TiffHead;
  readonly layout: TiffLayout | null;
  readonly sidecar: Sidecar | null;
  readonly view: SidecarView | null;
  readonly sidecarProblem: string | null;
}

/** What is merged. */
export interface MergeClaim {
  readonly path: string;
  readonly record: ClaimRecord;
  /** Those that count for this frame. */
  readonly parameters: readonly ParameterReading[];
  /** What `[detector] poni` names. */
  readonly calibration?: CurrentCalibration;
  /** For what is the same with many frames: each text is said once. */
  readonly logOnce?: (text: string, level: "info" | "warn") => void;
  /** Whether the frame is to go on without what the system refuses, as it has done before. */
  readonly lastTry: boolean;
}

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

/** The image's name in the output: its own, or under the stem that it has to take. */
function deliveredImage(record: ClaimRecord): string {
  if (record.deliverAs === null) return record.image;
  return underStem(record.image, { from: stemOf(record.image), to: record.deliverAs });
}

interface Work {
  readonly claim: MergeClaim;
  readonly imagePath: string;
  readonly contents: Contents;
  readonly notes: string[];
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

/** What is worth waiting for: room, another program that closes a file; for some tries whatever the system says. */
function passes(error: unknown, claim: MergeClaim): boolean {
  return isFull(error) || isHeldOpen(error) || (!claim.lastTry && isOfSystem(error));
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

/**
 * The NeXus file. An extra that it cannot be made with (the reference dark, then the parameters) is left out, and a note
 * says so.
 */
function makeNexus(
  libraries: MergeTools,
  work: Work,
  settings: Settings,
): Pick<MergeRecord, "nexus" | "series" | "geometry" | "parametersBeside" | "referenceDark"> {
  const { claim, contents, notes } = work;
  let facts: FrameFacts = {
    imageName: deliveredImage(claim.record),
    // The tags have changed nothing of where the pixels are: that was checked before they were written.
    layout: contents.layout,
    sidecar: contents.sidecar,
    view: contents.view,
    sidecarProblem: contents.sidecarProblem,
    settings,
    notes,
    parameters: claim.parameters,
    isThere: (stem) => isImageThere(claim.record, stem),
    ...overflowOf(work),
    dark: claim.record.dark,
    referenceDark: referenceOf(work, settings),
    writtenAt: new Date(claim.record.written_ms),
    timeZone: settings.detector.time_zone,
    checksum: settings.frames.checksum !== "none",
    ...(claim.calibration === undefined ? {} : { calibration: claim.calibration }),
  };
  const geometry = geometryFilesFor(facts, { claim, settings });
  for (;;) {
    try {
      const nexus = writeFacts(libraries, { work, facts }, settings);
      const beside = claim.parameters.length > facts.parameters.length ? { parametersBeside: true } : {};
      const dark = facts.referenceDark === null ? {} : { referenceDark: facts.referenceDark.frame };
      return { nexus, series: facts.dark ? null : identityOf(facts).series, ...geometry, ...beside, ...dark };
    } catch (error) {
      if (isFull(error) || isHeldOpen(error)) throw error;
      if (facts.referenceDark !== null) {
        notes.push(`no reference dark ${facts.referenceDark.imageName} in the NeXus file: ${messageOf(error)}`);
        facts = { ...facts, referenceDark: null };
      } else if (passes(error, claim)) {
        throw error;
      } else if (facts.overflow !== undefined) {
        notes.push(`no pixel_mask in the NeXus file: ${messageOf(error)}`);
        const { overflow: _, ...rest } = facts;
        facts = rest;
      } else if (facts.parameters.length > 0) {
        notes.push(`no parameters in the NeXus file: ${messageOf(error)}`);
        facts = { ...facts, parameters: [] };
      } else {
        notes.push(`no NeXus file: ${messageOf(error)}`);
        const beside = claim.parameters.length > 0 ? { parametersBeside: true } : {};
        return { nexus: null, series: null, ...geometry, ...beside };
      }
    }
  }
}

/** The files that `[geometry] files` asks for; where they cannot be made it is said once, and so is what is left out. */
function geometryFilesFor(
  facts: FrameFacts,
  { claim, settings }: { claim: MergeClaim; settings: Settings },
): Pick<MergeRecord, "geometry"> {
  const geometry = geometryOfFrame(facts);
  const { files: kinds } = settings.geometry;
  // Who asks for no geometry need not mind that there is none.
  const level = kinds.length > 0 || settings.nexus.profile === "nxmx" ? "warn" : "info";
  for (const note of geometry.notes) claim.logOnce?.(note, level);
  if (facts.layout === null || kinds.length === 0) return {};
  const files = geometryFiles(geometry, { image: facts.layout, kinds });
  if (typeof files !== "string") return { geometry: files };
  claim.logOnce?.(`no ${kinds.map((kind) => `.${kind}`).join(" and ")} beside it: ${files}`, "warn");
  return {};
}

/** A list that cannot be read, or only in part, is noted; it is delivered as it is in any case. */
function overflowOf({ claim, contents: { layout }, notes }: Work): Pick<FrameFacts, "overflow"> {
  const { record, path } = claim;
  const name = `${record.image}.overflow`;
  const member = record.members.find((member) => member.role === "other" && member.name === name);
  if (member === undefined || layout === null) return {};
  try {
    if (member.size > OVERFLOW_BYTES_MAX) throw new RangeError(`it has ${member.size} bytes`);
    const { pixels, problem } = readOverflow(readExisting(join(path, name), OVERFLOW_BYTES_MAX), layout);
    if (problem !== null) notes.push(`the list of overflowed pixels: ${problem}`);
    return { overflow: pixels };
  } catch (error) {
    if (passes(error, claim)) throw error;
    notes.push(`no pixel_mask in the NeXus file, the list of overflowed pixels cannot be read: ${messageOf(error)}`);
    return {};
  }
}

/** The frame goes without a reference that cannot be read. */
function referenceOf({ claim, contents, notes }: Work, settings: Settings): FrameFacts["referenceDark"] {
  if (!settings.dark.reference || claim.record.dark) return null;
  try {
    return referenceFor(settings.daemon.state_dir, contents.view);
  } catch (error) {
    notes.push(`no reference dark in the NeXus file: ${messageOf(error)}`);
    return null;
  }
}

function writeFacts(
  { hdf5, templates }: MergeTools,
  of: { work: Work; facts: FrameFacts },
  settings: Settings,
): NexusReport {
  const { claim, imagePath, notes } = of.work;
  const { unusual, ...report } = writeNexus(hdf5, join(claim.path, NEXUS_NAME), imagePath, of.facts, {
    fsync: settings.frames.fsync,
    templates,
  });
  // An image that came another way is no news to a person.
  if (unusual?.code === "no_image") notes.push(unusual.reason);
  return report;
}

/** Whether an image of this stem lies where the frame came from or goes to. */
function isImageThere({ raw, folder, image, destination }: ClaimRecord, stem: string): boolean {
  const name = `${stem}${image.slice(stemOf(image).length)}`;
  const folders = [
    ...raw === undefined ? [] : [rawFolder(raw, folder)],
    join(destination.root, destination.dir, nameInOutput(folder, { quarantine: null })),
  ];
  return folders.some((path) => {
    try {
      return statOf(join(path, name)) !== null;
    } catch {
      return false; // it is no more than a hint
    }
  });
}
