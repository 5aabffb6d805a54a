/** Delivers one claim: copy, verify, flush, name, and only then remove the source. */
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { readExisting } from "../../files/plain_file.ts";
import type { NexusReport } from "../../nexus/frame/facts.ts";
import { type CopyTarget, writeVerified } from "../../files/copy/target_writers.ts";
import { removeFile, syncFolder, tryToRemove } from "../../files/durable.ts";
import { messageOf } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";
import { assembleSpans } from "../../nexus/assemble.ts";
import { placeByName } from "../../nexus/series/series_layout.ts";
import type { Receipt } from "../../ledger/line.ts";
import { discardClaim } from "../claim/claim.ts";
import { type Delivered, destinationFolder, type Plan } from "./destination.ts";
import { publishForFolder } from "./geometry_files.ts";
import type { PackedImage } from "./copy_job.ts";
import { type Delivery, namePart } from "./delivery.ts";
import type { FrameRoles } from "../events.ts";
import { stemOf } from "../claim/names.ts";
import { isHashed, placeOf, receiptFiles } from "./receipt_files.ts";
import { deliverToQuarantine, type Quarantined } from "./quarantine.ts";
import { type ClaimRecord, frameOf, isFromQuarantine } from "../claim/record.ts";
import { writeMark } from "../claim/series_marks.ts";
import { keepClaim } from "./kept_sets.ts";
import { markName, NEXUS_NAME, outputPartName, PART_ENDING } from "../../files/service_names.ts";

export type DeliveryOutcome =
  | {
    readonly type: "delivered";
    readonly files: readonly string[];
    readonly roles: FrameRoles;
    readonly bytes: number;
    readonly again: boolean;
    readonly latency_s: number;
    /** Of its line in the ledger, where one is kept. */
    readonly sequence: number | undefined;
  }
  | Quarantined
  /** Its stem is taken: the claim has to be merged again, so that its NeXus file speaks of the new name. */
  | { readonly type: "renamed"; readonly record: ClaimRecord };

/**
 * @throws OutputGoneError, VerificationError, LedgerError or the system's error; the claim is then as it was and can be
 *   delivered again
 */
export async function deliverClaim(
  claim: { path: string; record: ClaimRecord },
  delivery: Delivery,
): Promise<DeliveryOutcome> {
  const { path, record } = claim;
  if (record.quarantine !== null) return await deliverToQuarantine(claim, delivery);
  checkSources(claim);
  const nexus = record.merge?.nexus ?? null;
  const folder = destinationFolder(record, delivery.folders, delivery.settings.frames);
  delivery.parts.writesTo(folder);
  const { fsync } = delivery.settings.frames;
  const geometry = record.merge?.geometry ?? {};
  const forFolder = delivery.settings.geometry.beside === "folder";
  const plan = delivery.stems.choose(record, {
    folder,
    claim: path,
    withNexus: nexus !== null,
    geometry: forFolder ? {} : geometry,
  });
  const renamed = plan.stem !== (record.deliverAs ?? stemOf(record.image));
  if (renamed && nexus !== null && !plan.complete) {
    return { type: "renamed", record: { ...record, deliverAs: plan.stem, merge: null, attempts: 0 } };
  }
  // Of these a kill may have come between a part's link and its removal.
  const published = plan.files.filter((file) => plan.present.has(file.name));
  let copied: Copied = { bytes: 0, hashes: new Map() };
  try {
    if (forFolder) await publishForFolder(folder, geometry, { id: record.id, fsync });
    if (!plan.complete) copied = await copyAndPublish({ path, record }, plan, delivery);
  } catch (error) {
    // On a full volume the space of what is half made is needed. Where the folder is away, they are not found.
    delivery.parts.mayHaveLeft(folder);
    removeParts(record, plan, plan.files);
    throw error;
  }
  removeParts(record, plan, published);
  if (fsync) syncFolder(folder);
  markSeries(record, { folder, plan }, delivery);
  const latency_s = Math.max(0, Date.now() - record.written_ms) / 1000;
  const receipt = await writeReceipt(record, { plan, copied, latency_s }, delivery);
  if (delivery.settings.deliver.confirm.length > 0) await keepClaim(path, receipt?.sequence, { fsync });
  else await discardClaim(path);
  const files = plan.files.map((file) => join(folder, file.name));
  return {
    type: "delivered",
    files,
    roles: rolesOf(plan, files),
    bytes: copied.bytes,
    again: plan.complete,
    latency_s,
    sequence: receipt?.sequence,
  };
}

