/** What `[plugins.tango]` and `[plugins.epics]` list: whether each can be read. A file of its own: one of the checks. */
import type { Settings } from "../../config/settings.ts";
import { EPICS_VALUES } from "../values/epics.ts";
import { untilTried, type ValueSource } from "../values/listed_values.ts";
import { TANGO_VALUES } from "../values/tango.ts";
import { type Finding, ok, problem, warning } from "./check.ts";

/** Both at once: a network that does not answer costs its time once. */
export async function checkBeamlineValues(settings: Settings): Promise<Finding[]> {
  const findings = await Promise.all([TANGO_VALUES, EPICS_VALUES].map((source) => checkSource(settings, source)));
  return findings.flat();
}

/** None where the configuration has no such table. */
async function checkSource(settings: Settings, { name: plugin, counted, open }: ValueSource): Promise<Finding[]> {
  const opened = await open(settings);
  if (opened === null) return [];
  if (typeof opened === "string") {
    return [problem(`plugins.${plugin}`, opened, "Correct it; pewatch docs values says more")];
  }
  await using values = opened;
  await untilTried(values);
  const fault = values.fault();
  if (fault !== null) return [problem(`plugins.${plugin}`, fault, "Frames go on without these values")];
  const listed = values.read(Date.now());
  const remedy = `Correct its name or its device; frames go on without it, and pewatch ${plugin} values shows it live`;
  const failed = listed.filter(({ reason }) => reason !== null);
  const count = listed.length - failed.length;
  return [
    ...count === 0 ? [] : [ok(counted, `${count} of ${listed.length} are read`)],
    ...failed.map(({ name, reason }) => warning(name, reason!, remedy)),
  ];
}
