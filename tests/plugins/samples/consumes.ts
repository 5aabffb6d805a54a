import type { PluginContext } from "pewatch";

export const TICKTACK = 1;
export const CONTRACT = 2;

type Config = { readonly fails?: string; readonly later?: string; readonly batch?: number; readonly stream?: string };

/** Logs each frame that it has done; fails with, or postpones, the one that the table names. */
export async function work(context: PluginContext): Promise<void> {
  const { fails, later, batch, stream } = context.config as Config;
  const frames = stream === undefined ? context.frames : context.frames.of(stream, { from: "oldest" });
  for await (const group of batch === undefined ? one(frames) : frames.batches(batch)) {
    if (group.some(({ name }) => name === fails)) throw new Error(`${group.map(({ name }) => name).join(" ")} fails`);
    const postponed = group.find(({ name }) => name === later);
    if (postponed !== undefined) {
      postponed.later();
      break;
    }
    context.log.info(group.map(({ sequence, name }) => `${sequence} ${name}`).join(" "));
  }
}

async function* one<T>(frames: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  for await (const frame of frames) yield [frame];
}
