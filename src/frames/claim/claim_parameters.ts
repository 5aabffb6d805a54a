/**
 * The parameters of a frame in progress. What counts for it when it is claimed is put into its claim, so that no end of
 * the program can take it away; what is reported later but was read before the frame was written comes when it is merged.
 */
import { join } from "node:path";
import { messageOf } from "../../files/errors.ts";
import { nameIsTaken } from "../../files/listing.ts";
import { readPlain } from "../../files/plain_file.ts";
import { writeWhole } from "../../files/whole_file.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { linesOf, readingsOf } from "../../parameters/lines.ts";
import type { Logger } from "../../log/logger.ts";
import { type ClaimRecord, frameOf } from "./record.ts";
import type { ParameterSource } from "../stage.ts";
import { CLAIM_PARAMETERS_NAME } from "../../files/service_names.ts";

/** All parameters at once have less than half of this as base64; a larger file is something else. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** What counted at the exposure of a frame that is being claimed; none where nobody can be asked. */
export async function parametersFor(
  record: Pick<ClaimRecord, "folder" | "image" | "written_ms" | "exposed_ms" | "exposure_s">,
  options: { readonly source: ParameterSource | undefined; readonly log: Logger },
): Promise<readonly ParameterReading[]> {
  if (options.source === undefined) return [];
  try {
    // A file that was copied has a new time; what its sidecar says is the time of the exposure.
    const end_ms = record.exposed_ms ?? record.written_ms;
    const readings: unknown = await options.source.at(end_ms, end_ms - 1000 * (record.exposure_s ?? 0));
    // A main thread that is ending, or that knows of no parameters, may answer nothing.
    return Array.isArray(readings) ? readings : [];
  } catch (error) {
    options.log.warn(`${frameOf(record)}: its parameters cannot be requested: ${messageOf(error)}`);
    return [];
  }
}

/** One reading a line. Before the record, which says that the claim is there. */
export function writeClaimParameters(
  claim: string,
  readings: readonly ParameterReading[],
  options: { fsync: boolean },
): void {
  if (readings.length === 0) return;
  writeWhole(join(claim, CLAIM_PARAMETERS_NAME), new TextEncoder().encode(linesOf(readings)), options);
}

/** @throws the system's error, or one that says what is wrong with the file */
export function readClaimParameters(claim: string): readonly ParameterReading[] {
  const path = join(claim, CLAIM_PARAMETERS_NAME);
  if (!nameIsTaken(path)) return [];
  const bytes = readPlain(path, FILE_BYTES_MAX);
  return bytes === null ? [] : readingsOf(new TextDecoder().decode(bytes));
}

/** Of each parameter the newest reading of both; of two of one time the later one. */
export function newestOf(
  former: readonly ParameterReading[],
  later: readonly ParameterReading[],
): readonly ParameterReading[] {
  // Most often nothing has been reported since the frame was claimed.
  if (former.length === later.length && later.every((reading, index) => reading === former[index])) return former;
  const byName = new Map(former.map((reading) => [reading.name, reading]));
  for (const reading of later) {
    const known = byName.get(reading.name);
    if (known === undefined || known.time.getTime() <= reading.time.getTime()) byName.set(reading.name, reading);
  }
  return [...byName.values()];
}

/**
 * Of each parameter the newest reading that counts, from the claim or from the source. They are in the claim afterwards,
 * since the source forgets and a frame may be merged again. What cannot be read or written is reported: it never holds
 * up a frame.
 */
export async function parametersOfClaim(
  claim: { readonly path: string; readonly record: ClaimRecord },
  options: { readonly source: ParameterSource | undefined; readonly log: Logger; readonly fsync: boolean },
): Promise<readonly ParameterReading[]> {
  const { log, fsync } = options;
  const frame = frameOf(claim.record);
  let known: readonly ParameterReading[] = [];
  let isDamaged = false;
  try {
    known = readClaimParameters(claim.path);
  } catch (error) {
    isDamaged = true;
    log.warn(`${frame}: the parameters in its claim are lost: ${messageOf(error)}`);
  }
  const all = newestOf(known, await parametersFor(claim.record, options));
  const isNew = all !== known &&
    (all.length > known.length || all.some((reading, index) => reading.time > (known[index]?.time ?? 0)));
  try {
    if (isNew && !isDamaged) writeClaimParameters(claim.path, all, { fsync });
  } catch (error) {
    log.warn(`${frame}: its parameters cannot be kept for another merge: ${messageOf(error)}`);
  }
  return all;
}
