/** `pewatch tango`: from its sub-command to its exit code. */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

/** `deno compile` sees the modules by their literal specifiers. */
const GROUP: CommandGroup = {
  name: "tango",
  brief:
    "The Tango device server is a part of pewatch run, where [tango] enabled = true; pewatch docs tango says more.",
  commands: {
    register: {
      summary: "Write the server, its class and its device into the Tango database",
      load: async () => (await import("./register.ts")).runRegister,
    },
    unregister: {
      summary: "Take them out of it again",
      load: async () => (await import("./register.ts")).runUnregister,
    },
  },
};

export async function runTango(args: string[]): Promise<number> {
  return await runGroup(GROUP, args);
}
