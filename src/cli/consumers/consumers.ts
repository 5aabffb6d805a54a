/**
 * `pewatch consumers`: who reads the ledger, and how far each has come. A file of its own: each command is one, loaded
 * when it is called.
 */
import { type CommandGroup, runGroup } from "../console/sub_commands.ts";

const GROUP: CommandGroup = {
  name: "consumers",
  brief: "Who reads the ledger: plugins, their streams, and programs over HTTP (http:NAME).",
  commands: {
    list: {
      summary: "Each consumer with how far it is behind, what it skipped, and when it last moved",
      load: async () => (await import("./list.ts")).runList,
    },
    forget: {
      summary: "Remove the cursor of a consumer that is gone",
      load: async () => (await import("./forget.ts")).runForget,
    },
  },
};

export function runConsumers(args: string[]): Promise<number> {
  return runGroup(GROUP, args);
}
