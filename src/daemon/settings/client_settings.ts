/** The settings that a client may change while the daemon runs, by the configuration's own names. */
import type { Settings } from "../../config/settings.ts";

export interface ClientSettings {
  /** Absolute; so are `temp`, `proc` and `output_root`. */
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly output_root: string;
  /** Below `output_root`, with the separators of this system; "" is the root itself. */
  readonly output_dir: string;
  /** 1 to 9. */
  readonly max_proc: number;
}

export type ClientSetting = keyof ClientSettings;

/** One setting with its new value. */
export type SettingChange = {
  [Key in ClientSetting]: { readonly key: Key; readonly value: ClientSettings[Key] };
}[ClientSetting];

/** A change that is not made; the message is a whole sentence with the value and the reason. The old value stays. */
export class SettingRefusedError extends Error {
  override readonly name = "SettingRefusedError";
}

export function clientSettings({ folders, daemon }: Settings): ClientSettings {
  const { raw, temp, proc, output_root, output_dir } = folders;
  return { raw, temp, proc, output_root, output_dir, max_proc: daemon.max_proc };
}

/** The settings with one of them changed, unchecked. */
export function withChange(settings: Settings, { key, value }: SettingChange): Settings {
  return key === "max_proc"
    ? { ...settings, daemon: { ...settings.daemon, max_proc: value } }
    : { ...settings, folders: { ...settings.folders, [key]: value } };
}
