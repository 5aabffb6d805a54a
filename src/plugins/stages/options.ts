/** What the stages' functions take. A file of its own: each of the shipped stages loads it. */
import type { ParameterSource, StageOptions } from "../../frames/stage.ts";
import type { PluginContext } from "../contract.ts";

/** From a plugin's context at the beginning of a firing. */
export function stageOptions(context: PluginContext): StageOptions {
  const { folders, settings, maxProc, report, signal, tick, ledger } = context;
  const parameters: ParameterSource = {
    at: (time_ms, from_ms = time_ms) => context.parameters.at(new Date(time_ms), { from: new Date(from_ms) }),
  };
  const { ticktack, multiplier } = settings.daemon;
  const nextTick_ms = tick === 0 ? undefined : performance.now() + ticktack / multiplier * 1000;
  return { folders, settings, maxProc, reporter: report, signal, nextTick_ms, parameters, ledger };
}
