/** Third stage: delivers what is merged, verified, to the output. */
import { type PluginContext, stageOptions } from "pewatch";
import { Finalize } from "../src/frames/finalize.ts";

export const TICKTACK = 3;
export const TICKTACK_OFFSET = 2;

const stage = new Finalize();

export async function work(context: PluginContext): Promise<void> {
  await stage.work(stageOptions(context));
}

export function teardown(): void {
  stage[Symbol.dispose]();
}
