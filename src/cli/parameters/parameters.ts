/**
 * `pewatch parameters`: the values that plugins add to each frame's file. A file of its own: each command is one,
 * loaded when it is called.
 */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

const GROUP: CommandGroup = {
  name: "parameters",
  brief: "The values that plugins add to the file of each frame.",
  commands: {
    list: {
      summary: "Each parameter with value, time, path and plugin",
      load: async () => (await import("./list.ts")).runList,
    },
    remove: {
      summary: "Remove a parameter from the frames that follow",
      load: async () => (await import("./remove.ts")).runRemove,
    },
  },
};

export function runParameters(args: string[]): Promise<number> {
  return runGroup(GROUP, args);
}
