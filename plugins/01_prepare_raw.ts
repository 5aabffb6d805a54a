/** First stage: takes whole frames out of the raw folder and treats darks. A file of its own: each plugin is one. */
import type { PluginContext } from "pewatch";
import { PrepareRaw, stageOptions } from "pewatch/stages/prepare";

/** Each tick: a frame so takes three ticks at most besides the work. The first implementation fired each third. */
export const TICKTACK = 1;
export const TICKTACK_OFFSET = 0;

let stage = new PrepareRaw();

/** What was remembered of an earlier run in this thread is over. */
export function setup(): void {
  stage = new PrepareRaw();
}

export async function work(context: PluginContext): Promise<void> {
  await stage.work(stageOptions(context));
}
