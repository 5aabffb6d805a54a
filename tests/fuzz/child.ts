/**
 * The process that may hang, grow or die: runs the cases of one target. Which case it works on stands in a file, so that
 * the supervisor knows it whatever happens; all else it reports in lines of JSON.
 *
 * usage: child.ts TARGET SEED FROM TO STATUS_FILE
 */
import { openSync, writeSync } from "node:fs";
import { cpuUsage } from "node:process";
import { inputOf } from "./target.ts";
import { targetNamed } from "./targets.ts";

export type FromChild =
  | { readonly type: "failure"; readonly index: number; readonly text: string }
  | { readonly type: "memory"; readonly index: number; readonly rss_mb: number }
  | {
    readonly type: "end";
    /** The case that would come next; not the last one's where there were too many failures. */
    readonly next: number;
    readonly outcomes: Readonly<Record<string, number>>;
    /** Of processor time, the collector's threads included. */
    readonly longest_ms: number;
    readonly longest_index: number;
  };

/** In the status file in place of a case: it starts, collects garbage, ends. */
export const NO_CASE = -1;
const MEMORY_READINGS = 40;
/** A fault that all cases have needs no more examples. */
const FAILURES_MAX = 10;
const FAILURE_TEXT_MAX = 2000;

async function main(): Promise<void> {
  const [name, seed, from, to, statusFile] = Deno.args as [string, string, string, string, string];
  const target = targetNamed(name);
  const status = openSync(statusFile, "w");
  const statusBytes = new Float64Array(1);
  const tellCase = (index: number) => {
    statusBytes[0] = index;
    writeSync(status, new Uint8Array(statusBytes.buffer), 0, 8, 0);
  };
  tellCase(NO_CASE);
  using checker = await target.open();
  const outcomes: Record<string, number> = {};
  let [longest_ms, longest_index, failures] = [0, 0, 0];
  const step = Math.max(1, Math.floor((Number(to) - Number(from)) / MEMORY_READINGS));
  let index = Number(from);
  for (; index < Number(to) && failures < FAILURES_MAX && checker.isSpent !== true; index++) {
    const input = inputOf(target, { seed: Number(seed), index });
    tellCase(index);
    const before = cpuUsage();
    try {
      const outcome = await checker.check(input);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      failures++;
      const text = (error instanceof Error ? error.stack ?? error.message : String(error)).slice(0, FAILURE_TEXT_MAX);
      send({ type: "failure", index, text });
    }
    const { user, system } = cpuUsage(before);
    const took_ms = (user + system) / 1000;
    if (took_ms > longest_ms) [longest_ms, longest_index] = [took_ms, index];
    if ((index - Number(from)) % step === step - 1) {
      tellCase(NO_CASE);
      send({ type: "memory", index, rss_mb: memory_mb() });
    }
  }
  tellCase(NO_CASE);
  send({ type: "end", next: index, outcomes, longest_ms, longest_index });
}

/** After a collection: what is still held, and not what waits to be collected. */
function memory_mb(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().rss / 1e6;
}

function send(message: FromChild): void {
  console.log(JSON.stringify(message));
}

if (import.meta.main) await main();
