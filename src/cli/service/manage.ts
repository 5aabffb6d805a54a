/** `pewatch service start`, `stop`, `status`, `uninstall`. */
import { object } from "@optique/core/constructs";
import { type Message, message } from "@optique/core/message";
import { loadSettings } from "../../config/load.ts";
import { EXIT, parseArguments } from "../console/arguments.ts";
import { findDaemon, nameOf } from "../../daemon/requests/ask_daemon.ts";
import { runStop as runStopDaemon } from "../stop.ts";
import { DEFAULT_NAME } from "./definition.ts";
import { ServiceError, type ServiceManager } from "./manager.ts";
import { CONFIG_OPTION, NAME_OPTION, refuseName, reportingErrors, serviceManager } from "./options.ts";

const ARGUMENTS = object({ config: CONFIG_OPTION, name: NAME_OPTION });
const EXIT_CODES = message`Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`;

interface Managed {
  readonly manager: ServiceManager;
  readonly name: string;
  readonly config: string | undefined;
}

export async function runStart(args: string[]): Promise<number> {
  const brief = message`Switches the service on, where it was stopped, and starts its daemon.`;
  return await manage("start", { args, brief }, async ({ manager, name }) => {
    await manager.start(name);
    console.log(`The service ${name} is started; pewatch service status shows its state`);
    return EXIT.done;
  });
}

export async function runStop(args: string[]): Promise<number> {
  const brief =
    message`Stops the daemon, which finishes the frames in progress. On Windows it stays stopped, also when the computer restarts, until pewatch service start.`;
  return await manage("stop", { args, brief }, async ({ manager, name, config }) => {
    await manager.stop(name, () => stopDaemon(config));
    console.log(`The service ${name} is stopped; pewatch service start starts it`);
    return EXIT.done;
  });
}

export async function runUninstall(args: string[]): Promise<number> {
  const brief = message`Stops the daemon and removes the service. Program, configuration and frames stay.`;
  return await manage("uninstall", { args, brief }, async ({ manager, name, config }) => {
    await manager.uninstall(name, () => stopDaemon(config));
    console.log(`The service ${name} is removed`);
    return EXIT.done;
  });
}

export async function runStatus(args: string[]): Promise<number> {
  const brief = message`Shows what the system says of the service, and whether the configuration's daemon runs.`;
  const footer = message`Exit codes: 0 the service exists and the daemon runs, 1 not, 2 wrong usage or configuration.`;
  return await manage("status", { args, brief, footer }, async ({ manager, name, config }) => {
    const known = await manager.status(name);
    const { settings } = loadSettings({ config });
    const holder = findDaemon(settings);
    console.log(holder === null ? "No daemon is running" : `${nameOf(holder)} runs, since ${holder.since}`);
    return known && holder !== null ? EXIT.done : EXIT.failed;
  });
}

async function manage(
  command: string,
  { args, brief, footer = EXIT_CODES }: { args: string[]; brief: Message; footer?: Message },
  work: (managed: Managed) => Promise<number>,
): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, { command: `service ${command}`, brief, footer });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { config, name = DEFAULT_NAME } = parsed.value;
  const wrong = refuseName(command, name);
  if (wrong !== null) return wrong;
  return await reportingErrors(command, async () => await work({ manager: serviceManager(), name, config }));
}

/** @throws {ServiceError} where it works on */
async function stopDaemon(config: string | undefined): Promise<void> {
  if (findDaemon(loadSettings({ config }).settings) === null) {
    console.log("No daemon was running");
    return;
  }
  const code = await runStopDaemon(config === undefined ? [] : ["--config", config]);
  if (code !== EXIT.done) throw new ServiceError("The daemon was not stopped");
}
