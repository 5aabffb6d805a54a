/** Puts what libtiff wrote into the file so that a crash at any instant leaves a file that can be read. */
import { TiffError } from "../../ffi/tiff/error.ts";
import { thrownText } from "../text/thrown_text.ts";
import type { MergeFile } from "./merge_file.ts";
import type { Overlay } from "./overlay.ts";

/**
 * First one append, then the directory's offset in the header: until those 4 or 8 bytes are changed, which is one write
 * inside one sector, the old directory holds; after that the new one does.
 * @throws TiffError after the file has been put back as it was, as far as that is possible
 */
export function commit(overlay: Overlay, file: MergeFile, options: { path: string; fsync: boolean }): void {
  const { offset, bytes, before } = overlay.headerField;
  let flipping = false;
  try {
    file.write(file.size, overlay.appended);
    // Without this the disk may see the new offset before what it points at.
    if (options.fsync) file.sync();
    flipping = true;
    file.write(offset, bytes);
    if (options.fsync) file.sync();
  } catch (cause) {
    restore(file, { flipping, offset, before, fsync: options.fsync });
    const reason = thrownText(cause);
    throw new TiffError(`Cannot tag ${options.path}: ${reason}`, { cause });
  }
}

/** Cuts the tail only when the old offset is surely back: else the new directory may be the one that holds. */
function restore(
  file: MergeFile,
  state: { flipping: boolean; offset: number; before: Uint8Array; fsync: boolean },
): void {
  try {
    if (state.flipping) {
      file.write(state.offset, state.before);
      if (state.fsync) file.sync();
    }
    file.truncate(file.size);
  } catch {
    // Both directories are in the file, so it can be read whichever the header names; the tail is cut at the next start.
  }
}
