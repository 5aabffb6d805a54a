/** `pewatch parameters remove`: frames go on without a parameter. */
import { argument, message, object, string } from "@optique/core";
import { closest } from "../../text/closest.ts";
import { loadSettings } from "../../config/load.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { FolderInUseError } from "../../daemon/settings/folder_lock.ts";
import { command, CommandError, CONFIG_OPTION } from "../console/arguments.ts";
import { printable } from "../../log/terminal_text.ts";
import { readParameters, removeParameter } from "./stored.ts";

const ARGUMENTS = object({
  name: argument(string({ metavar: "NAME" }), {
    description: message`The parameter's name, as pewatch parameters list shows it.`,
  }),
  config: CONFIG_OPTION,
});

export const runRemove = command(ARGUMENTS, {
  command: "parameters remove",
  brief: message`Removes a parameter: frames that are merged from now on do not have it.`,
  footer: message`A plugin that sets it again brings it back. Exit codes: 0 removed, 1 there is no such parameter or it
cannot be removed, 2 wrong usage or configuration.`,
  errors: [DaemonAnswerError, FolderInUseError, SyntaxError],
}, async ({ name, config }) => {
  const { settings } = loadSettings({ config });
  if (!await removeParameter(settings, name)) {
    const meant = closest(name, (await readParameters(settings)).readings.map((reading) => reading.name));
    throw new CommandError(`There is no parameter ${name}${meant === null ? "" : `; did you mean ${meant}?`}`);
  }
  console.log(`${printable(name)} is removed; frames from now on do not have it`);
});
