/** Third stage: delivers what is merged, verified, to the output. */
import type { PluginContext } from "pewatch";
import { Finalize, stageOptions } from "pewatch/stages";

/** Each tick: a frame so takes three ticks at most besides the work. The first implementation fired each third. */
export const TICKTACK = 1;
export const TICKTACK_OFFSET = 0;

const stage = new Finalize();

export async function work(context: PluginContext): Promise<void> {
  await stage.work(stageOptions(context));
}

export function teardown(): void {
  stage[Symbol.dispose]();
}
