/** `pewatch tango`: from its sub-command to its exit code. */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

/** `deno compile` sees the modules by their literal specifiers. */
const GROUP: CommandGroup = {
  name: "tango",
  brief:
    "The Tango device server is a part of pewatch run, where [tango] enabled = true (pewatch docs tango); attributes " +
    "of other devices are read where [plugins.tango] lists them (pewatch docs values).",
  commands: {
    register: {
      summary: "Write the server, its class and its device into the Tango database",
      load: async () => (await import("./register.ts")).runRegister,
    },
    unregister: {
      summary: "Take them out of it again",
      load: async () => (await import("./register.ts")).runUnregister,
    },
    values: {
      summary: "Show the attributes of other devices that are read, live",
      load: async () => {
        const [{ valuesCommand }, { TANGO_VALUES }] = await Promise.all([
          import("../values/show.ts"),
          import("../values/tango.ts"),
        ]);
        return async (args) => await valuesCommand(TANGO_VALUES)(args);
      },
    },
    client: {
      summary: null,
      load: async () => (await import("./client.ts")).runTangoClient,
    },
  },
};

export async function runTango(args: string[]): Promise<number> {
  return await runGroup(GROUP, args);
}
