/** The error of HDF5. In a file of its own: whoever only catches it opens no library. */

/** Carries the library's own words: the top of its error stack (what was asked) and the bottom (what went wrong). */
export class Hdf5Error extends Error {
  override readonly name = "Hdf5Error";
}
