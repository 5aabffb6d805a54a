/** `pewatch parameters list`: what goes into the files of the frames that follow. */
import { message, object } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { command, CONFIG_OPTION, JSON_OPTION } from "../console/arguments.ts";
import { printTable } from "../console/table.ts";
import { readParameters } from "./stored.ts";
import { jsonValue, valueText } from "./value_text.ts";

const ARGUMENTS = object({
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

export const runList = command(ARGUMENTS, {
  command: "parameters list",
  brief: message`Lists the values that go into the file of each frame, with the plugin that set them.`,
  footer: message`Without a running daemon: those that the last one left. Exit codes: 0 done, 1 they cannot be read, 2
wrong usage or configuration.`,
  errors: [DaemonAnswerError, SyntaxError],
}, async ({ json, config }) => {
  const { settings } = loadSettings({ config });
  const { running, readings } = await readParameters(settings);
  if (json) console.log(JSON.stringify({ running, parameters: readings.map(asJson) }, null, 2));
  else print(running, readings);
});

function asJson({ time, value, until, ...texts }: ParameterReading): object {
  return {
    ...texts,
    time: time.toISOString(),
    ...until === undefined ? {} : { until: until.toISOString() },
    value: value === null ? null : jsonValue(value),
  };
}

function print(running: boolean, readings: readonly ParameterReading[]): void {
  if (!running) console.log("No daemon is running; these are in force at its next start");
  if (readings.length === 0) return console.log("No parameters are set");
  const rows = readings.map(({ name, value, note, unit, time, path, plugin }) => [
    name,
    value === null ? `none: ${note}` : valueText(value),
    unit ?? "",
    time.toISOString(),
    plugin ?? "(unknown)",
    path ?? "",
  ]);
  printTable(["NAME", "VALUE", "UNIT", "TIME", "PLUGIN", "PATH"], rows, { right: [] });
}
