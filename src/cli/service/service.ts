/** `pewatch service`: runs the daemon from the start of the computer on, whoever is logged on. */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

/** `deno compile` sees the modules by their literal specifiers. */
const GROUP: CommandGroup = {
  name: "service",
  brief:
    "The daemon as a task of Windows's Task Scheduler, or as a service of systemd; pewatch docs windows says more.",
  commands: {
    install: {
      summary: "Start the daemon now and whenever the computer starts",
      load: async () => (await import("./install.ts")).runInstall,
    },
    start: {
      summary: "Switch the service on and start its daemon",
      load: async () => (await import("./manage.ts")).runStart,
    },
    stop: {
      summary: "Stop the daemon, and leave it stopped",
      load: async () => (await import("./manage.ts")).runStop,
    },
    status: {
      summary: "Show whether the service exists and its daemon runs",
      load: async () => (await import("./manage.ts")).runStatus,
    },
    uninstall: {
      summary: "Stop the daemon and remove the service; nothing else is removed",
      load: async () => (await import("./manage.ts")).runUninstall,
    },
  },
};

export async function runService(args: string[]): Promise<number> {
  return await runGroup(GROUP, args);
}
