/** Puts what clients have written in the place of the configuration's values, as far as both go together. */
import { folderClashes } from "../../config/check.ts";
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { checkText } from "./check_change.ts";
import { type ClientSetting, keyOf, type SettingChange, withChange } from "./client_settings.ts";
import type { WrittenSettings } from "./settings_file.ts";

export interface SettingsInForce {
  readonly settings: Settings;
  /** What is in force of it. */
  readonly written: WrittenSettings;
  /** Of each value that cannot stand beside the configuration, which somebody has changed since: why. */
  readonly leftOut: readonly string[];
}

const WINDOWS = Deno.build.os === "windows";

export function inForce(configured: Settings, written: WrittenSettings): SettingsInForce {
  const good = new Map<ClientSetting, SettingChange>();
  const leftOut: string[] = [];
  for (const change of changesOf(written)) {
    try {
      good.set(change.key, checkText(change));
    } catch (error) {
      leftOut.push(messageOf(error));
    }
  }
  const applied = () => [...good.values()].reduce(withChange, configured);
  const firstClash = () => folderClashes(applied(), { windows: WINDOWS })[0];
  for (let clash = firstClash(); clash !== undefined && good.size > 0; clash = firstClash()) {
    leftOut.push(`${clash.key}: ${clash.message}`);
    const { key } = clash;
    good.delete([...good.keys()].find((one) => keyOf(one) === key) ?? [...good.keys()][0]!);
  }
  return {
    settings: applied(),
    written: Object.fromEntries([...good.keys()].map((key) => [key, written[key]!])),
    leftOut,
  };
}

/** The types were looked at when the file was read. */
function changesOf(written: WrittenSettings): SettingChange[] {
  return Object.entries(written).map(([key, { value }]) => ({ key, value }) as SettingChange);
}
