/**
 * `pewatch retry`: asks the running daemon to try again what is in quarantine. A file of its own: each command is
 * one, loaded when it is called.
 */
import { message, object } from "@optique/core";
import { loadSettings } from "../config/load.ts";
import { command, CONFIG_OPTION } from "./console/arguments.ts";
import { askDaemon, DaemonAnswerError, NoDaemonError } from "../daemon/requests/ask_daemon.ts";

const ARGUMENTS = object({
  config: CONFIG_OPTION,
});

export const runRetry = command(ARGUMENTS, {
  command: "retry",
  brief: message`Asks the running daemon to try the frames of the quarantine again.`,
  footer:
    message`What can be delivered now is delivered; the rest stays, and the log says why. Exit codes: 0 asked, 1 no
daemon was running, 2 wrong usage or configuration.`,
  errors: [NoDaemonError, DaemonAnswerError],
}, async (values) => {
  const { settings } = loadSettings({ config: values.config });
  console.log(String((await askDaemon(settings, { what: "retry_frames" })).value));
});
