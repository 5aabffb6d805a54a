/** `pewatch consumers list`: how far each has come. */
import { message, object } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { JsonFileError } from "../../files/json_file.ts";
import { command, CONFIG_OPTION, JSON_OPTION } from "../console/arguments.ts";
import { printTable } from "../console/table.ts";
import { readConsumers } from "./stored.ts";

const ARGUMENTS = object({
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

export const runList = command(ARGUMENTS, {
  command: "consumers list",
  brief: message`Lists who reads the ledger, how many frames each is behind, and how many it has skipped.`,
  footer:
    message`Without a running daemon: as the last one left them. Exit codes: 0 done, 1 they cannot be read, 2 wrong
usage or configuration.`,
  errors: [DaemonAnswerError, JsonFileError],
}, async ({ json, config }) => {
  const { settings } = loadSettings({ config });
  const { running, consumers } = await readConsumers(settings);
  if (json) return console.log(JSON.stringify({ running, consumers }, null, 2));
  if (!running) console.log("No daemon is running; so far they were when the last one ended");
  if (consumers.length === 0) return console.log("Nobody reads the ledger");
  const rows = consumers.map((
    { name, behind, skipped, moved, lastSkipped },
  ) => [name, String(behind), String(skipped), moved ?? "", lastSkipped ?? ""]);
  printTable(["CONSUMER", "BEHIND", "SKIPPED", "LAST MOVED", "LAST SKIPPED"], rows, { right: [1, 2] });
});
