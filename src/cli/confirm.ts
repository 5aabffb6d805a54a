/** `pewatch confirm`: a consumer confirms that it has delivered images, by their checksums. */
import { argument, message, object, optional, string } from "@optique/core";
import { loadSettings } from "../config/load.ts";
import { askDaemon, DaemonAnswerError, NoDaemonError } from "../daemon/requests/ask_daemon.ts";
import type { ConfirmProgress } from "../frames/events.ts";
import { counted } from "../log/counted.ts";
import { command, CommandError, CONFIG_OPTION, EXIT } from "./console/arguments.ts";

const ARGUMENTS = object({
  consumer: argument(string({ metavar: "NAME" }), {
    description: message`The consumer, as [deliver] confirm names it.`,
  }),
  file: optional(argument(string({ metavar: "FILE" }), {
    description: message`Checksums as sha256sum writes them, one a line; else from standard input.`,
  })),
  config: CONFIG_OPTION,
});

/** In one request. */
const SUMS_MAX = 500;

export const runConfirm = command(ARGUMENTS, {
  command: "confirm",
  brief: message`Confirms that a consumer has images whole: their sets no longer wait in proc for it.`,
  footer: message`Example: sha256sum *.tif | pewatch confirm backup. Exit codes: 0 confirmed, 1 no daemon was running, 2
wrong usage or configuration.`,
  errors: [NoDaemonError, DaemonAnswerError],
}, async ({ consumer, file, config }) => {
  const { settings } = loadSettings({ config });
  const text = file === undefined ? await new Response(Deno.stdin.readable).text() : Deno.readTextFileSync(file);
  const sums = text.split("\n").flatMap((line) => /^\\?([0-9a-f]{64})\b/i.exec(line)?.[1]?.toLowerCase() ?? []);
  if (sums.length === 0) throw new CommandError("no SHA-256 was given; see pewatch confirm --help", EXIT.usage);
  let [found, removed, waiting] = [0, 0, 0];
  for (let at = 0; at < sums.length; at += SUMS_MAX) {
    const { value } = await askDaemon(settings, { what: "confirm", consumer, sums: sums.slice(at, at + SUMS_MAX) });
    const progress = value as ConfirmProgress;
    found += progress.found;
    removed += progress.removed;
    waiting = progress.waiting;
  }
  const others = sums.length - found;
  const unknown = others === 0 ? "" : `; ${counted(others, "checksum is", "checksums are")} of no set that waits`;
  console.log(`${counted(found, "set")} confirmed, ${removed} removed, ${waiting} still waiting${unknown}`);
});
