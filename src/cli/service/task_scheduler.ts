/** Windows's Task Scheduler, by its own command `schtasks`: nothing has to be downloaded. */
import type { ServiceDefinition } from "./definition.ts";
import { runOrThrow, type RunTool, runTool, type ServiceManager } from "./manager.ts";
import { encodeTask, quoteArgument, taskXml } from "./task_xml.ts";

const HINT = "its own message is above. Use a command prompt that was opened as administrator";

export class TaskScheduler implements ServiceManager {
  readonly #run: RunTool;

  constructor(run: RunTool = runTool) {
    this.#run = run;
  }

  show(definition: ServiceDefinition): string {
    return taskXml(definition);
  }

  encode(definition: ServiceDefinition): Uint8Array {
    return encodeTask(taskXml(definition));
  }

  describe(definition: ServiceDefinition): string[] {
    const commands = [createCommand(definition, "FILE.xml"), runCommand(definition.name)];
    return commands.map((command) => command.map(quoteArgument).join(" "));
  }

  async install(definition: ServiceDefinition): Promise<void> {
    const file = await Deno.makeTempFile({ prefix: "pewatch-", suffix: ".xml" });
    try {
      await Deno.writeFile(file, this.encode(definition));
      await this.#schtasks(createCommand(definition, file));
    } finally {
      await Deno.remove(file);
    }
    await this.#schtasks(runCommand(definition.name));
  }

  async start(name: string): Promise<void> {
    await this.#schtasks(["schtasks", "/Change", "/TN", name, "/ENABLE"]);
    await this.#schtasks(runCommand(name));
  }

  /** Switched off first, or its trigger would start the next daemon. `schtasks /End` would kill, so it is not used. */
  async stop(name: string, stopDaemon: () => Promise<void>): Promise<void> {
    await this.#schtasks(["schtasks", "/Change", "/TN", name, "/DISABLE"]);
    await stopDaemon();
  }

  async uninstall(name: string, stopDaemon: () => Promise<void>): Promise<void> {
    await this.stop(name, stopDaemon);
    await this.#schtasks(["schtasks", "/Delete", "/TN", name, "/F"]);
  }

  async status(name: string): Promise<boolean> {
    return await this.#run("schtasks", ["/Query", "/TN", name, "/V", "/FO", "LIST"]) === 0;
  }

  async #schtasks(command: readonly [string, ...string[]]): Promise<void> {
    await runOrThrow(this.#run, command, HINT);
  }
}

/** With a user and no /RP schtasks itself asks for the password, so that it stands in no list of processes. */
function createCommand({ name, user, password }: ServiceDefinition, file: string): [string, ...string[]] {
  const account = user === null ? [] : ["/RU", user, ...password ? [] : ["/NP"]];
  return ["schtasks", "/Create", "/TN", name, "/XML", file, "/F", ...account];
}

function runCommand(name: string): [string, ...string[]] {
  return ["schtasks", "/Run", "/TN", name];
}
