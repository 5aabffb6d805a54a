/** The settings that a client may change while the daemon runs, by the configuration's own names. */
import type { Settings } from "../../config/settings.ts";

/**
 * Each setting: the attribute of Tango that stands for it, the table of the configuration that has its key, and what it
 * is. A folder is an absolute path; a sub-folder is one below `output_root` with the separators of this system, "" for
 * the root itself; a number has its range in src/config/ranges.ts.
 */
export const CLIENT_SETTINGS = {
  raw: { attribute: "DirRaw", table: "folders", kind: "folder" },
  temp: { attribute: "DirTemp", table: "folders", kind: "folder" },
  proc: { attribute: "DirProc", table: "folders", kind: "folder" },
  output_root: { attribute: "DirOutputRoot", table: "folders", kind: "folder" },
  output_dir: { attribute: "DirOutput", table: "folders", kind: "subfolder" },
  max_proc: { attribute: "MaxProc", table: "daemon", kind: "number" },
} as const;

export type ClientSetting = keyof typeof CLIENT_SETTINGS;

export type ClientSettings = {
  readonly [Key in ClientSetting]: (typeof CLIENT_SETTINGS)[Key]["kind"] extends "number" ? number : string;
};

export const CLIENT_SETTING_KEYS = Object.keys(CLIENT_SETTINGS) as ClientSetting[];

/** One setting with its new value. */
export type SettingChange = {
  [Key in ClientSetting]: { readonly key: Key; readonly value: ClientSettings[Key] };
}[ClientSetting];

/** As the configuration calls it: "folders.raw". */
export function keyOf(key: ClientSetting): string {
  return `${CLIENT_SETTINGS[key].table}.${key}`;
}

/** A change that is not made; the message is a whole sentence with the value and the reason. The old value stays. */
export class SettingRefusedError extends Error {
  override readonly name = "SettingRefusedError";
}

export function clientSettings(settings: Settings): ClientSettings {
  const values = CLIENT_SETTING_KEYS.map((key) => {
    const table: object = settings[CLIENT_SETTINGS[key].table];
    return [key, (table as Record<string, unknown>)[key]];
  });
  return Object.fromEntries(values);
}

/** The settings with one of them changed, unchecked. */
export function withChange(settings: Settings, { key, value }: SettingChange): Settings {
  const { table } = CLIENT_SETTINGS[key];
  return { ...settings, [table]: { ...settings[table], [key]: value } };
}
