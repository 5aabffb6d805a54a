/** What the commands about the service have in common. */
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { CONFIG_DESCRIPTION, EXIT } from "../console/arguments.ts";
import { DEFAULT_NAME, isServiceName } from "./definition.ts";
import { ServiceError, type ServiceManager } from "./manager.ts";
import { Systemd } from "./systemd.ts";
import { TaskScheduler } from "./task_scheduler.ts";

export const CONFIG_OPTION = optional(
  option("-c", "--config", string({ metavar: "FILE" }), { description: CONFIG_DESCRIPTION }),
);
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

/** Tells what went wrong and gives the exit code; errors of other kinds go on. */
export async function reportingErrors(command: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return refuse(command, error.message, EXIT.failed);
  }
}

export function refuse(command: string, text: string, code: number): number {
  console.error(`pewatch service ${command}: ${text}`);
  return code;
}

/** Null where it is good, else the exit code. */
export function refuseName(command: string, name: string): number | null {
  if (isServiceName(name)) return null;
  return refuse(command, `--name: Cannot use "${name}": only letters, digits, "_", "-" and "."`, EXIT.usage);
}
