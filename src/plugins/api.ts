/**
 * The one module that plugins import, by the bare name `pewatch`. It is light: every plugin's worker loads it. A file
 * of its own: it is the contract.
 */
export type { Backlog, Condition, FrameEvent, FrameRoles, Reporter } from "../frames/events.ts";
export { guardFormula } from "../log/formula_text.ts";
export type { Logger, LogLevel } from "../log/logger.ts";
export type { Settings } from "../config/settings.ts";
export type {
  ParameterAttributes,
  ParameterReading,
  ParameterSeries,
  ParameterValue,
} from "../parameters/parameter.ts";
export type { SidecarView } from "../qxrd/view.ts";
export type * from "./contract.ts";
export { ParameterError } from "../parameters/check.ts";
export { FrameFileError } from "./worker/frame_file_error.ts";
export { ImageError, readImage, type ReadImageOptions } from "./read_image.ts";
export { seriesOf } from "../qxrd/frame_identity.ts";
export { saturationOf } from "./saturation_of.ts";

/** The contract's version; contract.ts says how it changes. */
export const API_VERSION = 2;
