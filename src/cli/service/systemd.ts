/** systemd, by `systemctl`. */
import { join } from "node:path";
import { messageOf } from "../../files/errors.ts";
import type { ServiceDefinition } from "./definition.ts";
import { runOrThrow, type RunTool, runTool, ServiceError, type ServiceManager } from "./manager.ts";
import { systemdUnit } from "./systemd_unit.ts";

/** Where an administrator's units are. */
const UNIT_FOLDER = "/etc/systemd/system";
const HINT = "its own message is above. Run it as root";

export class Systemd implements ServiceManager {
  readonly #run: RunTool;
  readonly #folder: string;

  constructor(run: RunTool = runTool, folder = UNIT_FOLDER) {
    this.#run = run;
    this.#folder = folder;
  }

  show(definition: ServiceDefinition): string {
    return systemdUnit(definition);
  }

  encode(definition: ServiceDefinition): Uint8Array {
    return new TextEncoder().encode(systemdUnit(definition));
  }

  describe({ name }: ServiceDefinition): string[] {
    return [
      `write ${this.#file(name)}`,
      "systemctl daemon-reload",
      `systemctl enable ${name}`,
      `systemctl restart ${name}`,
    ];
  }

  /** "enable --now" leaves a daemon that runs with the old definition as it is, so it is restarted. */
  async install(definition: ServiceDefinition): Promise<void> {
    const file = this.#file(definition.name);
    await changeFile(file, () => Deno.writeFile(file, this.encode(definition)));
    await this.#systemctl("daemon-reload");
    await this.#systemctl("enable", definition.name);
    await this.#systemctl("restart", definition.name);
  }

  async start(name: string): Promise<void> {
    await this.#systemctl("start", name);
  }

  /** By SIGTERM, which the daemon takes for what it is. */
  async stop(name: string): Promise<void> {
    await this.#systemctl("stop", name);
  }

  async uninstall(name: string): Promise<void> {
    await this.#systemctl("disable", "--now", name);
    const file = this.#file(name);
    await changeFile(file, () => Deno.remove(file));
    await this.#systemctl("daemon-reload");
  }

  async status(name: string): Promise<boolean> {
    return await this.#run("systemctl", ["status", "--no-pager", name]) === 0;
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.service`);
  }

  async #systemctl(...args: string[]): Promise<void> {
    await runOrThrow(this.#run, ["systemctl", ...args], HINT);
  }
}

async function changeFile(file: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    throw new ServiceError(`Cannot change ${file}: ${messageOf(error)}; run it as root`, { cause: error });
  }
}
