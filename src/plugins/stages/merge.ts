/** The work of the second stage, `pewatch/stages/merge`. A file of its own: its worker loads nothing of the others. */
export { openHdf5Library } from "../../../ffi/hdf5/mod.ts";
export { openTiffLibrary } from "../../../ffi/tiff/mod.ts";
export { MergeData } from "../../frames/merge/merge_data.ts";
export { SeriesMasters } from "../../frames/series/series_masters.ts";
export { stageOptions } from "./options.ts";
