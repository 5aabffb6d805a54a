/** The error of libtiff, and of a TIFF file that cannot be tagged. */

/** Carries libtiff's own words where libtiff had any. */
export class TiffError extends Error {
  override readonly name = "TiffError";
}
