/** Compares files byte by byte, in blocks. */
import { Buffer } from "node:buffer";
import { BLOCK_BYTES } from "./blocks.ts";
import { statOf } from "../listing.ts";

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

function fill(file: Deno.FsFile, block: Uint8Array): number {
  let done = 0;
  while (done < block.length) {
    const count = file.readSync(block.subarray(done));
    if (count === null) break;
    done += count;
  }
  return done;
}
