/** Third stage: delivers what is merged, verified, to the output. A file of its own: each plugin is one. */
import type { PluginContext } from "pewatch";
import { Finalize, stageOptions } from "pewatch/stages/deliver";

/** Each tick: a frame so takes three ticks at most besides the work. The first implementation fired each third. */
export const TICKTACK = 1;
export const TICKTACK_OFFSET = 0;

let stage = new Finalize();

/** What was remembered of an earlier run in this thread is over. */
export function setup(): void {
  stage = new Finalize();
}

export async function work(context: PluginContext): Promise<void> {
  await stage.work(stageOptions(context));
}

export function teardown(): void {
  stage[Symbol.dispose]();
}