/** The line stands on the disk before the claim is removed. */
async function writeReceipt(
  record: ClaimRecord,
  of: { plan: Plan; copied: Copied; latency_s: number },
  delivery: Delivery,
): Promise<Receipt | null | undefined> {
  const { plan, copied, latency_s } = of;
  return await delivery.ledger?.append({
    type: record.archived === true ? "dark_archived" : "delivered",
    claim: record.id,
    frame: frameOf(record),
    ...placeOf(plan.folder, record, delivery.folders),
    files: receiptFiles(plan, copied.hashes, delivery),
    dark: record.dark,
    again: plan.complete,
    bytes: copied.bytes,
    latency_s,
    written: new Date(record.written_ms).toISOString(),
    parameters: record.merge?.parameters ?? 0,
    referenceDark: record.merge?.referenceDark ?? null,
    notes: record.merge?.notes ?? record.notes,
    fromQuarantine: isFromQuarantine(record),
  });
}

/** The frame itself is at fault: another try changes nothing. */
export class FrameFaultError extends Error {
  override readonly name = "FrameFaultError";
}

/** What the merge made beside the frame is gone or damaged; it can be made again. */
export class NexusLostError extends Error {
  override readonly name = "NexusLostError";
}

/** @throws FrameFaultError, NexusLostError, or the system's error */
function checkSources({ path, record }: { path: string; record: ClaimRecord }): void {
  const image = statOf(join(path, record.image));
  if (image === null) throw new FrameFaultError(`its image is missing in ${path}`);
  const { merge } = record;
  if (merge === null) return;
  if (image.size !== merge.imageSize) {
    throw new FrameFaultError(`its image has ${image.size} bytes, but had ${merge.imageSize} when it was merged`);
  }
  if (merge.nexus !== null) checkNexus(join(path, NEXUS_NAME), merge.nexus);
}

/** It is not flushed: a power cut after its merge may have taken of it. */
function checkNexus(path: string, { crc32: expected }: NexusReport): void {
  const size = statOf(path)?.size;
  if (size === undefined) throw new NexusLostError("its NeXus file is missing in the claim");
  if (expected !== undefined && crc32(readExisting(path, size)) !== expected) {
    throw new NexusLostError("its NeXus file in the claim is damaged");
  }
}

function rolesOf(plan: Plan, files: readonly string[]): FrameRoles {
  const path = (kind: Delivered["kind"]) => files[plan.files.findIndex((file) => file.kind === kind)] ?? null;
  return { image: path("image") ?? "", sidecar: path("sidecar"), nexus: path("nexus") };
}

/** The master of the frame's series is written later, by the worker that has HDF5: the mark asks for it. */
function markSeries(record: ClaimRecord, to: { folder: string; plan: Plan }, delivery: Delivery): void {
  const { nexus, frames } = delivery.settings;
  if (!nexus.series || nexus.image !== "embed" || record.dark) return;
  const file = to.plan.files.find((file) => file.kind === "nexus");
  if (file === undefined) return;
  // Records of 0.1 have no series.
  const series = record.merge?.series === undefined ? placeByName(file.name)?.series ?? null : record.merge.series;
  if (series === null) return;
  const { root } = record.destination;
  const mark = {
    id: record.id,
    root: to.folder.startsWith(root) ? root : delivery.folders.outputRoot,
    folder: to.folder,
    nexus: file.name,
    series,
  };
  for (let left = MARK_TRIES;; left--) {
    try {
      return writeMark(delivery.folders.proc, mark, { fsync: frames.fsync });
    } catch (error) {
      tryToRemove(join(delivery.folders.proc, markName(record.id) + PART_ENDING));
      if (left > 1) continue;
      // The frame is delivered; on a full proc its claim has to go so that there is room again.
      const why = `the master of its series will include it only with the next frame: ${messageOf(error)}`;
      return delivery.log.warn(`${frameOf(record)}: ${why}`);
    }
  }
}

