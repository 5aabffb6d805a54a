/** Counts its firings and says so. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 2;
export const TICKTACK_OFFSET = 1;
export const NAME = "counts";

export function work(context: PluginContext): void {
  context.counters.add("calls");
  context.log.info(`fired at ${context.tick} with ${context.config["word"]}`, { maxProc: context.maxProc });
}
