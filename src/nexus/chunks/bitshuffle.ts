/**
 * Bitshuffle with LZ4 as the registered HDF5 filter 32008 stores it (https://github.com/kiyo-masui/bitshuffle:
 * bshuf_h5filter.c, bitshuffle_core.c): first bits of all elements of a block, then their second bits, and so on, which
 * leaves long runs where neighbours are alike; each block is then compressed for itself.
 */
import { lz4Bound, lz4Compress, lz4Decompress } from "./lz4.ts";

/** Elements are taken by so many: one bit of each makes a byte. */
const GROUP = 8;
/** The library's default: half of a processor's first cache. */
const BLOCK_BYTES = 8192;
const BLOCK_ELEMENTS_MIN = 128;
/** Before the blocks: bytes of the chunk (64 bits), bytes of a block (32 bits), both big-endian. */
const HEADER_BYTES = 12;
/** Before each block: its length, big-endian. */
const LENGTH_BYTES = 4;

/** How many elements stand in one block, the last one of a chunk excepted. */
function blockElements(elementBytes: number): number {
  return Math.max(BLOCK_ELEMENTS_MIN, Math.floor(BLOCK_BYTES / elementBytes / GROUP) * GROUP);
}

/** A chunk as the filter would have made it. */
export function bitshuffleLz4(chunk: Uint8Array<ArrayBuffer>, elementBytes: number): Uint8Array<ArrayBuffer> {
  const blockBytes = blockElements(elementBytes) * elementBytes;
  const blocks = Math.ceil(chunk.length / blockBytes);
  const packed = new Uint8Array(HEADER_BYTES + blocks * (LENGTH_BYTES + lz4Bound(blockBytes)));
  const view = new DataView(packed.buffer);
  view.setBigUint64(0, BigInt(chunk.length));
  view.setUint32(8, blockBytes);
  const shuffled = new Uint8Array(blockBytes);
  let to = HEADER_BYTES;
  for (const { at, length } of blocksOf(chunk.length, elementBytes)) {
    const block = shuffled.subarray(0, length);
    transpose(chunk, { at, length, elementBytes }, block);
    const end = lz4Compress(block, packed, to + LENGTH_BYTES);
    view.setUint32(to, end - to - LENGTH_BYTES);
    to = end;
  }
  const left = chunk.length % (GROUP * elementBytes);
  packed.set(chunk.subarray(chunk.length - left), to);
  return packed.subarray(0, to + left);
}

/**
 * The chunk that was compressed, of `byteCount` bytes.
 * @throws RangeError where it is damaged
 */
export function unBitshuffleLz4(
  packed: Uint8Array,
  of: { readonly byteCount: number; readonly elementBytes: number },
): Uint8Array<ArrayBuffer> {
  const { byteCount, elementBytes } = of;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < HEADER_BYTES || view.getBigUint64(0) !== BigInt(byteCount)) {
    throw new RangeError(`a chunk is not one of ${byteCount} bytes`);
  }
  const blockBytes = blockElements(elementBytes) * elementBytes;
  if (view.getUint32(8) !== blockBytes) throw new RangeError("a chunk has blocks of another size");
  const chunk = new Uint8Array(byteCount);
  const shuffled = new Uint8Array(blockBytes);
  let from = HEADER_BYTES;
  for (const { at, length } of blocksOf(byteCount, elementBytes)) {
    const end = from + LENGTH_BYTES + (from + LENGTH_BYTES <= packed.length ? view.getUint32(from) : 0);
    if (end > packed.length) throw new RangeError("a chunk ends within a block");
    const block = shuffled.subarray(0, length);
    lz4Decompress(packed.subarray(from + LENGTH_BYTES, end), block);
    transposeBack(block, chunk, { at, length, elementBytes });
    from = end;
  }
  const left = byteCount % (GROUP * elementBytes);
  if (packed.length - from !== left) throw new RangeError("a chunk is longer or shorter than its blocks");
  chunk.set(packed.subarray(from), byteCount - left);
  return chunk;
}

