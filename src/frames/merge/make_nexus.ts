/** The NeXus file of a claim, from what was read of the frame and of the files beside it. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { isFull, isHeldOpen, messageOf } from "../../files/errors.ts";
import { rawFolder, statOf } from "../../files/listing.ts";
import { readExisting } from "../../files/plain_file.ts";
import { NEXUS_NAME } from "../../files/service_names.ts";
import { geometryFiles } from "../../geometry/files.ts";
import { geometryOfFrame } from "../../nexus/frame/build.ts";
import { identityOf } from "../../nexus/frame/detector/exposure.ts";
import type { FrameFacts, NexusReport } from "../../nexus/frame/facts.ts";
import { writeNexus } from "../../nexus/write.ts";
import { OVERFLOW_BYTES_MAX, readOverflow } from "../../qxrd/overflow.ts";
import { nameInOutput } from "../claim/awkward_names.ts";
import { stemOf, underStem } from "../claim/names.ts";
import type { ClaimRecord, MergeRecord } from "../claim/record.ts";
import { referenceFor } from "../reference_dark.ts";
import { type MergeClaim, type MergeTools, passes, type Work } from "./merge_work.ts";

/** An extra that the file cannot be made with (the reference dark, then the parameters) is left out, and a note says so. */
export function makeNexus(
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

/** The image's name in the output: its own, or under the stem that it has to take. */
function deliveredImage(record: ClaimRecord): string {
  if (record.deliverAs === null) return record.image;
  return underStem(record.image, { from: stemOf(record.image), to: record.deliverAs });
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
