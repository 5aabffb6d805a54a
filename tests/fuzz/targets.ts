/** All targets, by their names. */
import type { Target } from "./target.ts";
import { claimRecords } from "./targets/claim_records.ts";
import { configurations } from "./targets/configurations.ts";
import { FAULTY_TARGETS } from "./targets/faulty.ts";
import { pluginFiles } from "./targets/plugin_files.ts";
import { sidecars } from "./targets/sidecars.ts";
import { tiffs } from "./targets/tiffs.ts";

export const TARGETS: readonly Target[] = [sidecars, tiffs, configurations, claimRecords, pluginFiles];

/** @throws TypeError where there is none */
export function targetNamed(name: string): Target {
  const found = [...TARGETS, ...FAULTY_TARGETS].find((target) => target.name === name);
  if (found === undefined) throw new TypeError(`Cannot find a target named ${name}`);
  return found;
}
