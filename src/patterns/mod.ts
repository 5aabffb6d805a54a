/**
 * The work of the plugin `integrate`, by the bare name `pewatch/patterns`. A file of its own: it names what a plugin
 * may use of this room.
 */
export { openHdf5Library } from "../../ffi/hdf5/mod.ts";
export { standBack } from "../../ffi/system/priority.ts";
export { messageOf } from "../files/errors.ts";
export { makeFoldersBelow } from "../files/listing.ts";
export { writeCake } from "./cake_file.ts";
export { parameterIn, sourceOf } from "./frame.ts";
export type { PatternSource } from "./header.ts";
export { isOutputError, NoPatternError } from "./error.ts";
export { type FrameToIntegrate, type MadePattern, PatternMaker } from "./maker.ts";
export { type PatternOptions, patternOptions } from "./options.ts";
export { pluginWriter } from "./part_names.ts";
export { publishPattern } from "./pattern_text.ts";
export { changeOf, pixelsFrom, ringReport } from "./quality.ts";
export { SeriesFiles } from "./series/series_files.ts";
