/** libtiff as the rest of pewatch uses it. */
export { TiffError } from "./error.ts";
export type { AsciiField, OpenDirectoryOptions, TiffDirectory, TiffLibrary, TiffStorage } from "./library.ts";
export { openTiffLibrary } from "./native.ts";
