/** The shipped plugins: the three stages, and plugins that run where the configuration has a table for them. */
import type { Settings } from "../../config/settings.ts";
import type { PluginSource } from "../source.ts";

const STAGES = ["01_prepare_raw", "02_merge_data", "03_finalize"] as const;
const EXTRAS = ["memcached", "roi", "integrate", "csv", "notify", "nats", "kafka", "wrdn", "epics", "tango"] as const;

/** In the order in which frames pass them. */
export function shippedStages(): PluginSource[] {
  return STAGES.map((name) => shippedSource(name, { essential: true }));
}

/** Those that the configuration has a table for, `[plugins.NAME]`, be it an empty one. */
export function shippedExtras(settings: Settings): PluginSource[] {
  return EXTRAS.filter((name) => Object.hasOwn(settings.plugins.tables, name))
    .map((name) => shippedSource(name, { essential: false }));
}

/** Of its module: beside the sources, or inside the executable, where `deno compile` has it by --include. */
export function shippedUrl(name: (typeof STAGES | typeof EXTRAS)[number]): string {
  return new URL(`../../../plugins/${name}.ts`, import.meta.url).href;
}

/** Of all shipped plugins, configured or not. */
export function shippedNames(): string[] {
  return [...STAGES, ...EXTRAS];
}

function shippedSource(name: Parameters<typeof shippedUrl>[0], { essential }: { essential: boolean }): PluginSource {
  return { name, url: shippedUrl(name), file: null, hash: "", problem: null, essential };
}
