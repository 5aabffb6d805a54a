/** `pewatch epics`: from its sub-command to its exit code. A file of its own: the command's group. */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

const GROUP: CommandGroup = {
  name: "epics",
  brief: "Process variables of EPICS are read where [plugins.epics] lists them (pewatch docs values).",
  commands: {
    values: {
      summary: "Show the process variables that are read, live",
      load: async () => {
        const [{ valuesCommand }, { EPICS_VALUES }] = await Promise.all([
          import("../values/show.ts"),
          import("../values/epics.ts"),
        ]);
        return async (args) => await valuesCommand(EPICS_VALUES)(args);
      },
    },
  },
};

export async function runEpics(args: string[]): Promise<number> {
  return await runGroup(GROUP, args);
}
