/** `pewatch consumers forget`: one that is gone is no longer listed. */
import { argument, message, object, string } from "@optique/core";
import { closest } from "../../text/closest.ts";
import { loadSettings } from "../../config/load.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { FolderInUseError } from "../../daemon/settings/folder_lock.ts";
import { JsonFileError } from "../../files/json_file.ts";
import { printable } from "../../log/terminal_text.ts";
import { command, CommandError, CONFIG_OPTION } from "../console/arguments.ts";
import { forgetConsumer, readConsumers } from "./stored.ts";

const ARGUMENTS = object({
  name: argument(string({ metavar: "NAME" }), {
    description: message`The consumer, as pewatch consumers list shows it.`,
  }),
  config: CONFIG_OPTION,
});

export const runForget = command(ARGUMENTS, {
  command: "consumers forget",
  brief: message`Removes the cursor of a consumer that is gone; should it come back, it begins with the next frame.`,
  footer: message`A plugin that runs keeps its cursor. Exit codes: 0 forgotten, 1 no consumer has this name or it cannot
be forgotten now, 2 wrong usage or configuration.`,
  errors: [DaemonAnswerError, FolderInUseError, JsonFileError],
}, async ({ name, config }) => {
  const { settings } = loadSettings({ config });
  if (!await forgetConsumer(settings, name)) {
    const meant = closest(name, (await readConsumers(settings)).consumers.map((consumer) => consumer.name));
    throw new CommandError(`There is no consumer ${name}${meant === null ? "" : `; did you mean ${meant}?`}`);
  }
  console.log(`${printable(name)} is forgotten`);
});
