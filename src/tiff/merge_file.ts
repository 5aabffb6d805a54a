/** The file that tags are merged into, with the four things that may be done to it. */
import { TiffError } from "../../ffi/tiff/error.ts";
import { syncFile, writeAll } from "../files/durable.ts";
import { thrownText } from "../text/thrown_text.ts";
import { FileAccess, type KnownBytes, type RandomAccess } from "./random_access.ts";

/** A seam: the tests put a file here that dies at a given write. */
export interface MergeFile extends RandomAccess {
  /** Only before the first write: what was written may or may not be seen. */
  read(offset: number, length: number): Uint8Array;
  /** Writes all of it or throws. */
  write(offset: number, bytes: Uint8Array): void;
  /** What was written is on the disk when this returns. */
  sync(): void;
  truncate(size: number): void;
}

/** @throws TiffError where the file cannot be opened for writing, with the system's reason */
export function openMergeFile(path: string, known?: KnownBytes): MergeFile & Disposable {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true });
  } catch (cause) {
    const reason = thrownText(cause);
    throw new TiffError(`Cannot tag ${path}: it cannot be opened for writing: ${reason}`, { cause });
  }
  try {
    const before = new FileAccess(file, known);
    return {
      size: before.size,
      read: (offset, length) => before.read(offset, length),
      write(offset, bytes) {
        file.seekSync(offset, Deno.SeekMode.Start);
        writeAll(file, bytes);
      },
      sync: () => syncFile({ syncSync: () => file.syncDataSync() }, path),
      truncate: (size) => file.truncateSync(size),
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
