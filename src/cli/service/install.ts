/** `pewatch service install`: makes the service, or shows what it would be. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { choice, message, object, option, optional, string } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import type { FolderSettings, Settings } from "../../config/settings.ts";
import { command, CommandError, CONFIG_OPTION, EXIT } from "../console/arguments.ts";
import { findDaemon, nameOf } from "../../daemon/requests/ask_daemon.ts";
import { DEFAULT_NAME, type ServiceDefinition } from "./definition.ts";
import { ServiceError, type ServiceManager } from "./manager.ts";
import { checkName, NAME_OPTION, serviceManager } from "./options.ts";

const ARGUMENTS = object({
  config: CONFIG_OPTION,
  name: NAME_OPTION,
  user: optional(option("--user", string({ metavar: "USER" }), {
    description:
      message`Whose rights it has; else the system's own, which open no share. Windows asks for the password and keeps it.`,
  })),
  noPassword: option("--no-password", {
    description: message`With --user on Windows: keep no password. The service then opens no share.`,
  }),
  dryRun: option("--dry-run", { description: message`Only show the definition, and say what would be called.` }),
  output: optional(option("-o", "--output", string({ metavar: "FILE" }), {
    description: message`Only write the definition to FILE, as the system reads it.`,
  })),
  // To see the other system's definition.
  system: optional(option("--system", choice(["windows", "linux"]), { hidden: true })),
});

export const runInstall = command(ARGUMENTS, {
  command: "service install",
  brief:
    message`Starts the daemon now and whenever the computer starts, whoever is logged on, and restarts it when it ends.`,
  footer:
    message`On Windows a task of the Task Scheduler, made by schtasks; on Linux a service of systemd. It is installed over
what is there under its name. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`,
  errors: [ServiceError],
}, async ({ config, name = DEFAULT_NAME, user = null, noPassword, dryRun, output, system }) => {
  checkName(name);
  const { settings, file, lookedFor } = loadSettings({ config });
  if (file === null) {
    const text = `Cannot install without a configuration: there is none at ${lookedFor.join(" or ")}; ` +
      "pewatch init writes one";
    throw new CommandError(text, EXIT.usage);
  }
  const definition: ServiceDefinition = {
    name,
    ...programOf(resolve(file)),
    folder: dirname(resolve(file)),
    user,
    password: !noPassword,
  };
  const manager = serviceManager(system);
  if (user === null || noPassword) shareNotes(settings.folders).forEach((note) => console.error(note));
  if (output !== undefined) {
    await Deno.writeFile(output, manager.encode(definition));
    console.log(`Wrote ${resolve(output)}`);
    return;
  }
  if (dryRun) {
    console.log(manager.show(definition).trimEnd());
    for (const line of manager.describe(definition)) console.error(`would do: ${line}`);
    return;
  }
  if (!Deno.build.standalone || system !== undefined) {
    const text = "Cannot install from source: a service takes the executable, which build/package makes";
    throw new CommandError(text);
  }
  await install(manager, definition, settings);
});

async function install(manager: ServiceManager, definition: ServiceDefinition, settings: Settings): Promise<void> {
  const running = findDaemon(settings);
  await manager.install(definition);
  console.log(`Installed the service ${definition.name}: it runs now, and whenever the computer starts`);
  if (running !== null) {
    console.log(`${nameOf(running)} is already running; when it stops, the service starts its own`);
  }
  console.log(`The log: ${settings.log.file === "" ? "none, log.file is empty" : settings.log.file}`);
  console.log("Next: pewatch service status, stop, start, uninstall");
}

/** From source it is Deno that runs. */
function programOf(configuration: string): Pick<ServiceDefinition, "program" | "args"> {
  const args = ["run", "--config", configuration];
  if (Deno.build.standalone) return { program: Deno.execPath(), args };
  const [manifest, main] = ["deno.json", "main.ts"].map((path) =>
    fileURLToPath(new URL(`../../../${path}`, import.meta.url))
  ) as [string, string];
  return { program: Deno.execPath(), args: ["run", "-A", "--config", manifest, main, ...args] };
}

/** Drives that a user has connected under a letter cannot be distinguished from others. */
export function shareNotes(folders: FolderSettings): string[] {
  return Object.entries(folders).filter(([, path]) => typeof path === "string" && /^(\\\\|\/\/)/.test(path)).map((
    [key, path],
  ) =>
    `note: folders.${key} is on another computer (${path}); ` +
    "where the system's own account may not open it, --user gives the service a user's rights"
  );
}
