/** What pewatch uses of libtiff. A file of its own: it names what the other rooms may use. */
export { TiffError } from "./error.ts";
export type { AsciiField, OpenDirectoryOptions, TiffDirectory, TiffLibrary, TiffStorage } from "./library.ts";
export { openTiffLibrary } from "./native.ts";
