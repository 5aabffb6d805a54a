/** Delivers one claim: copy, verify, flush, name, and only then remove the source. */
import { join } from "node:path";
import type { CopyTarget, Span } from "../../files/copy_spans.ts";
import { publish, removeFile, syncFolder, whileHeldOpen } from "../../files/durable.ts";
import { messageOf } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";
import { assembleSpans } from "../../nexus/assemble.ts";
import { placeByName } from "../../nexus/series/series_layout.ts";
import { discardClaim } from "../claim/claim.ts";
import { type Delivered, destinationFolder, type Plan } from "./destination.ts";
import { publishForFolder, writePart } from "./geometry_files.ts";
import type { Delivery } from "./delivery.ts";
import type { FrameRoles } from "../events.ts";
import { stemOf } from "../claim/names.ts";
import { deliverToQuarantine, type Quarantined } from "./quarantine.ts";
import { type ClaimRecord, frameOf } from "../claim/record.ts";
import { writeMark } from "../claim/series_marks.ts";
import { markName, NEXUS_NAME, outputPartName, PART_ENDING } from "../../files/service_names.ts";

export type DeliveryOutcome =
  | {
    readonly type: "delivered";
    readonly files: readonly string[];
    readonly roles: FrameRoles;
    readonly bytes: number;
    readonly again: boolean;
  }
  | Quarantined
  /** Its stem is taken: the claim has to be merged again, so that its NeXus file speaks of the new name. */
  | { readonly type: "renamed"; readonly record: ClaimRecord };

/**
 * @throws OutputGoneError, VerificationError or the system's error; the claim is then as it was and can be delivered
 *   again
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
  const { fsync } = delivery.settings.frames;
  const geometry = record.quarantine === null ? record.merge?.geometry ?? {} : {};
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
  let bytes = 0;
  try {
    if (forFolder) await publishForFolder(folder, geometry, { id: record.id, fsync });
    if (!plan.complete) bytes = await copyAndPublish({ path, record }, plan, delivery);
  } catch (error) {
    // On a full volume the space of what is half made is needed.
    removeParts(record, plan, plan.files);
    throw error;
  }
  removeParts(record, plan, published);
  if (fsync) syncFolder(folder);
  markSeries(record, { folder, plan }, delivery);
  await discardClaim(path);
  const files = plan.files.map((file) => join(folder, file.name));
  return { type: "delivered", files, roles: rolesOf(plan, files), bytes, again: plan.complete };
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
  if (merge.nexus !== null && statOf(join(path, NEXUS_NAME)) === null) {
    throw new NexusLostError("its NeXus file is missing in the claim");
  }
}

function rolesOf(plan: Plan, files: readonly string[]): FrameRoles {
  const path = (kind: Delivered["kind"]) => files[plan.files.findIndex((file) => file.kind === kind)] ?? null;
  return { image: path("image") ?? "", sidecar: path("sidecar"), nexus: path("nexus") };
}

/** The master of the frame's series is written later, by the worker that has HDF5: the mark tells it so. */
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

function tryToRemove(path: string): void {
  try {
    removeFile(path);
  } catch {
    // it is hidden, and the volume refuses files anyway
  }
}

async function copyAndPublish(
  claim: { path: string; record: ClaimRecord },
  plan: Plan,
  delivery: Delivery,
): Promise<number> {
  const { settings, pool, workers } = delivery;
  const wanted = plan.files.filter((file) => !plan.present.has(file.name));
  const parts = new Map(wanted.map((file) => [file, partOf(claim.record, { plan, file })]));
  const image = join(claim.path, claim.record.image);
  const slot = claim.record.merge?.nexus?.checksumSlot ?? null;
  const hashed = slot !== null && wanted.some((file) => file.kind === "nexus") ? image : null;
  const copied = wanted.filter((file) => file.text === undefined);
  const targets = copied.map((file) => targetOf(claim, { file, path: parts.get(file)! }));
  const { verify, fsync } = settings.frames;
  for (const file of wanted) if (file.text !== undefined) writePart(parts.get(file)!, file.text, { fsync });
  await pool.copy({ targets, options: { verify, fsync, hashed } }, { workers });
  for (const file of wanted) {
    delivery.times.keep(parts.get(file)!, { modified_ms: file.modified_ms, folder: plan.folder });
    await whileHeldOpen(() => publish(parts.get(file)!, join(plan.folder, file.name)));
  }
  return targets.reduce((sum, target) => sum + target.spans.reduce((bytes, span) => bytes + span.length, 0), 0);
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
  const head = join(claim.path, NEXUS_NAME);
  const report = claim.record.merge!.nexus!;
  const spans: Span[] = assembleSpans(report, sizeOf(head)).map((span) => ({
    source: span.from === "head" ? head : join(claim.path, claim.record.image),
    offset: span.offset,
    length: span.length,
  }));
  return { path, spans, checksumSlot: report.checksumSlot };
}

function sizeOf(path: string): number {
  const facts = statOf(path);
  if (facts === null) throw new Error(`Cannot find ${path}, which the claim record names`);
  return facts.size;
}
