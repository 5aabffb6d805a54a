/** `pewatch settings list`: what Tango clients have changed. */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { option } from "@optique/core/primitives";
import { loadSettings } from "../../config/load.ts";

import { type ClientSetting, keyOf } from "../../daemon/settings/client_settings.ts";
import { EXIT, JSON_DESCRIPTION, parseArguments } from "../console/arguments.ts";
import { CONFIG_OPTION } from "../plugins/options.ts";
import { tableLines } from "../plugins/table.ts";
import { Painter, printable } from "../console/terminal.ts";
import { isExpected, readWritten } from "./stored.ts";

const ARGUMENTS = object({
  json: option("--json", { description: JSON_DESCRIPTION }),
  config: CONFIG_OPTION,
});

export async function runList(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "settings list",
    brief: message`Lists the settings that Tango clients have changed; they override the configuration.`,
    footer: message`Exit codes: 0 done, 1 they cannot be read, 2 wrong usage or configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { json, config } = parsed.value;
  const { settings } = loadSettings({ config });
  try {
    const { running, written } = await readWritten(settings);
    const changed = Object.entries(written).map(([key, { value, instead_of, since }]) => ({
      key: keyOf(key as ClientSetting),
      value,
      before: instead_of,
      since,
    }));
    if (json) console.log(JSON.stringify({ running, settings: changed }, null, 2));
    else print(changed.map(({ key, value, before, since }) => [key, String(value), String(before), since]));
    return EXIT.done;
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(`pewatch settings list: ${printable(error.message)}`);
    return EXIT.failed;
  }
}

function print(rows: readonly string[][]): void {
  if (rows.length === 0) return console.log("No client has changed a setting; the configuration applies");
  const texts = [["KEY", "VALUE", "BEFORE", "SINCE"], ...rows.map((row) => row.map(printable))];
  const [header, ...lines] = tableLines(texts, { right: [] });
  console.log(new Painter(Deno.stdout).paint("bold", header ?? ""));
  for (const line of lines) console.log(line);
  console.log("pewatch settings forget KEY returns to the value of the configuration");
}
