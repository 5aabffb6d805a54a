/** In the place of a stage: reports as many delivered frames as its configuration says. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;

export function work({ config, report }: PluginContext): void {
  for (let index = 0; index < Number(config["count"]); index++) {
    const frame = `P-${index}.tif`;
    report.event({ type: "delivered", frame, files: [`/out/${frame}`], bytes: 10, latency_s: 0.5 });
  }
}
