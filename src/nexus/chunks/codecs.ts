/** What HDF5's filters make of a chunk, and back: for chunks that are written and read without the library. */
import { deflateSync, inflateSync } from "node:zlib";
import { bitshuffleLz4, unBitshuffleLz4 } from "./bitshuffle.ts";
import { type ChunkedPixels, type Compression, DEFLATE_LEVEL } from "./chunk_layout.ts";

/** A chunk as a reader undoes it. */
interface Codec {
  encode(chunk: Uint8Array<ArrayBuffer>, elementBytes: number): Uint8Array<ArrayBuffer>;
  /** @throws Error where it is no such chunk */
  decode(packed: Uint8Array, of: Pick<ChunkedPixels, "elementBytes" | "chunkBytes">): Uint8Array<ArrayBuffer>;
}

export const CODECS: { readonly [C in Compression]: Codec } = {
  gzip: {
    // Its memory is never shared, which the type does not say.
    encode: (chunk, elementBytes) =>
      deflateSync(shuffle(chunk, elementBytes), { level: DEFLATE_LEVEL }) as Uint8Array<ArrayBuffer>,
    decode: (packed, { elementBytes, chunkBytes }) =>
      unshuffle(inflateSync(packed, { maxOutputLength: chunkBytes }), elementBytes),
  },
  "bitshuffle-lz4": {
    encode: bitshuffleLz4,
    decode: (packed, { elementBytes, chunkBytes }) => unBitshuffleLz4(packed, { elementBytes, byteCount: chunkBytes }),
  },
};

/** First bytes of all elements, then their second bytes, and so on (H5Zshuffle.c). */
function shuffle(bytes: Uint8Array, elementBytes: number): Uint8Array<ArrayBuffer> {
  const count = bytes.length / elementBytes;
  const shuffled = new Uint8Array(bytes.length);
  for (let place = 0, to = 0; place < elementBytes; place++) {
    for (let element = 0, from = place; element < count; element++, from += elementBytes) {
      shuffled[to++] = bytes[from]!;
    }
  }
  return shuffled;
}

function unshuffle(shuffled: Uint8Array, elementBytes: number): Uint8Array<ArrayBuffer> {
  const count = shuffled.length / elementBytes;
  const bytes = new Uint8Array(shuffled.length);
  for (let place = 0, from = 0; place < elementBytes; place++) {
    for (let element = 0, to = place; element < count; element++, to += elementBytes) bytes[to] = shuffled[from++]!;
  }
  return bytes;
}
