/** Bytes that can be read anywhere: a file, or memory. */

export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** Gives `length` bytes from `offset`, or fewer where the file ends before. */
  read(offset: number, length: number): Uint8Array;
}

/** A view of memory as if it were a file. */
export function bytesAccess(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** An open file; its size is taken once. The caller closes the file. */
export function fileAccess(file: Deno.FsFile): RandomAccess {
  return {
    size: file.statSync().size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readInto(file, offset, bytes));
    },
  };
}

/** Fills `target` from `offset` on as far as the file goes; gives the number of bytes. */
export function readInto(file: Deno.FsFile, offset: number, target: Uint8Array): number {
  file.seekSync(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < target.length) {
    const count = file.readSync(target.subarray(filled));
    if (!count) break;
    filled += count;
  }
  return filled;
}
