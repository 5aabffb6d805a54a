/** A stage reduced to its essence: moves each file from the folder `from` to `to` and reports it as `type`. */
import type { FrameEvent, PluginContext } from "pewatch";

export const TICKTACK = 1;

export async function work(context: PluginContext): Promise<void> {
  const { from, to, type, stuck } = context.config as { from: string; to: string; type: string; stuck?: string };
  const folders = context.folders as unknown as Record<string, string>;
  let left = 0;
  for (const entry of [...Deno.readDirSync(folders[from]!)].filter((entry) => !entry.name.startsWith("."))) {
    if (entry.name === stuck) {
      left++;
      continue;
    }
    await Deno.rename(`${folders[from]}/${entry.name}`, `${folders[to]}/${entry.name}`);
    const frame = entry.name;
    const event: FrameEvent = type === "delivered"
      ? { type, frame, files: [`${folders[to]}/${frame}`], bytes: 10, latency_s: 0.5 }
      : { type: "claimed", frame };
    context.report.event(event);
  }
  context.report.backlog({ [from]: left });
}
