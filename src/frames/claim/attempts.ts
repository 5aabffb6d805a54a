/**
 * How often the merge has begun with a claim and not ended: a frame that ends the process each time is delivered as it
 * is. The number is not flushed: what the end of a process leaves in the system's cache is read by the next one, and a
 * power cut, which may take it, is not the frame's fault.
 */
import { join } from "node:path";
import { nameIsFree } from "../../../ffi/system/files.ts";
import { removeFile, writeAll } from "../../files/durable.ts";
import { createOwn, ForeignEntryError, readPlain } from "../../files/plain_file.ts";
import { ATTEMPTS_NAME } from "../../files/service_names.ts";
import type { ClaimRecord } from "./record.ts";

/** A number of some digits; a larger file is something else. */
const BYTES_MAX = 32;

/**
 * To be called before the libraries see the frame.
 * @returns its number, from 1
 * @throws the system's error where the claim cannot be written to
 */
export function beginAttempt(claim: string, record: Pick<ClaimRecord, "attempts">): number {
  const path = join(claim, ATTEMPTS_NAME);
  const attempt = Math.max(record.attempts, readAttempts(path)) + 1;
  using file = createOwn(path);
  writeAll(file, new TextEncoder().encode(String(attempt)));
  return attempt;
}

/** To be called when the record says what became of the merge. */
export function endAttempt(claim: string): void {
  removeFile(join(claim, ATTEMPTS_NAME));
}

function readAttempts(path: string): number {
  if (nameIsFree(path)) return 0;
  try {
    const bytes = readPlain(path, BYTES_MAX);
    const attempts = bytes === null ? 0 : Number(new TextDecoder().decode(bytes));
    return Number.isSafeInteger(attempts) && attempts > 0 ? attempts : 0;
  } catch (error) {
    // What is no file of pewatch's is set aside when the number is written.
    if (error instanceof ForeignEntryError || error instanceof RangeError) return 0;
    throw error;
  }
}
