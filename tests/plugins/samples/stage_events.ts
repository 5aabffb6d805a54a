import type { PluginContext } from "pewatch";

export const TICKTACK = 1;

/** Reports the events of its table. */
export function work({ config, report }: PluginContext): void {
  for (const event of config["events"] as Parameters<typeof report.event>[0][]) report.event(event);
}
