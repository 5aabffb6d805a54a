/** Each firing lasts until the file `go` of its configuration is there; then it writes `done`. */
import type { PluginContext } from "pewatch";
import { exists } from "../../folders.ts";

export const TICKTACK = 1;

export async function work(context: PluginContext): Promise<void> {
  context.counters.add("begun");
  const { go, done } = context.config as { go: string; done: string };
  while (!exists(go)) await new Promise((resolve) => setTimeout(resolve, 5));
  Deno.writeTextFileSync(done, `aborted: ${context.signal.aborted}`);
}

export function teardown(context: PluginContext): void {
  Deno.writeTextFileSync(`${context.config["done"]}.teardown`, "");
}
