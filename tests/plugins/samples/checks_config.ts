/** Has a schema of valibot for its table; logs what came of it. */
import type { InferConfig, PluginContext } from "pewatch";
import * as v from "valibot";

const region = v.strictObject({ x: v.pipe(v.number(), v.integer()), name: v.optional(v.string(), "unnamed") });
export const CONFIG = v.object({ regions: v.array(region) });
type Context = PluginContext<InferConfig<typeof CONFIG>>;

export const TICKTACK = 1;

export function work({ config, log }: Context): void {
  log.info(config.regions.map(({ x, name }) => `${name} at ${x.toFixed(1)}`).join());
}

export function teardown({ config, log }: Context): void {
  log.info(`${config.regions.length} regions at the end`);
}
