/** `pewatch settings forget`: back to the value of the configuration. */
import { argument, message, object, string } from "@optique/core";
import { closest } from "../../text/closest.ts";
import { loadSettings } from "../../config/load.ts";
import { CLIENT_SETTING_KEYS, clientSettings, keyOf } from "../../daemon/settings/client_settings.ts";
import { command, CommandError, CONFIG_OPTION, EXIT } from "../console/arguments.ts";
import { askOrChange, DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { FolderInUseError } from "../../daemon/settings/folder_lock.ts";
import { forgetInFile, settingsPath } from "../../daemon/settings/settings_file.ts";

const ARGUMENTS = object({
  key: argument(string({ metavar: "KEY" }), {
    description: message`The setting, as pewatch settings list shows it: folders.raw, or raw for short.`,
  }),
  config: CONFIG_OPTION,
});

export const runForget = command(ARGUMENTS, {
  command: "settings forget",
  brief: message`Returns a setting that a Tango client has changed to the value of the configuration.`,
  footer: message`A running daemon applies it from the next firing; frames in progress are delivered to where they were
going. Exit codes: 0 forgotten, 1 no client has set it or the configuration's value cannot be used, 2 wrong usage or
configuration.`,
  errors: [DaemonAnswerError, FolderInUseError, SyntaxError],
}, async ({ key: wanted, config }) => {
  const key = CLIENT_SETTING_KEYS.find((one) => [one, keyOf(one)].includes(wanted));
  if (key === undefined) {
    const names = CLIENT_SETTING_KEYS.map(keyOf);
    const meant = closest(wanted, [...names, ...CLIENT_SETTING_KEYS]);
    const hint = meant === null ? `clients can set ${names.join(", ")}` : `did you mean ${meant}?`;
    throw new CommandError(`Clients cannot set ${wanted}; ${hint}`, EXIT.usage);
  }
  const { settings } = loadSettings({ config });
  const request = { what: "forget_setting", setting: key } as const;
  const path = settingsPath(settings.daemon.state_dir);
  if (!await askOrChange(settings, request, () => forgetInFile(path, key))) {
    throw new CommandError(`No client has set ${keyOf(key)}`);
  }
  console.log(`${keyOf(key)} is ${JSON.stringify(clientSettings(settings)[key])} again, as configured`);
});
