/** `pewatch plugins retry`: starts a plugin again that the running daemon has suspended. */
import { basename } from "node:path";
import { argument, message, object, string } from "@optique/core";
import { closest } from "../../text/closest.ts";
import { loadSettings } from "../../config/load.ts";
import type { DaemonStatus } from "../../daemon/status.ts";
import { nameKey, pluginName } from "../../plugins/folder/names.ts";
import type { PluginStatus } from "../../plugins/host/plugin_status.ts";
import { command, CommandError, CONFIG_OPTION } from "../console/arguments.ts";
import { askDaemon, DaemonAnswerError, NoDaemonError } from "../../daemon/requests/ask_daemon.ts";

const ARGUMENTS = object({
  name: argument(string({ metavar: "NAME" }), {
    description: message`The plugin's name, as pewatch plugins list shows it.`,
  }),
  config: CONFIG_OPTION,
});

export const runRetry = command(ARGUMENTS, {
  command: "plugins retry",
  brief: message`Starts a plugin again that failed too often or refused; its failures count from zero again.`,
  footer: message`Exit codes: 0 it was started again, 1 no daemon or no such plugin, 2 wrong usage or configuration.`,
  errors: [DaemonAnswerError],
}, async ({ name, config }) => {
  const { settings } = loadSettings({ config });
  try {
    const status = (await askDaemon(settings, { what: "status" })).value as DaemonStatus;
    const plugin = status.plugins.find((one) => namesOf(one).some((known) => nameKey(known) === nameKey(name)));
    if (plugin === undefined) throw new CommandError(noSuchPlugin(name, status.plugins.map((one) => one.name)));
    await askDaemon(settings, { what: "retry", plugin: plugin.name });
    const works = plugin.problem === null && (plugin.state === "ready" || plugin.state === "firing");
    const how = works ? "was running" : "is started again; pewatch plugins list shows its state";
    console.log(`${plugin.name} ${how}`);
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    throw new CommandError(`${error.message}; a suspended plugin starts with the next daemon`);
  }
});

/** Its name and its file's. */
function namesOf({ name, file }: PluginStatus): string[] {
  return file === null ? [name] : [name, pluginName(basename(file))];
}

function noSuchPlugin(name: string, names: readonly string[]): string {
  const meant = closest(name, names);
  return `There is no plugin ${name}; ${meant === null ? `there are ${names.join(", ")}` : `did you mean ${meant}?`}`;
}
