/**
 * The way out for a frame that cannot be delivered as it should. It takes a frame whatever is wrong with it: each
 * file on its own, under names that are free, short enough and allowed on every volume, with a text that says why.
 * One file: each step is the way out of the one before, where that fails.
 */
import { join } from "node:path";
import { nameForWindows } from "../../config/names/windows_names.ts";
import { type Span, VerificationError, writeVerified } from "../../files/copy/target_writers.ts";
import { removeFile, syncFolder, tryToRemove } from "../../files/durable.ts";
import { isAboutName, isFull, isHeldOpen } from "../../files/errors.ts";
import { LinkInPathError, nameIsTaken, statOf } from "../../files/listing.ts";
import { CLAIM_PARAMETERS_NAME, NEXUS_NAME, outputPartName } from "../../files/service_names.ts";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";
import { hasBytes, sameContent } from "../../files/copy/same_content.ts";
import { assembleSpans } from "../../nexus/assemble.ts";
import { LedgerError } from "../../ledger/error.ts";
import type { LedgerFile } from "../../ledger/line.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { nameInOutput } from "../claim/awkward_names.ts";
import { discardClaim } from "../claim/claim.ts";
import { readClaimParameters } from "../claim/claim_parameters.ts";
import { keptFrameBytes, madeName } from "../claim/kept_frame.ts";
import { bytesOf, NAME_BYTES_MAX, numberedStem, stemOf, underStem } from "../claim/names.ts";
import { type ClaimRecord, frameOf, isFromQuarantine } from "../claim/record.ts";
import { makeOutputFolder, OutputGoneError, outputRootOf } from "./destination.ts";
import { type Delivery, namePart } from "./delivery.ts";
import { placeOf, receiptFiles } from "./receipt_files.ts";
import { harmlessName } from "../claim/harmless_names.ts";

/** Of a name that is not known to be allowed, so much is kept. */
const ENDING_LENGTH_MAX = 80;
/** So often its own names are tried. */
const FAILURES_BEFORE_ID = 3;
/** More frames of one name have ids for names. */
const COUNTER_MAX = 1000;

interface Claim {
  readonly path: string;
  readonly record: ClaimRecord;
}

/** One file that goes there. */
interface Piece {
  readonly name: string;
  /** What it is made of: bytes, or pieces of files of the claim. */
  readonly content: Uint8Array<ArrayBuffer> | readonly Span[];
  /** One whole file of the claim, with which it can be compared; null for what is put together. */
  readonly source: string | null;
  readonly modified_ms: number;
  readonly checksumSlot: number | null;
  readonly role: LedgerFile["role"];
}

interface QuarantineSet {
  readonly folder: string;
  readonly pieces: readonly Piece[];
  /** Names that an earlier try has published. */
  readonly present: ReadonlySet<string>;
}

export interface Quarantined {
  readonly type: "quarantined";
  readonly folder: string;
  readonly reason: string;
  readonly bytes: number;
  /** Of its line in the ledger, where one is kept. */
  readonly sequence: number | undefined;
}

/**
 * Under the frame's own names, else under the claim's id in the quarantine itself.
 * @throws OutputGoneError, VerificationError, LedgerError or the system's error; what could be put there stays, and the
 *   next try puts the rest there
 */
export async function deliverToQuarantine(claim: Claim, delivery: Delivery): Promise<Quarantined> {
  const { record } = claim;
  const root = outputRootOf(record, delivery.folders);
  const { fsync } = delivery.settings.frames;
  try {
    const below = `${QUARANTINE_FOLDER}/${nameInOutput(record.folder, record)}`;
    const folder = makeOutputFolder(root, below, { fsync });
    const set = underOwnNames(claim, folder);
    if (set !== null) return await publishAll(claim, set, delivery);
  } catch (error) {
    const passes = isFull(error) || isHeldOpen(error) || error instanceof OutputGoneError ||
      error instanceof VerificationError || error instanceof LedgerError;
    // What fails once is no reason for other names: pieces are there already.
    const isLasting = isAboutName(error) || error instanceof LinkInPathError;
    if (passes || (!isLasting && (delivery.failures ?? 0) < FAILURES_BEFORE_ID)) throw error;
  }
  const set = underItsId(claim, makeOutputFolder(root, QUARANTINE_FOLDER, { fsync }));
  return await publishAll(claim, set, delivery);
}

