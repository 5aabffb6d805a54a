/** The seam in front of what runs services on a system. */
import type { ServiceDefinition } from "./definition.ts";

/** It could not be done; the message says what to do. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
}

/** Runs a tool of the system, whose words go to the terminal as they are, and gives its exit code. */
export type RunTool = (command: string, args: readonly string[]) => Promise<number>;

/** All but `show` and `encode` throw a ServiceError. */
export interface ServiceManager {
  /** The definition as text. */
  show(definition: ServiceDefinition): string;
  /** As the system reads it from a file. */
  encode(definition: ServiceDefinition): Uint8Array;
  /** What `install` will call, a line each. */
  describe(definition: ServiceDefinition): string[];
  /** Over what may be there under this name; its daemon starts at once. */
  install(definition: ServiceDefinition): Promise<void>;
  start(name: string): Promise<void>;
  /** @param stopDaemon asks the daemon itself; called where the system has no orderly way */
  stop(name: string, stopDaemon: () => Promise<void>): Promise<void>;
  uninstall(name: string, stopDaemon: () => Promise<void>): Promise<void>;
  /** Prints what the system knows of it; false where it does not know it. */
  status(name: string): Promise<boolean>;
}

/** @throws {ServiceError} where the tool is not there */
export async function runTool(command: string, args: readonly string[]): Promise<number> {
  try {
    const tool = new Deno.Command(command, { args: [...args], stdin: "inherit", stdout: "inherit", stderr: "inherit" });
    return (await tool.spawn().status).code;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ServiceError(`Cannot find ${command}: this system runs its services another way`);
  }
}

/** Runs it, and throws where it fails. */
export async function runOrThrow(
  run: RunTool,
  [command, ...args]: readonly [string, ...string[]],
  hint: string,
): Promise<void> {
  const code = await run(command, args);
  if (code !== 0) throw new ServiceError(`${command} ${args[0] ?? ""} ended with ${code}; ${hint}`);
}
