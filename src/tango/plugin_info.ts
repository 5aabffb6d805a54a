/** What PluginInfo and the attribute Plugins say of a plugin. */
import type { ConsumerStatus } from "../plugins/host/frame_feed.ts";
import type { PluginStatus } from "../plugins/host/plugin_status.ts";

/** "01_prepare_raw 3 0 ready": the state, the offset and the ticktack are the last three words, whatever the name is. */
export function pluginLine({ name, ticktack, offset, state }: PluginStatus): string {
  return `${name} ${ticktack} ${offset} ${state}`;
}

/** "notify/http://host/frames 12 0": the last two words are numbers, whatever the name is. */
export function consumerLine({ name, behind, skipped }: ConsumerStatus): string {
  return `${name} ${behind} ${skipped}`;
}

/** One line for each plugin; of a single one, named in any case, more. Null where no plugin has this name. */
export function pluginInfo(plugins: readonly PluginStatus[], name: string): string | null {
  if (name === "") return plugins.map(pluginLine).join("\n");
  const plugin = plugins.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return plugin === undefined ? null : [pluginLine(plugin), ...details(plugin)].join("\n");
}

function details(plugin: PluginStatus): string[] {
  const { firings, skips, failures, lastError, problem, lastTime_ms, longestTime_ms } = plugin;
  const times = lastTime_ms === null ? "" : `, the last took ${Math.round(lastTime_ms)} ms`;
  const longest = longestTime_ms === null ? "" : `, the longest ${Math.round(longestTime_ms)} ms`;
  return [
    `${plugin.file ?? "shipped with pewatch"}${plugin.replaces ? ", in the place of what is shipped" : ""}`,
    `${firings} firings${times}${longest}; ${skips} skipped, ${failures} failed`,
    ...Object.entries(plugin.counters).map(([counter, count]) => `${counter}: ${count}`),
    ...lastError === null ? [] : [`last error: ${lastError}`],
    ...problem === null ? [] : [`its file does not run: ${problem}`],
  ];
}