/** Null where the names are too long or all taken. */
function underOwnNames(claim: Claim, folder: string): QuarantineSet | null {
  const own = stemOf(claim.record.image);
  for (let count = 0; count <= COUNTER_MAX; count++) {
    const stems = { from: own, to: numberedStem(own, count) };
    const pieces = piecesOf(claim, (name) => harmlessName(nameForWindows(underStem(name, stems))));
    if (pieces.some(({ name }) => bytesOf(name) > NAME_BYTES_MAX)) return null;
    const present = presentIn(folder, pieces);
    if (present !== null) return { folder, pieces, present };
  }
  return null;
}

/** Nobody else has such a name. What has it and differs is of a try that was cut off in another version. */
function underItsId(claim: Claim, folder: string): QuarantineSet {
  const { id, image } = claim.record;
  const own = stemOf(image);
  for (let count = 0;; count++) {
    const stem = numberedStem(id, count);
    const pieces = piecesOf(claim, (name) => {
      const ending = name.startsWith(own) ? name.slice(own.length) : `-${name}`;
      return stem + ending.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/[. ]+$/, "_").slice(-ENDING_LENGTH_MAX);
    });
    const present = presentIn(folder, pieces);
    if (present !== null || count >= COUNTER_MAX) return { folder, pieces, present: present ?? new Set() };
  }
}

/** What the image's own text and the frame's description are called comes first, so that no image is there without. */
function piecesOf(claim: Claim, nameOf: (name: string) => string): Piece[] {
  const { record, path } = claim;
  const taken = new Set<string>();
  const free = (name: string) => {
    let given = name;
    for (let count = 2; taken.has(given.toLowerCase()); count++) given = `${name}-${count}`;
    taken.add(given.toLowerCase());
    return given;
  };
  const missing: string[] = [];
  const members = record.members.flatMap((member) => {
    const source = join(path, member.name);
    const facts = statOf(source);
    if (facts === null) missing.push(member.name);
    if (facts === null) return [];
    const content = [{ source, offset: 0, length: facts.size }];
    const piece: Piece = {
      name: free(nameOf(member.name)),
      content,
      source,
      modified_ms: member.modified_ms,
      checksumSlot: null,
      role: member.role,
    };
    return [{ member, piece }];
  });
  const image = members.find(({ member }) => member.role === "image")?.piece.name ?? nameOf(record.image);
  const nexus = nexusOf(claim, free(`${stemOf(image)}.nxs`));
  const parameters = parametersIn(claim, free(madeName(image, ".parameters")));
  const made = (name: string, content: Uint8Array<ArrayBuffer>): Piece => {
    return { name, content, source: null, modified_ms: 0, checksumSlot: null, role: "other" };
  };
  const [reasonName, keptName] = [free(madeName(image, ".reason.txt")), free(madeName(image, ".pewatch.json"))];
  const kept = keptFrameBytes({
    folder: record.folder,
    image: record.image,
    written_ms: record.written_ms,
    exposed_ms: record.exposed_ms ?? null,
    files: members.map(({ member, piece }) => ({ name: piece.name, original: member.name })),
    made: [...nexus === null ? [] : [nexus.name], reasonName, keptName],
    parameters: parameters.readings,
  });
  return [
    made(reasonName, new TextEncoder().encode(reasonText(record, missing))),
    made(keptName, kept),
    ...parameters.piece === null ? [] : [parameters.piece],
    ...members.map(({ piece }) => piece),
    ...nexus === null ? [] : [nexus],
  ];
}

function reasonText(record: ClaimRecord, missing: readonly string[]): string {
  const why = record.undeliverable === true ? "could not be delivered" : "was not delivered: it is not a readable TIFF";
  return [
    `${frameOf(record)} ${why}: ${record.quarantine}`,
    ...record.notes,
    ...missing.map((name) => `${name} is missing: it was removed from the claim`),
    "To try it again: mend the cause, then run pewatch retry.",
    "",
  ].join("\n");
}

/** What cannot be read as parameters goes along as it is. */
function parametersIn(
  { path }: Claim,
  name: string,
): { readings: readonly ParameterReading[]; piece: Piece | null } {
  try {
    return { readings: readClaimParameters(path), piece: null };
  } catch {
    const source = join(path, CLAIM_PARAMETERS_NAME);
    const size = statOf(source)?.size;
    if (size === undefined) return { readings: [], piece: null };
    const content = [{ source, offset: 0, length: size }];
    return { readings: [], piece: { name, content, source, modified_ms: 0, checksumSlot: null, role: "other" } };
  }
}

