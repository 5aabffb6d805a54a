/** `pewatch parameters remove`: frames go on without a parameter. */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { closest } from "../../config/closest.ts";
import { loadSettings } from "../../config/load.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { FolderInUseError } from "../../daemon/settings/folder_lock.ts";
import { EXIT, parseArguments } from "../console/arguments.ts";
import { CONFIG_OPTION } from "../plugins/options.ts";
import { printable } from "../console/terminal.ts";
import { readParameters, removeParameter } from "./stored.ts";

const ARGUMENTS = object({
  name: argument(string({ metavar: "NAME" }), {
    description: message`The parameter's name, as pewatch parameters list shows it.`,
  }),
  config: CONFIG_OPTION,
});

export async function runRemove(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "parameters remove",
    brief: message`Removes a parameter: frames that are merged from now on do not have it.`,
    footer:
      message`A plugin that sets it again brings it back. Exit codes: 0 removed, 1 there is no such parameter or it
cannot be removed, 2 wrong usage or configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { name, config } = parsed.value;
  const { settings } = loadSettings({ config });
  try {
    if (await removeParameter(settings, name)) {
      console.log(`${printable(name)} is removed; frames from now on do not have it`);
      return EXIT.done;
    }
    const names = (await readParameters(settings)).readings.map((reading) => reading.name);
    const meant = closest(name, names);
    return fail(`There is no parameter ${name}${meant === null ? "" : `; did you mean ${meant}?`}`);
  } catch (error) {
    const known = [DaemonAnswerError, FolderInUseError, SyntaxError].some((one) => error instanceof one);
    if (!known) throw error;
    return fail((error as Error).message);
  }
}

function fail(text: string): number {
  console.error(`pewatch parameters remove: ${printable(text)}`);
  return EXIT.failed;
}
