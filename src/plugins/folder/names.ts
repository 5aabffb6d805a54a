/** Which files of the plugins folder are plugins, by their names alone. */

/** Reads as JavaScript once its types are gone. */
const MODULE_ENDING = /\.m?[tj]s$/i;

/** Why a file of the top folder is not looked at as a plugin; null where it is. */
export function whyNotAPlugin(name: string): string | null {
  if (!MODULE_ENDING.test(name)) return "the name of a plugin must end in .ts, .mts, .js or .mjs";
  if (name.startsWith(".")) return "a file whose name begins with a dot is hidden, and not a plugin";
  if (name.startsWith("_")) return "a file whose name begins with _ is a helper, not a plugin";
  if (/\.d\.m?ts$/i.test(name)) return "a .d.ts file has types only, and is not a plugin";
  if (/_test\.m?[tj]s$/i.test(name)) return "a file whose name ends in _test is a test, not a plugin";
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
