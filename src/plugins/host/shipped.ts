/** The shipped plugins: the three stages, and plugins that run where the configuration has a table for them. */
import type { Settings } from "../../config/settings.ts";
import type { PluginSource } from "../source.ts";

/** Beside the sources, or inside the executable. They are imported by URL in a worker: `deno compile` --includes them. */
const STAGES = {
  "01_prepare_raw": new URL("../../../plugins/01_prepare_raw.ts", import.meta.url),
  "02_merge_data": new URL("../../../plugins/02_merge_data.ts", import.meta.url),
  "03_finalize": new URL("../../../plugins/03_finalize.ts", import.meta.url),
};
const EXTRAS = {
  memcached: new URL("../../../plugins/memcached.ts", import.meta.url),
  roi: new URL("../../../plugins/roi.ts", import.meta.url),
  integrate: new URL("../../../plugins/integrate.ts", import.meta.url),
  csv: new URL("../../../plugins/csv.ts", import.meta.url),
  notify: new URL("../../../plugins/notify.ts", import.meta.url),
  nats: new URL("../../../plugins/nats.ts", import.meta.url),
  kafka: new URL("../../../plugins/kafka.ts", import.meta.url),
  wrdn: new URL("../../../plugins/wrdn.ts", import.meta.url),
  epics: new URL("../../../plugins/epics.ts", import.meta.url),
  tango: new URL("../../../plugins/tango.ts", import.meta.url),
};

/** In the order in which frames pass them. */
export function shippedStages(): PluginSource[] {
  return Object.entries(STAGES).map(([name, url]) => shippedSource(name, { url, essential: true }));
}

/** Those that the configuration has a table for, `[plugins.NAME]`, be it an empty one. */
export function shippedExtras(settings: Settings): PluginSource[] {
  return Object.entries(EXTRAS)
    .filter(([name]) => Object.hasOwn(settings.plugins.tables, name))
    .map(([name, url]) => shippedSource(name, { url, essential: false }));
}

/** Of the module of one. */
export function shippedUrl(name: keyof typeof EXTRAS): string {
  return EXTRAS[name].href;
}

/** Of all shipped plugins, configured or not. */
export function shippedNames(): string[] {
  return [...Object.keys(STAGES), ...Object.keys(EXTRAS)];
}

function shippedSource(name: string, { url, essential }: { url: URL; essential: boolean }): PluginSource {
  return { name, url: url.href, file: null, hash: "", problem: null, essential };
}
