/** The error of libtiff, and of a TIFF file that cannot be tagged. In a file of its own: whoever only catches it opens no library. */

/** Carries libtiff's own words where libtiff had any. */
export class TiffError extends Error {
  override readonly name = "TiffError";
}
