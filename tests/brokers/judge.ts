/** Counts what a consumer was sent. */
import assert from "node:assert/strict";

export interface Announced {
  readonly body: { readonly sequence: number; readonly id: string; readonly name: string };
}

/** Each frame from 1 to `count` is there, in order; whatever is there twice is the same, and beside the first. */
export function assertAllThere(messages: readonly Announced[], count: number): { repeated: number } {
  const names = Array.from({ length: count }, (_, index) => `P-${String(index + 1).padStart(5, "0")}.tif`);
  const first = new Map<string, Announced>();
  for (const message of messages) {
    const known = first.get(message.body.name);
    if (known === undefined) first.set(message.body.name, message);
    else assert.deepEqual(message.body, known.body, "a repetition is the same message");
  }
  assert.deepEqual([...first.keys()], names, "each frame, in order");
  return { repeated: messages.length - first.size };
}

/** Runs announcing_child.ts to its end, killing it so often before. */
export async function killAtRandom(args: readonly string[], kills: number): Promise<void> {
  const file = new URL("./announcing_child.ts", import.meta.url).href;
  for (let run = 0;; run++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--frozen", "--cached-only", file, ...args],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    // From before it sends to far into it.
    const timer = run < kills ? setTimeout(() => child.kill("SIGKILL"), 800 + Math.random() * 2500) : null;
    const { success, stderr } = await child.output();
    if (timer !== null) clearTimeout(timer);
    if (success) return assert.ok(run > 0, "it was never killed");
    assert.ok(run < kills, new TextDecoder().decode(stderr));
  }
}
