/** Counts a million times in one firing, and under too many names. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;

export function work({ counters }: PluginContext): void {
  for (let count = 0; count < 1_000_000; count++) counters.add("pixels", 2);
  for (let count = 0; count < 1000; count++) counters.add(`name ${count}`);
  counters.add("wrong", NaN);
}
