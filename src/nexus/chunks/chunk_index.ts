/**
 * The index of a dataset's chunks in a file that HDF5 has written: where it stands, and what it says when the chunks are
 * appended to the file. It is a B-tree of version 1 (HDF5 File Format Specification, III.A.1), which files have whose
 * lower bound is that of HDF5 1.8; one node without a checksum, as there are few chunks.
 */
import { Buffer } from "node:buffer";
import { Hdf5Error } from "../../../ffi/hdf5/error.ts";
import { lookup3 } from "../tree/lookup3.ts";
import type { ChunkLayout } from "./chunk_layout.ts";

/** What is written of a chunk until it is known. */
export const PLACEHOLDER_BYTES = 1;

/** Signature, node type 1, level 0, entries used, both siblings undefined. */
const SIGNATURE = Buffer.from("TREE\x01\x00", "latin1");
const HEADER_BYTES = 24;
const NO_SIBLINGS = Buffer.alloc(16, 0xff);
/** A key: size and filter mask, and the offset of the first element in each dimension, that of its bytes included. */
const DIMENSIONS = 3;
const OFFSETS_AT = 8;
const ADDRESS_AT = OFFSETS_AT + 8 * (DIMENSIONS + 1);
const ENTRY_BYTES = ADDRESS_AT + 8;
/** The address, which is the only part of an entry that is not known before. */
const ADDRESS_BYTES = 8;

/** Where a superblock of version 2 or 3 has the file's end and its checksum (II.A). */
const SUPERBLOCK_END_AT = 28;
const SUPERBLOCK_CHECKSUM_AT = 44;
export const SUPERBLOCK_BYTES = 48;

/** Where a chunk stands in the file. */
export interface ChunkPlace {
  readonly at: number;
  readonly byteCount: number;
}

/**
 * Returns the offset of the first key of the index whose chunks are all placeholders.
 * @throws Hdf5Error where it is not there exactly once, or the system's error
 */
export function findChunkIndex(path: string, chunks: Pick<ChunkLayout, "rows" | "count">): number {
  const bytes = Buffer.from(Deno.readFileSync(path).buffer);
  const places: number[] = [];
  for (let at = bytes.indexOf(SIGNATURE); at !== -1; at = bytes.indexOf(SIGNATURE, at + 1)) {
    if (isIndexAt(bytes, at, chunks)) places.push(at + HEADER_BYTES);
  }
  if (places.length === 1) return places[0]!;
  throw new Hdf5Error(`Cannot compress the image: its index is ${places.length} times in ${path}`);
}

function isIndexAt(bytes: Buffer, at: number, { rows, count }: Pick<ChunkLayout, "rows" | "count">): boolean {
  const keysAt = at + HEADER_BYTES;
  if (keysAt + count * ENTRY_BYTES > bytes.length || bytes.readUInt16LE(at + SIGNATURE.length) !== count) return false;
  if (!bytes.subarray(at + 8, keysAt).equals(NO_SIBLINGS)) return false;
  const expected = indexBytes(Array.from({ length: count }, () => ({ at: 0, byteCount: PLACEHOLDER_BYTES })), rows);
  return Array.from({ length: count }, (_, index) => index * ENTRY_BYTES).every((entry) => {
    const end = entry + ENTRY_BYTES - ADDRESS_BYTES;
    return bytes.subarray(keysAt + entry, keysAt + end).equals(expected.subarray(entry, end));
  });
}

/** The entries of the chunks in their order, from the first key on. */
export function indexBytes(chunks: readonly ChunkPlace[], rows: number): Buffer {
  const bytes = Buffer.alloc(chunks.length * ENTRY_BYTES);
  chunks.forEach(({ at, byteCount }, index) => {
    const entry = index * ENTRY_BYTES;
    bytes.writeUInt32LE(byteCount, entry);
    bytes.writeBigUInt64LE(BigInt(index * rows), entry + OFFSETS_AT + 8);
    bytes.writeBigUInt64LE(BigInt(at), entry + ADDRESS_AT);
  });
  return bytes;
}

/** The same superblock of a file that ends elsewhere. @throws Hdf5Error where its version is not 2 or 3 */
export function superblockWithEnd(superblock: Uint8Array, end: number): Uint8Array {
  const bytes = superblock.slice(0, SUPERBLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  if (bytes.length < SUPERBLOCK_BYTES || (bytes[8] !== 2 && bytes[8] !== 3)) {
    throw new Hdf5Error("Cannot compress the image: the file's superblock is not of version 2 or 3");
  }
  view.setBigUint64(SUPERBLOCK_END_AT, BigInt(end), true);
  view.setUint32(SUPERBLOCK_CHECKSUM_AT, lookup3(view, 0, SUPERBLOCK_CHECKSUM_AT), true);
  return bytes;
}
