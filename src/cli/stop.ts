/** `pewatch stop`: asks the running daemon to stop, and waits until it has. */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { float, string } from "@optique/core/valueparser";
import { loadSettings } from "../config/load.ts";
import { CONFIG_DESCRIPTION, EXIT, parseArguments } from "./console/arguments.ts";
import {
  askDaemon,
  DaemonAnswerError,
  DaemonEndedError,
  nameOf,
  NoDaemonError,
  waitForEnd,
} from "../daemon/requests/ask_daemon.ts";

/** Longer than the copies in progress take; a plugin's firing may take as long as its limit, 300 s by default. */
const LIMIT_S = 330;

const ARGUMENTS = object({
  config: optional(option("-c", "--config", string({ metavar: "FILE" }), { description: CONFIG_DESCRIPTION })),
  limit_s: optional(option("--limit", float({ metavar: "SECONDS", min: 0 }), {
    description: message`How long to wait for its end, ${String(LIMIT_S)} s if not given.`,
  })),
});

export async function runStop(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "stop",
    brief: message`Asks the running daemon of this configuration to stop, and waits until it has.`,
    footer:
      message`The daemon finishes the frames in progress; the others wait for the next start. Exit codes: 0 stopped, 1 no daemon
was running, or it had not stopped in time, 2 wrong usage or configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { config, limit_s = LIMIT_S } = parsed.value;

  const { settings } = loadSettings({ config });
  try {
    // Its patience is the limit too: a daemon that is stopping already takes no more requests.
    const { holder } = await askDaemon(settings, { what: "stop" }, { patience_s: limit_s });
    if (await waitForEnd(settings, holder, limit_s)) {
      console.log(`${nameOf(holder)} has stopped`);
      return EXIT.done;
    }
    console.error(`pewatch stop: ${nameOf(holder)} was asked to stop, but is still running after ${limit_s} s`);
  } catch (error) {
    if (error instanceof DaemonEndedError) {
      console.log(`${nameOf(error.holder)} has stopped`);
      return EXIT.done;
    }
    if (!(error instanceof NoDaemonError) && !(error instanceof DaemonAnswerError)) throw error;
    console.error(`pewatch stop: ${error.message}`);
  }
  return EXIT.failed;
}
