/** What pewatch uses of HDF5. A file of its own: it names what the other rooms may use. */
export { Hdf5Error } from "./error.ts";
export type * from "./library.ts";
export { openHdf5Library } from "./open.ts";
