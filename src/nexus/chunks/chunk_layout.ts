/** How a compressed image is cut into chunks, and which filters HDF5 is to undo when it reads them. */
import type { Hdf5Filter, Hdf5Type } from "../../../ffi/hdf5/library.ts";
import type { Settings } from "../../config/settings.ts";

export type Compression = Exclude<Settings["nexus"]["compression"], "none">;

/** Fits into h5py's cache of chunks (1 MiB), and into the processor's: the best of 256 kB to 16 MB. */
const CHUNK_BYTES = 512 * 1024;
/** What one node of the index holds (2 K of HDF5's default, 32): then the index is that node. */
const CHUNKS_MAX = 64;

/** The registered numbers of HDF5's filters (H5Zpublic.h). */
const FILTER_DEFLATE = 1;
const FILTER_SHUFFLE = 2;
/** Registered with the HDF Group; what it stores with a dataset (bshuf_h5filter.h). */
const FILTER_BITSHUFFLE = 32008;
const BITSHUFFLE_VERSION = [0, 5];
const BITSHUFFLE_BLOCK_DEFAULT = 0;
const BITSHUFFLE_LZ4 = 2;

/**
 * node:zlib is zlib-ng: its level 2 gives files of the size of zlib's level 1 (a frame in 1/3 of its bytes), in 0.1 s
 * for 16 MiB; level 1 gives larger ones, and level 6 takes 2.5 times as long for 4 %.
 */
export const DEFLATE_LEVEL = 2;

/** Bytes of the TIFF that are pixels. */
export interface PixelRun {
  readonly offset: number;
  readonly byteCount: number;
}

/** Chunks are whole rows; the last one is filled up with zeros. */
export interface ChunkLayout {
  /** Of one chunk, as many dimensions as the image has. */
  readonly shape: readonly number[];
  readonly elementBytes: number;
  /** Of one chunk. */
  readonly rows: number;
  /** Of one chunk before it is compressed. */
  readonly byteCount: number;
  readonly count: number;
}

/** What delivery needs to know to compress an image. */
export interface ChunkedPixels {
  readonly compression: Compression;
  /** Offset of the index's first key in the file on disk. */
  readonly indexAt: number;
  readonly elementBytes: number;
  readonly rows: number;
  readonly chunkBytes: number;
  readonly count: number;
  /** Where the pixels lie in the TIFF, row after row. */
  readonly runs: readonly PixelRun[];
}

/** @param shape [1, height, width] or [height, width] */
export function layOutChunks(shape: readonly number[], type: Hdf5Type): ChunkLayout {
  const [height, width] = [shape.at(-2)!, shape.at(-1)!];
  const elementBytes = Number(type.size);
  const rowBytes = width * elementBytes;
  const wanted = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes), Math.ceil(height / CHUNKS_MAX));
  const rows = Math.min(height, wanted);
  const count = Math.ceil(height / rows);
  return {
    shape: [...shape.slice(0, -2).map(() => 1), rows, width],
    elementBytes,
    rows,
    byteCount: rows * rowBytes,
    count,
  };
}

/** The place of a chunk's first element. */
export function startOf({ rows, shape }: Pick<ChunkLayout, "rows" | "shape">, index: number): readonly number[] {
  return [...shape.slice(0, -2).map(() => 0), index * rows, 0];
}

export function filtersOf(compression: Compression, { elementBytes }: ChunkLayout): readonly Hdf5Filter[] {
  return FILTERS[compression](elementBytes);
}

const FILTERS: { readonly [C in Compression]: (elementBytes: number) => readonly Hdf5Filter[] } = {
  gzip: (elementBytes) => [
    { id: FILTER_SHUFFLE, values: [elementBytes] },
    { id: FILTER_DEFLATE, values: [DEFLATE_LEVEL] },
  ],
  "bitshuffle-lz4": (elementBytes) => [{
    id: FILTER_BITSHUFFLE,
    values: [...BITSHUFFLE_VERSION, elementBytes, BITSHUFFLE_BLOCK_DEFAULT, BITSHUFFLE_LZ4],
  }],
};

/**
 * What a program needs to read the pixels beyond HDF5 itself, for people; null where that is nothing. HDF5's own message
 * says that a folder of plugins is missing, and not which plugin.
 */
export function neededToRead(compression: Compression): string | null {
  return compression === "gzip"
    ? null
    : `needs the HDF5 filter plugin ${FILTER_BITSHUFFLE}, in Python "import hdf5plugin"`;
}

const COMPRESSIONS: readonly unknown[] = Object.keys(FILTERS);

/** Whether what a claim's record says can be acted on. */
export function isChunkedPixels(value: unknown): value is ChunkedPixels {
  if (typeof value !== "object" || value === null) return false;
  const { compression, indexAt, elementBytes, rows, chunkBytes, count, runs } = value as Record<string, unknown>;
  if (!COMPRESSIONS.includes(compression) || !Array.isArray(runs) || !runs.every(isRun)) return false;
  if (![indexAt, elementBytes, rows, chunkBytes, count].every(isCount)) return false;
  const [size, chunk, chunks] = [elementBytes as number, chunkBytes as number, count as number];
  const bytes = runs.reduce((sum, { byteCount }) => sum + byteCount, 0);
  return [1, 2, 4, 8].includes(size) && chunk > 0 && chunk % size === 0 && chunk <= CHUNK_BYTES_MAX &&
    chunks === Math.ceil(bytes / chunk) && chunks > 0 && chunks <= CHUNKS_MAX;
}

/** Of the largest image that is taken, cut into as many chunks as there may be, with room for a row. */
const CHUNK_BYTES_MAX = 2 ** 28;

function isRun(value: unknown): value is PixelRun {
  if (typeof value !== "object" || value === null) return false;
  const { offset, byteCount } = value as Record<string, unknown>;
  return isCount(offset) && isCount(byteCount);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
