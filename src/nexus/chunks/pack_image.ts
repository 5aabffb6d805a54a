/** The chunks of an image: read from its TIFF, compressed, and proved to come back. */
import { Buffer } from "node:buffer";
import { openPlain } from "../../files/plain_file.ts";
import { readInto } from "../../tiff/random_access.ts";
import type { ChunkedPixels, ChunkLayout, Compression, PixelRun } from "./chunk_layout.ts";
import { CODECS } from "./codecs.ts";

/** Each in the same memory. */
export function* readChunks(
  image: string,
  { runs, chunkBytes }: Pick<ChunkedPixels, "runs" | "chunkBytes">,
): Generator<Uint8Array<ArrayBuffer>> {
  using tiff = openPlain(image);
  const chunk = new Uint8Array(chunkBytes);
  let filled = 0;
  for (const { offset, byteCount } of runs) {
    for (let done = 0; done < byteCount;) {
      const length = Math.min(chunkBytes - filled, byteCount - done);
      if (readInto(tiff, offset + done, chunk.subarray(filled, filled + length)) < length) {
        throw new Error(`${image} ends within its pixels`);
      }
      done += length;
      filled += length;
      if (filled < chunkBytes) continue;
      yield chunk;
      filled = 0;
    }
  }
  if (filled === 0) return;
  chunk.fill(0, filled);
  yield chunk;
}

/** Null where what it decompresses to is something else. */
export function packChunk(
  chunk: Uint8Array<ArrayBuffer>,
  of: Pick<ChunkedPixels, "compression" | "elementBytes" | "chunkBytes">,
): Uint8Array<ArrayBuffer> | null {
  const { encode, decode } = CODECS[of.compression];
  const packed = encode(chunk, of.elementBytes);
  return Buffer.from(chunk.buffer).equals(decode(packed, of)) ? packed : null;
}

/** A chunk as it was last compressed: of a reference dark, which is the same beside many frames. */
interface Remembered {
  readonly how: string;
  readonly pixels: Buffer;
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** By its number in the image. */
const remembered: Remembered[] = [];

/**
 * Each chunk of an image, compressed only where it is another one than that of the last image.
 * @throws Error where one does not come back, or the system's error
 */
export function* packImage(
  image: string,
  of: { readonly runs: readonly PixelRun[]; readonly compression: Compression; readonly layout: ChunkLayout },
): Generator<Uint8Array<ArrayBuffer>> {
  const { runs, compression, layout: { elementBytes, byteCount: chunkBytes } } = of;
  const how = `${compression} ${elementBytes}`;
  let index = 0;
  for (const chunk of readChunks(image, { runs, chunkBytes })) {
    const last = remembered[index];
    if (last?.how === how && last.pixels.equals(chunk)) yield last.packed;
    else {
      const packed = packChunk(chunk, { compression, elementBytes, chunkBytes });
      if (packed === null) throw new Error(`${image}: chunk ${index + 1} decompresses to different pixels`);
      remembered[index] = { how, pixels: Buffer.from(chunk), packed: packed.slice() };
      yield packed;
    }
    index++;
  }
  remembered.length = index;
}
