/** The work of the three stages, by the bare name `pewatch/stages`: for the stages and for plugins that replace one. */
import type { ParameterSource, StageOptions } from "../frames/stage.ts";
import type { PluginContext } from "./contract.ts";

export { openHdf5Library } from "../../ffi/hdf5/mod.ts";
export { openTiffLibrary } from "../../ffi/tiff/mod.ts";
// Its name in version 1 of the contract.
export { NexusTemplates as Casts } from "../nexus/tree/templates.ts";
export { Finalize } from "../frames/deliver/finalize.ts";
export { mergeData } from "../frames/merge/merge_data.ts";
export type { MergeLibraries } from "../frames/merge/merge_frame.ts";
export { PrepareRaw } from "../frames/prepare/prepare_raw.ts";
export { SeriesMasters } from "../frames/series/series_masters.ts";
export type { ParameterSource, StageOptions } from "../frames/stage.ts";

/** What the stages' functions take, from a plugin's context at the beginning of a firing. */
export function stageOptions(context: PluginContext): StageOptions {
  const { folders, settings, maxProc, report, signal, tick } = context;
  const parameters: ParameterSource = { at: (time_ms) => context.parameters.at(new Date(time_ms)) };
  const { ticktack, multiplier } = settings.daemon;
  const nextTick_ms = tick === 0 ? undefined : performance.now() + ticktack / multiplier * 1000;
  return { folders, settings, maxProc, reporter: report, signal, nextTick_ms, parameters };
}
