/** Logs the numbers of the frames that it is handed; at most `take` a firing; dies of frame `dies_of`. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;

export async function work(context: PluginContext): Promise<void> {
  const { take, dies_of, slow_ms } = context.config as { take?: number; dies_of?: number; slow_ms?: number };
  const numbers: number[] = [];
  if (take !== 0) {
    for await (const frame of context.frames) {
      if (frame.number === dies_of) await die();
      if (slow_ms !== undefined) await new Promise((resolve) => setTimeout(resolve, slow_ms));
      numbers.push(frame.number);
      if (numbers.length === take) break;
    }
  }
  context.log.info(numbers.join(" "));
}

async function die(): Promise<void> {
  // With the guard of the worker out of order, the error ends it.
  Event.prototype.preventDefault = () => {};
  setTimeout(() => {
    throw new Error("died of a frame");
  }, 0);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
