/** Bytes that can be read anywhere: a file, or memory. */
import { fill } from "../files/durable.ts";

export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** Gives `length` bytes from `offset`, or fewer where the file ends before. */
  read(offset: number, length: number): Uint8Array;
}

/** Pieces of a file of this size. */
export interface KnownBytes {
  readonly size: number;
  readonly windows: readonly Window[];
}

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

const WINDOW_BYTES = 8192;
/** Windows begin at multiples of this, so that what lies close together falls into one. */
const WINDOW_STEP = 4096;

/**
 * An open file that nobody changes meanwhile; its size is taken once. The caller closes the file, and does not change
 * the bytes that it is given. A directory's values lie within some hundred bytes: two windows, on it and on the header,
 * save dozens of reads.
 */
export class FileAccess implements RandomAccess {
  readonly size: number;
  readonly #file: Deno.FsFile;
  /** The one used last comes first. */
  #windows: readonly Window[];

  constructor(file: Deno.FsFile, known?: KnownBytes) {
    this.#file = file;
    this.size = file.statSync().size;
    this.#windows = known?.size === this.size ? known.windows : [];
  }

  /** What it has read last, for whoever opens the file next. */
  get known(): KnownBytes {
    return { size: this.size, windows: this.#windows };
  }

  read(offset: number, length: number): Uint8Array {
    const start = offset - offset % WINDOW_STEP;
    if (offset + length > start + WINDOW_BYTES) return this.#readNew(offset, length);
    const isIn = ({ start, bytes }: Window) => offset >= start && offset + length <= start + bytes.length;
    const known = this.#windows.find(isIn) ?? { start, bytes: this.#readNew(start, WINDOW_BYTES) };
    this.#windows = [known, ...this.#windows.filter((window) => window !== known).slice(0, 1)];
    return known.bytes.subarray(offset - known.start, offset - known.start + length);
  }

  #readNew(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readInto(this.#file, offset, bytes));
  }
}

/** Fills `target` from `offset` on as far as the file goes; gives the number of bytes. */
export function readInto(file: Deno.FsFile, offset: number, target: Uint8Array): number {
  file.seekSync(offset, Deno.SeekMode.Start);
  return fill(file, target);
}
