/** Counts its firings in a parameter. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;
let firings = 0;

export function work(context: PluginContext): void {
  context.parameters.set("firings", BigInt(++firings), { unit: "", path: "/entry/sample/firings" });
}