interface Block {
  readonly at: number;
  readonly length: number;
}

/** Whole groups of elements; what is left behind them is stored as it is. */
function* blocksOf(byteCount: number, elementBytes: number): Generator<Block> {
  const blockBytes = blockElements(elementBytes) * elementBytes;
  const end = byteCount - byteCount % (GROUP * elementBytes);
  for (let at = 0; at < end; at += blockBytes) yield { at, length: Math.min(blockBytes, end - at) };
}

/** Where the eight bytes of each group stand: the first group's first, from byte to byte, from group to group. */
interface Groups {
  readonly start: number;
  readonly stride: number;
  readonly step: number;
}

/**
 * One byte of the elements of a block, and the rows of its bits: bit b of byte k of element 8 i + m is bit m of byte i of
 * row 8 k + b.
 */
function groupsOf({ at, length }: Block, elementBytes: number, byte: number) {
  const count = length / (GROUP * elementBytes);
  const elements: Groups = { start: at + byte, stride: elementBytes, step: GROUP * elementBytes };
  const rows: Groups = { start: byte * GROUP * count, stride: count, step: 1 };
  return { count, elements, rows };
}

function transpose(chunk: Uint8Array, of: Block & { readonly elementBytes: number }, into: Uint8Array): void {
  for (let byte = 0; byte < of.elementBytes; byte++) {
    const { count, elements, rows } = groupsOf(of, of.elementBytes, byte);
    transposeBits(chunk, elements, { into, at: rows, count });
  }
}

function transposeBack(block: Uint8Array, chunk: Uint8Array, of: Block & { readonly elementBytes: number }): void {
  for (let byte = 0; byte < of.elementBytes; byte++) {
    const { count, elements, rows } = groupsOf(of, of.elementBytes, byte);
    transposeBits(block, rows, { into: chunk, at: elements, count });
  }
}

/** Of each group the 8 x 8 bits: bit i of byte m becomes bit m of byte i, which is its own inverse. */
function transposeBits(
  source: Uint8Array,
  { start, stride: by, step }: Groups,
  target: { readonly into: Uint8Array; readonly at: Groups; readonly count: number },
): void {
  const { into, at: { stride, step: toStep }, count } = target;
  let from = start;
  let to = target.at.start;
  for (let group = 0; group < count; group++) {
    let low = source[from]! | source[from + by]! << 8 | source[from + 2 * by]! << 16 | source[from + 3 * by]! << 24;
    let high = source[from + 4 * by]! | source[from + 5 * by]! << 8 | source[from + 6 * by]! << 16 |
      source[from + 7 * by]! << 24;
    // In three exchanges (Warren, Hacker's Delight, 7-3).
    let swapped = (low ^ low >>> 7) & 0x00aa00aa;
    low ^= swapped ^ swapped << 7;
    swapped = (high ^ high >>> 7) & 0x00aa00aa;
    high ^= swapped ^ swapped << 7;
    swapped = (low ^ low >>> 14) & 0x0000cccc;
    low ^= swapped ^ swapped << 14;
    swapped = (high ^ high >>> 14) & 0x0000cccc;
    high ^= swapped ^ swapped << 14;
    swapped = (low ^ (low >>> 28 | high << 4)) & 0xf0f0f0f0;
    low ^= swapped;
    high ^= swapped >>> 4;
    into[to] = low;
    into[to + stride] = low >>> 8;
    into[to + 2 * stride] = low >>> 16;
    into[to + 3 * stride] = low >>> 24;
    into[to + 4 * stride] = high;
    into[to + 5 * stride] = high >>> 8;
    into[to + 6 * stride] = high >>> 16;
    into[to + 7 * stride] = high >>> 24;
    from += step;
    to += toStep;
  }
}
