/** The one module that plugins import, by the bare name `pewatch`. It is light: every plugin's worker loads it. */
export type { Backlog, Condition, FrameEvent, FrameRoles, Logger, LogLevel, Reporter } from "../frames/events.ts";
export type { Settings } from "../config/settings.ts";
export type { ParameterReading, ParameterSeries, ParameterValue } from "../parameters/parameter.ts";
export type { SidecarView } from "../qxrd/view.ts";
export type * from "./contract.ts";
export { ParameterError } from "../parameters/check.ts";
export { FrameFileError } from "./worker/frame_file_error.ts";
export { ImageError, readImage, type ReadImageOptions } from "./read_image.ts";
export { saturationOf } from "./saturation_of.ts";

/** The contract's version; contract.ts says how it changes. */
export const API_VERSION = 1;
