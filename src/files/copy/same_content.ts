/**
 * Compares files byte by byte: with each other in blocks, or with what is in memory. A file of its own: whoever compares
 * copies and hashes nothing.
 */
import { Buffer } from "node:buffer";
import { BLOCK_BYTES } from "./blocks.ts";
import { fill } from "../durable.ts";
import { statOf } from "../listing.ts";
import { readExisting } from "../plain_file.ts";

/** Whether both are plain files of the same bytes. */
export function sameContent(a: string, b: string): boolean {
  const [factsA, factsB] = [statOf(a), statOf(b)];
  if (factsA === null || factsB === null || factsA.size !== factsB.size) return false;
  using fileA = Deno.openSync(a, { read: true });
  using fileB = Deno.openSync(b, { read: true });
  const [blockA, blockB] = [Buffer.alloc(BLOCK_BYTES), Buffer.alloc(BLOCK_BYTES)];
  for (let left = factsA.size; left > 0;) {
    const countA = fill(fileA, blockA);
    const countB = fill(fileB, blockB);
    if (countA !== countB || countA === 0) return false;
    if (!blockA.subarray(0, countA).equals(blockB.subarray(0, countB))) return false;
    left -= countA;
  }
  return true;
}

/** Whether a plain file has exactly these bytes. */
export function hasBytes(path: string, bytes: Uint8Array): boolean {
  return statOf(path)?.size === bytes.length && Buffer.compare(readExisting(path, bytes.length), bytes) === 0;
}
