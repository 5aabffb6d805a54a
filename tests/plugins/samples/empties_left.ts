/** A stage that calls each folder that was left empty. Its firings last as long as a file of its name is in raw. */
import type { PluginContext } from "pewatch";
import { exists } from "../../folders.ts";

export const TICKTACK = 1;

export async function work({ name, folders, counters, report }: PluginContext): Promise<void> {
  counters.add("begun");
  while (exists(`${folders.raw}/${name}`)) await new Promise((resolve) => setTimeout(resolve, 5));
  report.backlog({ left: folders.left.filter(({ closed }) => closed).map(({ id }) => ({ id, frames: 0 })) });
}
