/**
 * The work of the three stages, by the bare name `pewatch/stages`: for plugins that replace one. A file of its own: such a
 * plugin may make use of all of it.
 */
import type { StageOptions } from "../frames/stage.ts";
import { MergeData } from "../frames/merge/merge_data.ts";
import type { MergeLibraries } from "../frames/merge/merge_work.ts";

export { openHdf5Library } from "../../ffi/hdf5/mod.ts";
export { openTiffLibrary } from "../../ffi/tiff/mod.ts";
export { Finalize } from "../frames/deliver/finalize.ts";
export { MergeData };
export type { MergeLibraries };
export { PrepareRaw } from "../frames/prepare/prepare_raw.ts";
export { SeriesMasters } from "../frames/series/series_masters.ts";
export type { ParameterSource, StageOptions } from "../frames/stage.ts";
export { stageOptions } from "./stages/options.ts";

const stages = new WeakMap<MergeLibraries, MergeData>();

/** One firing of the second stage; what it remembers belongs to the libraries. */
export function mergeData(libraries: MergeLibraries, options: StageOptions): Promise<void> {
  const stage = stages.get(libraries) ?? new MergeData(libraries);
  stages.set(libraries, stage);
  return stage.work(options);
}
