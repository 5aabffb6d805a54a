/** Claims a frame that is whole: the record that it gets, and the removal of a dark. */
import { join, sep } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { reasonOf } from "../../files/errors.ts";
import { type DarkFate, fateOfDark, type Ready } from "./assess.ts";
import { withNamesToKeep } from "../claim/awkward_names.ts";
import { claimFrame, discardClaim, newClaimId } from "../claim/claim.ts";
import { newestOf, parametersFor } from "../claim/claim_parameters.ts";
import type { KeptFrame } from "../claim/kept_frame.ts";
import {
  type ClaimRecord,
  frameOf,
  isFromQuarantine,
  type Member,
  readRecord,
  RECORD_VERSION,
} from "../claim/record.ts";
import { exposedAt, exposureOf } from "../exposure_time.ts";
import { type DarkToKeep, keepReference } from "../reference_dark.ts";
import type { Candidate } from "./sort_names.ts";
import type { StageOptions } from "../stage.ts";
import { DISCARD_PREFIX } from "../../files/service_names.ts";

export async function claimReady(
  candidate: Candidate,
  claim: { verdict: Ready; options: StageOptions; kept?: KeptFrame | null },
): Promise<{ outcome: "claimed" | "removed"; record: ClaimRecord }> {
  const { verdict, options, kept = null } = claim;
  const { settings, folders, reporter } = options;
  const frame = frameOf(candidate);
  const fate = treatDark(candidate, { verdict, options });
  const record = recordOf(candidate, { verdict, options, fate, kept });
  // What is removed or goes to quarantine is reported when that is done.
  const notes = record.remove || record.quarantine !== null ? [] : verdict.notes;
  for (const note of notes) reporter.log.warn(`${frame}: ${note}; delivered as it is`);
  for (const remark of verdict.remarks) reporter.log.warn(`${frame}: ${remark}`);
  for (const { name, reason } of verdict.notAttached) {
    reporter.log.warn(`${frame}: ${name} is not part of it and stays where it is: ${reason}`);
  }
  // A frame that goes to quarantine may be retried when nobody knows them any more.
  const source = record.remove ? undefined : options.parameters;
  const asked = await parametersFor(record, { source, log: reporter.log });
  const parameters = kept === null ? asked : newestOf(kept.parameters, asked);
  const fsync = settings.frames.fsync;
  if (isFromQuarantine(record)) await options.ledger?.append({ type: "retried", claim: record.id, frame });
  await claimFrame(record, { from: candidate.path, temp: folders.temp, fsync, parameters });
  if (record.remove) {
    await removeDark(join(folders.temp, DISCARD_PREFIX + record.id), options);
    return { outcome: "removed", record };
  }
  reporter.event({ type: "claimed", frame });
  return { outcome: "claimed", record };
}

/** Reported when its record is gone, so once, also where another program keeps the rest of it open for a while. */
export async function removeDark(claim: string, { ledger, reporter }: StageOptions): Promise<void> {
  const record = readRecord(claim);
  if (record === null) return void await discardClaim(claim);
  const bytes = record.members.reduce((sum, member) => sum + member.size, 0);
  const frame = frameOf(record);
  const files = record.members.map(({ name, role, size }) => ({ name, role, size, sha256: null }));
  const receipt = await ledger?.append({ type: "dark_removed", claim: record.id, frame, files, bytes });
  await discardClaim(claim);
  reporter.event({ type: "dark_removed", frame, bytes, sequence: receipt?.sequence });
}

/**
 * Keeps a dark as the reference where that is asked for, and decides what becomes of it. What cannot be kept as the
 * reference is not removed either: it goes to the archive, so that it does not fill the raw folder.
 */
function treatDark(candidate: Candidate, claim: { verdict: Ready; options: StageOptions }): DarkFate {
  const { verdict, options } = claim;
  const { dark: darks } = options.settings;
  const { log } = options.reporter;
  if (verdict.dark === null || verdict.quarantine !== null) return "deliver";
  const frame = frameOf(candidate);
  const fate = fateOfDark(verdict.dark, darks.policy);
  const archived = `is archived in ${darks.archive_dir} instead of removed`;
  if (verdict.dark === "name") {
    if (darks.policy === "delete") log.warn(`${frame}: only its name says that it is a dark: it ${archived}`);
    return fate;
  }
  if (!darks.reference || candidate.sidecar === null) return fate;
  const problem = reasonAgainstKeeping(options.settings, {
    folder: candidate.path,
    image: candidate.image,
    sidecar: candidate.sidecar,
    frame,
    written_ms: verdict.written_ms,
  });
  if (problem === null) return fate;
  log.warn(`${frame}: cannot be kept as the reference dark: ${problem}${fate === "remove" ? `; it ${archived}` : ""}`);
  return fate === "remove" ? "archive" : fate;
}

/** In words, or null where the dark is the reference now. */
function reasonAgainstKeeping({ daemon, detector, frames }: Settings, dark: DarkToKeep): string | null {
  try {
    return keepReference(daemon.state_dir, dark, { fsync: frames.fsync, timeZone: detector.time_zone });
  } catch (error) {
    return reasonOf(error);
  }
}

function recordOf(
  candidate: Candidate,
  claim: { verdict: Ready; options: StageOptions; fate: DarkFate; kept: KeptFrame | null },
): ClaimRecord {
  const { verdict, options, fate, kept } = claim;
  const { settings, folders } = options;
  const named = kept === null
    ? { ...candidate, members: verdict.members }
    : asOnce(verdict.members, { candidate, kept });
  const { image, members, notes } = withNamesToKeep(named.image, named.members);
  const archived = fate === "archive" ? settings.dark.archive_dir : "";
  return {
    version: RECORD_VERSION,
    id: newClaimId(folders.temp),
    raw: candidate.raw,
    folder: named.folder,
    ...named.folder === candidate.folder ? {} : { origin: candidate.folder },
    image,
    members,
    dark: verdict.dark !== null,
    remove: fate === "remove",
    ...fate === "archive" ? { archived: true } : {},
    destination: { root: folders.outputRoot, dir: forward([folders.outputDir, archived]) },
    quarantine: verdict.quarantine,
    notes: [...verdict.notes, ...verdict.remarks, ...notes],
    // The time of the measurement, whoever has mended a file since.
    written_ms: kept?.written_ms ?? verdict.written_ms,
    exposed_ms: kept?.exposed_ms ?? exposedAt(verdict, settings),
    exposure_s: exposureOf(verdict),
    attempts: 0,
    merge: null,
    deliverAs: null,
  };
}

/** A frame of the quarantine under the names and in the folder that it had in raw. */
function asOnce(
  members: readonly Member[],
  { candidate, kept }: { candidate: Candidate; kept: KeptFrame },
): { folder: string; image: string; members: readonly Member[] } {
  const originals = new Map(kept.files.map(({ name, original }) => [name, original]));
  const named = members.map((member) => {
    const name = originals.get(member.name) ?? member.name;
    return name === member.name ? member : { ...member, name, from: member.name };
  });
  const isEachOnce = new Set(named.map(({ name }) => name)).size === named.length;
  const image = originals.get(candidate.image) ?? candidate.image;
  if (!isEachOnce) return { folder: candidate.folder, image: candidate.image, members };
  return { folder: kept.folder, image, members: named };
}

/** Folders below each other with forward slashes, whatever this system's separator is. */
function forward(parts: readonly string[]): string {
  return parts.flatMap((part) => part.split(sep)).filter((part) => part !== "").join("/");
}
