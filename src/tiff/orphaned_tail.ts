/**
 * Cuts off what a merge left behind that ended between its two writes. A file of its own: it mends what a kill left,
 * at a start; merges do not need it.
 */
import { TiffFormatError } from "./format_error.ts";
import { readLayout } from "./layout.ts";
import { openMergeFile } from "./merge_file.ts";

/**
 * Gives the file its original size (in bytes) back where the header still names the old directory and all that this
 * directory describes lies within that size. A merge that went through is left alone.
 * @returns whether something was cut
 * @throws TiffError where the file cannot be opened for writing, and Deno's own errors where it cannot be cut
 */
export function cutOrphanedTail(path: string, originalSize: number): boolean {
  // The size first: the usual file needs no cut and may be read-only.
  if (Deno.statSync(path).size <= originalSize) return false;
  using file = openMergeFile(path);
  try {
    // As if the tail were gone already: what reaches into it makes this throw.
    readLayout({ size: originalSize, read: (offset, length) => file.read(offset, length) });
  } catch (error) {
    if (error instanceof TiffFormatError) return false;
    throw error;
  }
  file.truncate(originalSize);
  file.sync();
  return true;
}