/** At once: the frame is delivered, and what fails twice is no accident. */
const MARK_TRIES = 2;

interface Copied {
  /** That were written. */
  readonly bytes: number;
  /** SHA-256 by the names in the output. */
  readonly hashes: ReadonlyMap<string, string>;
}

async function copyAndPublish(
  claim: { path: string; record: ClaimRecord },
  plan: Plan,
  delivery: Delivery,
): Promise<Copied> {
  const { settings, pool, workers } = delivery;
  const wanted = plan.files.filter((file) => !plan.present.has(file.name));
  const parts = new Map(wanted.map((file) => [file, partOf(claim.record, { plan, file })]));
  const copied = wanted.filter(({ content }) => content === undefined);
  const targets = copied.map((file) => ({
    ...targetOf(claim, { file, path: parts.get(file)! }),
    hashed: isHashed(file, delivery),
  }));
  const packed = copied.flatMap((file) => packedOf(claim, { file, path: parts.get(file)! }));
  const { verify, fsync } = settings.frames;
  for (const file of wanted) if (file.content !== undefined) writeVerified(parts.get(file)!, file.content, { fsync });
  const hashes = await pool.copy({ targets, packed, options: { verify, fsync } }, { workers });
  const bytes = targets.reduce((sum, target) => sum + sizeOf(target.path), 0);
  for (const file of wanted) {
    const { name, modified_ms } = file;
    await namePart(parts.get(file)!, { folder: plan.folder, name, modified_ms }, delivery);
  }
  return {
    bytes,
    hashes: new Map(copied.flatMap((file) => {
      const hash = hashes.get(parts.get(file)!);
      return hash === undefined ? [] : [[file.name, hash] as const];
    })),
  };
}

function removeParts(record: ClaimRecord, plan: Plan, files: readonly Delivered[]): void {
  for (const file of files) removeFile(partOf(record, { plan, file }));
}

/** The same name at every try, so that the next one writes over the remains of the last. */
function partOf(record: ClaimRecord, of: { plan: Plan; file: Delivered }): string {
  return join(of.plan.folder, outputPartName(record.id, of.plan.files.indexOf(of.file)));
}

function targetOf(claim: { path: string; record: ClaimRecord }, to: { file: Delivered; path: string }): CopyTarget {
  const { file, path } = to;
  if (file.source !== null) {
    const length = file.size;
    return { path, spans: [{ source: file.source, offset: 0, length }], checksumSlot: null };
  }
  const report = claim.record.merge!.nexus!;
  const source = join(claim.path, claim.record.image);
  const head = join(claim.path, NEXUS_NAME);
  const spans = assembleSpans(report, { head, headSize: sizeOf(head), image: source });
  const checksumSlot = report.checksumSlot === null ? null : { at: report.checksumSlot, source };
  return { path, spans, checksumSlot, grows: report.way === "chunks" };
}

/** Of the NeXus file, where its pixels are to be compressed. */
function packedOf(claim: { path: string; record: ClaimRecord }, to: { file: Delivered; path: string }): PackedImage[] {
  const chunks = to.file.kind === "nexus" ? claim.record.merge!.nexus!.chunks : undefined;
  if (chunks === undefined) return [];
  const [image, head] = [join(claim.path, claim.record.image), join(claim.path, NEXUS_NAME)];
  return [{ path: to.path, image, head, chunks }];
}

function sizeOf(path: string): number {
  const facts = statOf(path);
  if (facts === null) throw new Error(`Cannot find ${path}, which the claim record names`);
  return facts.size;
}
