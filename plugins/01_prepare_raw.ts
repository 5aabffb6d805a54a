/** First stage: takes whole frames out of the raw folder and treats darks. */
import { type PluginContext, stageOptions } from "pewatch";
import { PrepareRaw } from "../src/frames/prepare_raw.ts";

export const TICKTACK = 3;
export const TICKTACK_OFFSET = 0;

const stage = new PrepareRaw();

export async function work(context: PluginContext): Promise<void> {
  await stage.work(stageOptions(context));
}
