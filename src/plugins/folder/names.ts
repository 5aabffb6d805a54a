/** Which files of the plugins folder are plugins, by their names alone. */

/** Reads as JavaScript once its types are gone. */
const MODULE_ENDING = /\.m?[tj]s$/i;

/** Why a file of the top folder is not looked at as a plugin; null where it is. */
export function whyNotAPlugin(name: string): string | null {
  if (!MODULE_ENDING.test(name)) return "a plugin's name ends in .ts, .mts, .js or .mjs";
  if (name.startsWith(".")) return "a name that begins with a dot is hidden";
  if (name.startsWith("_")) return "a name that begins with _ is a helper's";
  if (/\.d\.m?ts$/i.test(name)) return "a .d.ts file holds types only";
  if (/_test\.m?[tj]s$/i.test(name)) return "a name that ends in _test is a test's";
  return null;
}

/** The file's name without its ending. */
export function pluginName(file: string): string {
  return file.replace(MODULE_ENDING, "");
}

export function hasTypes(file: string): boolean {
  return /\.m?ts$/i.test(file);
}

export function isModuleFile(file: string): boolean {
  return MODULE_ENDING.test(file);
}

/** Two files whose keys agree would be one plugin: on Windows a name's case does not count, so it counts nowhere. */
export function nameKey(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
