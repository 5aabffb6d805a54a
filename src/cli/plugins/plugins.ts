/** `pewatch plugins`: from its sub-command to its exit code. */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

/** `deno compile` sees the modules by their literal specifiers. */
const GROUP: CommandGroup = {
  name: "plugins",
  brief: "Plugins are the files of the plugins folder and what pewatch ships; docs/plugins.md says how one is written.",
  commands: {
    list: {
      summary: "Show each plugin of the running daemon, or what would be loaded",
      load: async () => (await import("./list.ts")).runList,
    },
    check: {
      summary: "Say whether a file would be loaded as a plugin, or why not",
      load: async () => (await import("./check.ts")).runCheck,
    },
    new: {
      summary: "Write a commented plugin to begin with",
      load: async () => (await import("./new.ts")).runNew,
    },
    retry: {
      summary: "Start a plugin again that was suspended",
      load: async () => (await import("./retry.ts")).runRetry,
    },
    types: {
      summary: "Write what an editor needs for completion and checking",
      load: async () => (await import("./types.ts")).runTypes,
    },
  },
};

export async function runPlugins(args: string[]): Promise<number> {
  return await runGroup(GROUP, args);
}
