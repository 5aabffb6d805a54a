/** `pewatch service start`, `stop`, `status`, `uninstall`. */
import { message, object } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { command, type CommandDescription, CONFIG_OPTION, EXIT } from "../console/arguments.ts";
import { findDaemon, nameOf } from "../../daemon/requests/ask_daemon.ts";
import { runStop as runStopDaemon } from "../stop.ts";
import { DEFAULT_NAME } from "./definition.ts";
import { ServiceError, type ServiceManager } from "./manager.ts";
import { checkName, NAME_OPTION, serviceManager } from "./options.ts";

const ARGUMENTS = object({ config: CONFIG_OPTION, name: NAME_OPTION });
const EXIT_CODES = message`Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`;

interface Managed {
  readonly manager: ServiceManager;
  readonly name: string;
  readonly config: string | undefined;
}

export const runStart = managing(
  {
    command: "service start",
    brief: message`Switches the service on, where it was stopped, and starts its daemon.`,
  },
  async ({ manager, name }) => {
    await manager.start(name);
    console.log(`The service ${name} is started; pewatch service status shows its state`);
  },
);

export const runStop = managing(
  {
    command: "service stop",
    brief:
      message`Stops the daemon, which finishes the frames in progress. On Windows it stays stopped, also when the computer restarts, until pewatch service start.`,
  },
  async ({ manager, name, config }) => {
    await manager.stop(name, () => stopDaemon(config));
    console.log(`The service ${name} is stopped; pewatch service start starts it`);
  },
);

export const runUninstall = managing(
  {
    command: "service uninstall",
    brief: message`Stops the daemon and removes the service. Program, configuration and frames stay.`,
  },
  async ({ manager, name, config }) => {
    await manager.uninstall(name, () => stopDaemon(config));
    console.log(`The service ${name} is removed`);
  },
);

export const runStatus = managing(
  {
    command: "service status",
    brief: message`Shows what the system says of the service, and whether the configuration's daemon runs.`,
    footer: message`Exit codes: 0 the service exists and the daemon runs, 1 not, 2 wrong usage or configuration.`,
  },
  async ({ manager, name, config }) => {
    const known = await manager.status(name);
    const { settings } = loadSettings({ config });
    const holder = findDaemon(settings);
    console.log(holder === null ? "No daemon is running" : `${nameOf(holder)} runs, since ${holder.since}`);
    return known && holder !== null ? EXIT.done : EXIT.failed;
  },
);

function managing(of: CommandDescription, work: (managed: Managed) => Promise<number | void>) {
  const description = { footer: EXIT_CODES, errors: [ServiceError], ...of };
  return command(ARGUMENTS, description, async ({ config, name = DEFAULT_NAME }) => {
    checkName(name);
    return await work({ manager: serviceManager(), name, config });
  });
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
