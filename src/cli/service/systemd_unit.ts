/** The definition of a service for systemd. */
import { EXIT } from "../console/arguments.ts";
import { RESTART_S, type ServiceDefinition, STOP_LIMIT_S } from "./definition.ts";

/** Text of a unit file. SIGTERM, systemd's own way to stop, finishes the frames in progress. */
export function systemdUnit({ program, args, folder, user }: ServiceDefinition): string {
  return [
    "[Unit]",
    "Description=pewatch: frames of an X-ray detector from QXRD with their metadata",
    "Wants=network-online.target",
    "After=network-online.target remote-fs.target",
    // It is retried for ever: a share may be away for a night.
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    `ExecStart=${[program, ...args].map(quoteWord).join(" ")}`,
    `WorkingDirectory=${escapePercent(folder)}`,
    ...user === null ? [] : [`User=${escapePercent(user)}`],
    "Restart=on-failure",
    `RestartSec=${RESTART_S}`,
    `RestartPreventExitStatus=${EXIT.usage}`,
    `TimeoutStopSec=${STOP_LIMIT_S}`,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** A word of a command line: systemd takes backslashes, quotes, "%" and "$" for its own. */
function quoteWord(word: string): string {
  const safe = escapePercent(word).replaceAll("$", "$$$$");
  return /^[^\s"'\\;]+$/.test(safe) ? safe : `"${safe.replace(/[\\"]/g, "\\$&")}"`;
}

function escapePercent(text: string): string {
  return text.replaceAll("%", "%%");
}
