/** `pewatch settings forget`: back to the value of the configuration. */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { closest } from "../../config/closest.ts";
import { loadSettings } from "../../config/load.ts";
import { CLIENT_SETTING_KEYS, clientSettings, keyOf } from "../../daemon/settings/client_settings.ts";
import { EXIT, parseArguments } from "../console/arguments.ts";
import { CONFIG_OPTION } from "../plugins/options.ts";
import { printable } from "../console/terminal.ts";
import { forget, isExpected } from "./stored.ts";

const ARGUMENTS = object({
  key: argument(string({ metavar: "KEY" }), {
    description: message`The setting, as pewatch settings list shows it: folders.raw, or raw for short.`,
  }),
  config: CONFIG_OPTION,
});

export async function runForget(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "settings forget",
    brief: message`Returns a setting that a Tango client has changed to the value of the configuration.`,
    footer:
      message`A running daemon applies it from the next firing; frames in progress are delivered to where they were
going. Exit codes: 0 forgotten, 1 no client has set it or the configuration's value cannot be used, 2 wrong usage or
configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { key: wanted, config } = parsed.value;
  const key = CLIENT_SETTING_KEYS.find((one) => [one, keyOf(one)].includes(wanted));
  if (key === undefined) {
    const names = CLIENT_SETTING_KEYS.map(keyOf);
    const meant = closest(wanted, [...names, ...CLIENT_SETTING_KEYS]);
    const hint = meant === null ? `clients can set ${names.join(", ")}` : `did you mean ${meant}?`;
    return fail(`Clients cannot set ${wanted}; ${hint}`, EXIT.usage);
  }
  const { settings } = loadSettings({ config });
  try {
    if (!await forget(settings, key)) return fail(`No client has set ${keyOf(key)}`, EXIT.failed);
    console.log(`${keyOf(key)} is ${JSON.stringify(clientSettings(settings)[key])} again, as configured`);
    return EXIT.done;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return fail(error.message, EXIT.failed);
  }
}

function fail(text: string, code: number): number {
  console.error(`pewatch settings forget: ${printable(text)}`);
  return code;
}
