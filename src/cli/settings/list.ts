/** `pewatch settings list`: what Tango clients have changed. */
import { message, object } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { type ClientSetting, keyOf } from "../../daemon/settings/client_settings.ts";
import { command, CONFIG_OPTION, JSON_OPTION } from "../console/arguments.ts";
import { printTable } from "../console/table.ts";
import { askOrRead, DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { readSettingsFile, settingsPath, type WrittenSettings } from "../../daemon/settings/settings_file.ts";

const ARGUMENTS = object({
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

export const runList = command(ARGUMENTS, {
  command: "settings list",
  brief: message`Lists the settings that Tango clients have changed; they override the configuration.`,
  footer: message`Exit codes: 0 done, 1 they cannot be read, 2 wrong usage or configuration.`,
  errors: [DaemonAnswerError, SyntaxError],
}, async ({ json, config }) => {
  const { settings } = loadSettings({ config });
  const { running, value: written } = await askOrRead<WrittenSettings>(
    settings,
    { what: "settings" },
    () => readSettingsFile(settingsPath(settings.daemon.state_dir)).settings,
  );
  const changed = Object.entries(written).map(([key, { value, instead_of, since }]) => ({
    key: keyOf(key as ClientSetting),
    value,
    before: instead_of,
    since,
  }));
  if (json) console.log(JSON.stringify({ running, settings: changed }, null, 2));
  else print(changed.map(({ key, value, before, since }) => [key, String(value), String(before), since]));
});

function print(rows: readonly string[][]): void {
  if (rows.length === 0) return console.log("No client has changed a setting; the configuration applies");
  printTable(["KEY", "VALUE", "BEFORE", "SINCE"], rows, { right: [] });
  console.log("pewatch settings forget KEY returns to the value of the configuration");
}
