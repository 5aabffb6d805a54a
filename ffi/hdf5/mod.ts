/** What pewatch uses of HDF5. */
export { Hdf5Error } from "./error.ts";
export type * from "./library.ts";
export { openHdf5Library, type OpenHdf5Options } from "./open.ts";
