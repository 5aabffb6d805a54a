/** What of a configuration is wrong though each key is right in itself: the calibration file, the paths of the map. */
import { checkCalibration } from "../geometry/calibration_file.ts";
import { parsePlace } from "../parameters/path.ts";
import type { SettingsCheck, SettingsFault } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { nameOfMapped } from "./frame/mapped_values.ts";

/** Of `[[nexus.map]]`: paths that are none or pewatch's own, and two values for one place or of one name. */
function checkMap({ nexus, plugins }: Settings): readonly SettingsFault[] {
  const taken = new Map(placesOfParameters(plugins.tables));
  const names = new Set<string>();
  return nexus.map.flatMap((mapped, index): SettingsFault[] => {
    const faults: SettingsFault[] = [];
    const report = (key: string, message: string) => faults.push({ key: `nexus.map.${index}.${key}`, message });
    const place = parsePlace(mapped.path);
    if (typeof place === "string") report("path", `${JSON.stringify(mapped.path)} cannot be used: ${place}`);
    const path = withoutClasses(mapped.path);
    const other = taken.get(path);
    if (other !== undefined) report("path", `${other} has this path too; choose another`);
    else {
      const within = [...taken].find(([one]) => one.startsWith(`${path}/`) || path.startsWith(`${one}/`));
      if (within !== undefined) {
        const [group, value] = [path, within[0]].sort();
        report("path", `${group} would be a value and the group of ${value} (${within[1]}); choose another path`);
      }
    }
    taken.set(path, "another [[nexus.map]]");
    const name = nameOfMapped(mapped);
    if (names.has(name)) report("name" in mapped ? "name" : "path", `two are called "${name}"; give one another name`);
    names.add(name);
    return faults;
  });
}

/** By their paths, the parameters that the tables of plugins put there: `[[plugins.tango.attributes]] path = "…"`. */
function placesOfParameters(tables: Settings["plugins"]["tables"]): [path: string, who: string][] {
  return Object.entries(tables).flatMap(([plugin, table]) =>
    Object.entries(table).flatMap(([list, entries]) =>
      Array.isArray(entries)
        ? entries.flatMap((entry: unknown): [string, string][] => {
          const path = typeof entry === "object" && entry !== null && "path" in entry ? entry.path : null;
          return typeof path === "string"
            ? [[withoutClasses(path), `a parameter of [[plugins.${plugin}.${list}]]`]]
            : [];
        })
        : []
    )
  );
}

function withoutClasses(path: string): string {
  return path.replace(/:[^/]*/g, "");
}

export const SETTINGS_CHECKS: readonly SettingsCheck[] = [checkCalibration, checkMap];
