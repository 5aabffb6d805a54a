/** The error of HDF5. */

/** Carries the library's own words: the top of its error stack (what was asked) and the bottom (what went wrong). */
export class Hdf5Error extends Error {
  override readonly name = "Hdf5Error";
}
