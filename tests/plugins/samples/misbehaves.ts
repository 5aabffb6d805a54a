/** Misbehaves as its configuration says: `how`, only up to firing number `until` where that is given. */
import type { PluginContext } from "pewatch";

export const TICKTACK = 1;
let firings = 0;

export async function work(context: PluginContext): Promise<void> {
  firings++;
  const { how, until } = context.config as { how: string; until?: number };
  if (until !== undefined && firings > until) return;
  switch (how) {
    case "throws":
      throw new TypeError("thrown on purpose");
    case "rejects":
      void Promise.reject(new Error("rejected on purpose"));
      return;
    case "rejects later":
      setTimeout(() => void Promise.reject(new Error("later on purpose")), 20);
      return;
    case "throws in a timer":
      setTimeout(() => {
        throw new Error("timed on purpose");
      }, 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return;
    case "dies":
      // With the guard of the worker out of order, the error ends it.
      Event.prototype.preventDefault = () => {};
      setTimeout(() => {
        throw new Error("died on purpose");
      }, 0);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return;
    case "floods":
      for (let i = 0; i < 5000; i++) context.log.info(`flood ${i}`);
      return;
    case "posts functions":
      context.log.info("with a function", { f: () => {}, n: 1 });
  }
}
