/** `pewatch retry`: asks the running daemon to try again what is in quarantine. */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { loadSettings } from "../config/load.ts";
import { CONFIG_DESCRIPTION, EXIT, parseArguments } from "./console/arguments.ts";
import { askDaemon, DaemonAnswerError, NoDaemonError } from "../daemon/requests/ask_daemon.ts";

const ARGUMENTS = object({
  config: optional(option("-c", "--config", string({ metavar: "FILE" }), { description: CONFIG_DESCRIPTION })),
});

export async function runRetry(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "retry",
    brief: message`Asks the running daemon to try the frames of the quarantine again.`,
    footer:
      message`What can be delivered now is delivered; the rest stays, and the log says why. Exit codes: 0 asked, 1 no
daemon was running, 2 wrong usage or configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;

  const { settings } = loadSettings({ config: parsed.value.config });
  try {
    const { value } = await askDaemon(settings, { what: "retry_frames" });
    console.log(String(value));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof NoDaemonError) && !(error instanceof DaemonAnswerError)) throw error;
    console.error(`pewatch retry: ${error.message}`);
    return EXIT.failed;
  }
}
