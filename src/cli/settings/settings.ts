/**
 * `pewatch settings`: what Tango clients have changed, which overrides the configuration. A file of its own: each
 * command is one, loaded when it is called.
 */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

const GROUP: CommandGroup = {
  name: "settings",
  brief: "The settings that Tango clients have changed. They override the configuration, also after a restart.",
  commands: {
    list: {
      summary: "Each such setting with its value, the one before, and when it was changed",
      load: async () => (await import("./list.ts")).runList,
    },
    forget: {
      summary: "Return to the value of the configuration",
      load: async () => (await import("./forget.ts")).runForget,
    },
  },
};

export function runSettings(args: string[]): Promise<number> {
  return runGroup(GROUP, args);
}
