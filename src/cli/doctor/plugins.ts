/** Plugins: whether each that is configured or lies in the plugins folder would be loaded. */
import * as v from "valibot";
import { closest } from "../../text/closest.ts";
import type { Settings } from "../../config/settings.ts";
import { misplacedPlugins } from "../../daemon/settings/plugins_apart.ts";
import { PatternMaker } from "../../patterns/maker.ts";
import { patternOptions, PatternOptionsError } from "../../patterns/options.ts";
import { shippedNames } from "../../plugins/host/shipped.ts";
import { examineAll, type PluginExamination } from "../plugins/examine.ts";
import { lastReadings } from "../parameters/stored.ts";
import { type Finding, ok, problem, warning } from "./check.ts";
import { messageOf } from "../../files/errors.ts";
import { everyTicks } from "../../log/counted.ts";

/** The shipped stages are left out unless the configuration speaks of them: they are not the user's to mend. */
export async function checkPlugins(settings: Settings): Promise<Finding[]> {
  const misplaced = await misplacedPlugins(settings);
  if (misplaced !== null) return [problem("plugins.dir", misplaced, "Move it, and correct plugins.dir")];
  let examined: PluginExamination[];
  try {
    examined = await examineAll(settings);
  } catch (error) {
    const finding = `${settings.plugins.dir} cannot be examined: ${messageOf(error)}`;
    return [problem("plugins.dir", finding, "Give the account that runs pewatch the right to read it")];
  }
  const findings = examined.filter((plugin) => plugin.file !== null || plugin.configured).map(findingOf);
  return [
    ...findings,
    ...patternFiles(settings),
    ...tablesWithoutPlugin(settings, examined),
    ...valuesWithoutPlugin(settings, examined),
  ];
}

/** What the plugin integrate would refuse at its start: a mask that is not there, settings that cannot go together. */
function patternFiles(settings: Settings): Finding[] {
  const table = settings.plugins.tables["integrate"];
  const { success, output } = v.safeParse(patternOptions, table);
  // A wrong table has been reported already.
  if (table === undefined || !success) return [];
  try {
    new PatternMaker(output, settings);
    return [];
  } catch (error) {
    if (!(error instanceof PatternOptionsError)) throw error;
    return [problem("plugins.integrate", error.message, "Correct [plugins.integrate] of the configuration")];
  }
}

/** Values that the last daemon left and no plugin of this configuration sets. */
function valuesWithoutPlugin(settings: Settings, examined: readonly PluginExamination[]): Finding[] {
  const here = new Set(examined.filter(({ file, configured }) => file !== null || configured).map(({ name }) => name));
  const byPlugin = new Map<string, string[]>();
  try {
    for (const { name, plugin } of lastReadings(settings)) {
      if (plugin === undefined || here.has(plugin)) continue;
      byPlugin.set(plugin, [...byPlugin.get(plugin) ?? [], name]);
    }
  } catch (error) {
    const remedy = "The next start of pewatch run renames the file and begins a new one";
    return [warning("parameters", `those of the last run cannot be read: ${messageOf(error)}`, remedy)];
  }
  return [...byPlugin].map(([plugin, names]) => {
    const finding = `set by plugin ${plugin}, which no longer exists: ${names.join(", ")}`;
    return warning("parameters", finding, `They end by themselves; pewatch parameters remove ${names[0]} does it now`);
  });
}

function findingOf(plugin: PluginExamination): Finding {
  const { name, problems, warnings, replaces, ticktack } = plugin;
  const from = plugin.file ?? "shipped";
  if (problems.length > 0) {
    const remedy = plugin.file === null
      ? `Correct [plugins.${name}] of the configuration`
      : `Correct it; pewatch plugins check "${plugin.file}" says more`;
    return problem(name, `it would not be loaded: ${problems.join("; ")}`, remedy);
  }
  if (warnings.length > 0) return warning(name, `${from}: ${warnings.join("; ")}`, "Correct its exports");
  const place = replaces === null ? "" : `, in the place of the shipped ${replaces}`;
  return ok(name, `${from}${place}, fires ${everyTicks(ticktack ?? 1)}`);
}

function tablesWithoutPlugin(settings: Settings, examined: readonly PluginExamination[]): Finding[] {
  const names = new Set([...examined.map(({ name }) => name), ...shippedNames()]);
  return Object.keys(settings.plugins.tables).filter((table) => !names.has(table)).map((table) => {
    const meant = closest(table, names);
    const remedy = meant === null
      ? `Put ${table}.ts into ${settings.plugins.dir}, or remove the table`
      : `Did you mean [plugins.${meant}]?`;
    return problem(`plugins.${table}`, "no plugin has this name; the table has no effect", remedy);
  });
}
