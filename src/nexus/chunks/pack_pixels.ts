/** Compresses the pixels of a TIFF into the NeXus file that is made for them, and proves that they come back. */
import { type GrowingTarget, VerificationError } from "../../files/copy/target_writers.ts";
import { openPlain } from "../../files/plain_file.ts";
import { readInto } from "../../tiff/random_access.ts";
import { type ChunkPlace, indexBytes, SUPERBLOCK_BYTES, superblockWithEnd } from "./chunk_index.ts";
import type { ChunkedPixels } from "./chunk_layout.ts";
import { packChunk, readChunks } from "./pack_image.ts";

/**
 * Appends the chunks to a file that begins with `head`, and puts their places into its index. Each is decompressed and
 * compared with the TIFF's bytes, whatever `[frames] verify` says: this is what the archive will be read with.
 * @throws VerificationError, Hdf5Error, or the system's error
 */
export function packPixels(
  target: GrowingTarget,
  of: { readonly image: string; readonly head: string; readonly chunks: ChunkedPixels },
): void {
  const { chunks } = of;
  const places: ChunkPlace[] = [];
  for (const chunk of readChunks(of.image, chunks)) {
    const packed = packChunk(chunk, chunks);
    if (packed === null) {
      throw new VerificationError(`${of.image}: chunk ${places.length + 1} decompresses to different pixels`);
    }
    places.push({ at: target.append(packed), byteCount: packed.length });
  }
  target.overwrite(chunks.indexAt, indexBytes(places, chunks.rows));
  const last = places.at(-1)!;
  target.overwrite(0, superblockWithEnd(readSuperblock(of.head), last.at + last.byteCount));
}

function readSuperblock(path: string): Uint8Array {
  using file = openPlain(path);
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  return bytes.subarray(0, readInto(file, 0, bytes));
}