/** The NeXus file, where the claim still has what it is put together from. */
function nexusOf({ path, record }: Claim, name: string): Piece | null {
  const report = record.merge?.nexus ?? null;
  const head = join(path, NEXUS_NAME);
  const image = join(path, record.image);
  const headFacts = statOf(head);
  if (report === null || headFacts === null || statOf(image)?.size !== record.merge!.imageSize) return null;
  const spans = assembleSpans(report, { head, headSize: headFacts.size, image });
  return { name, content: spans, source: null, modified_ms: 0, checksumSlot: report.checksumSlot, role: "nexus" };
}

/** Which names are there already with this frame's content; null where one of them has other content. */
function presentIn(folder: string, pieces: readonly Piece[]): ReadonlySet<string> | null {
  const present = new Set<string>();
  for (const piece of pieces) {
    const path = join(folder, piece.name);
    if (!nameIsTaken(path)) continue;
    if (!hasContent(path, piece)) return null;
    present.add(piece.name);
  }
  const last = pieces.at(-1)!;
  // The NeXus file comes last: without the rest it is another frame's.
  if (last.role === "nexus" && present.has(last.name) && present.size < pieces.length) return null;
  return present;
}

function hasContent(path: string, { content, source }: Piece): boolean {
  if (source !== null) return sameContent(source, path);
  if (!(content instanceof Uint8Array)) return statOf(path) !== null;
  try {
    return hasBytes(path, content);
  } catch {
    return false;
  }
}

/** Each on its own: one that cannot be read does not hold up the others. */
async function publishAll(claim: Claim, set: QuarantineSet, delivery: Delivery): Promise<Quarantined> {
  delivery.parts.writesTo(set.folder);
  const { fsync } = delivery.settings.frames;
  let bytes = 0;
  let failure: unknown = null;
  for (const [index, piece] of set.pieces.entries()) {
    const part = join(set.folder, outputPartName(claim.record.id, index));
    try {
      if (!set.present.has(piece.name)) bytes += await publishPiece(piece, { part, claim, set }, delivery);
      else removeFile(part); // a kill may have come between its link and its removal
    } catch (error) {
      delivery.parts.mayHaveLeft(set.folder);
      tryToRemove(part);
      if (isFull(error)) throw error;
      failure ??= error;
    }
  }
  if (fsync) syncFolder(set.folder);
  if (failure !== null) throw failure;
  const { record } = claim;
  const reason = record.quarantine ?? "";
  const files = set.pieces.map(({ name, role }) => ({ name, kind: role }));
  const receipt = await delivery.ledger?.append({
    type: "quarantined",
    claim: record.id,
    frame: frameOf(record),
    ...placeOf(set.folder, record, delivery.folders),
    files: receiptFiles({ folder: set.folder, files }, new Map(), delivery),
    reason,
    cause: record.undeliverable === true ? "undeliverable" : "unreadable",
    bytes,
    notes: record.notes,
    fromQuarantine: isFromQuarantine(record),
  });
  await discardClaim(claim.path);
  return { type: "quarantined", folder: set.folder, reason, bytes, sequence: receipt?.sequence };
}

async function publishPiece(
  piece: Piece,
  to: { part: string; claim: Claim; set: QuarantineSet },
  delivery: Delivery,
): Promise<number> {
  const { content, checksumSlot } = piece;
  const { verify, fsync } = delivery.settings.frames;
  if (content instanceof Uint8Array) {
    writeVerified(to.part, content, { fsync });
  } else {
    const source = join(to.claim.path, to.claim.record.image);
    const slot = checksumSlot === null ? null : { at: checksumSlot, source };
    const targets = [{ path: to.part, spans: content, checksumSlot: slot }];
    await delivery.pool.copy({ targets, options: { verify, fsync } }, { workers: delivery.workers });
  }
  await namePart(to.part, { folder: to.set.folder, name: piece.name, modified_ms: piece.modified_ms }, delivery);
  return content instanceof Uint8Array ? content.length : content.reduce((sum, { length }) => sum + length, 0);
}
