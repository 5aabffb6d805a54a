/** The one module that plugins import, by the bare name `pewatch`. It is light: every plugin's worker loads it. */
export type { Backlog, Condition, FrameEvent, Logger, LogLevel, Reporter } from "../frames/events.ts";
export type { Settings } from "../config/settings.ts";
export type { ParameterReading, ParameterSeries, ParameterValue } from "../nexus/parameter.ts";
export type * from "./contract.ts";

export const API_VERSION = 1;
