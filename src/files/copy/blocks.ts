/**
 * The memory that copies and digests go through. A file of its own: what reads, what writes and what only hashes have
 * it in common.
 */
import { Buffer } from "node:buffer";

/**
 * The best of 128 kB to 2 MB (docs/decisions/speed.md): below, calls cost more, above, a block falls out of the
 * processor's second cache before it is compared.
 */
export const BLOCK_BYTES = 256 * 1024;

/**
 * What is copied and what is read back, one pair for all copies of a thread: a new pair for each frame costs a tenth
 * of the time, in pages that have to be mapped and cleared. Whoever uses them is synchronous, so nobody else is in them.
 */
export const block = new Uint8Array(BLOCK_BYTES);
export const back = Buffer.alloc(BLOCK_BYTES);
