/** What the commands about the service have in common. A file of its own: shared by all commands about the service. */
import { message, option, optional, string } from "@optique/core";
import { CommandError, EXIT } from "../console/arguments.ts";
import { DEFAULT_NAME, isServiceName } from "./definition.ts";
import { ServiceError, type ServiceManager } from "./manager.ts";
import { Systemd } from "./systemd.ts";
import { TaskScheduler } from "./task_scheduler.ts";

export const NAME_OPTION = optional(option("--name", string({ metavar: "NAME" }), {
  description: message`Name of the service, ${DEFAULT_NAME} if not given; another for each daemon of a computer.`,
}));

type ServiceSystem = "windows" | "linux";

/** @throws {ServiceError} on a system that has neither */
export function serviceManager(system: string = Deno.build.os): ServiceManager {
  if (system === "windows") return new TaskScheduler();
  if (system === "linux") return new Systemd();
  throw new ServiceError(`Cannot make a service on ${system}: pewatch knows Windows's Task Scheduler and systemd`);
}

/** @throws {CommandError} */
export function checkName(name: string): void {
  if (isServiceName(name)) return;
  throw new CommandError(`--name: Cannot use "${name}": only letters, digits, "_", "-" and "."`, EXIT.usage);
}
