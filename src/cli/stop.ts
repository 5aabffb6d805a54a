/** `pewatch stop`: asks the running daemon to stop, and waits until it has. */
import { float, message, object, option, optional } from "@optique/core";
import { loadSettings } from "../config/load.ts";
import { command, CommandError, CONFIG_OPTION } from "./console/arguments.ts";
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
  config: CONFIG_OPTION,
  limit_s: optional(option("--limit", float({ metavar: "SECONDS", min: 0 }), {
    description: message`How long to wait for its end, ${String(LIMIT_S)} s if not given.`,
  })),
});

export const runStop = command(ARGUMENTS, {
  command: "stop",
  brief: message`Asks the running daemon of this configuration to stop, and waits until it has.`,
  footer:
    message`The daemon finishes the frames in progress; the others wait for the next start. Exit codes: 0 stopped, 1 no daemon
was running, or it had not stopped in time, 2 wrong usage or configuration.`,
  errors: [NoDaemonError, DaemonAnswerError],
}, async ({ config, limit_s = LIMIT_S }) => {
  const { settings } = loadSettings({ config });
  try {
    // Its patience is the limit too: a daemon that is stopping already takes no more requests.
    const { holder } = await askDaemon(settings, { what: "stop" }, { patience_s: limit_s });
    if (await waitForEnd(settings, holder, limit_s)) {
      return console.log(`${nameOf(holder)} has stopped`);
    }
    throw new CommandError(`${nameOf(holder)} was asked to stop, but is still running after ${limit_s} s`);
  } catch (error) {
    if (!(error instanceof DaemonEndedError)) throw error;
    console.log(`${nameOf(error.holder)} has stopped`);
  }
});
