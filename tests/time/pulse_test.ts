import assert from "node:assert/strict";
import { onPulse } from "../../src/time/pulse.ts";

// Deno's own check of a test fails where a timer is left.
Deno.test("what is due at a pulse runs in one turn, each in its own rhythm, until it is ended", async () => {
  const turns: string[][] = [];
  let open = false;
  const noting = (name: string) => () => {
    if (!open) {
      turns.push([]);
      queueMicrotask(() => open = false);
    }
    open = true;
    turns.at(-1)!.push(name);
  };
  const until = async (isMet: () => boolean) => {
    while (!isMet()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const endEach = onPulse(1, noting("each"));
  const endSecond = onPulse(2, noting("second"));
  await until(() => turns.filter(({ length }) => length === 2).length === 2);
  endSecond();
  const before = turns.splice(0);
  await until(() => turns.length === 2);
  endEach();
  const firstBoth = before.findIndex(({ length }) => length === 2);
  assert.deepEqual(before.slice(firstBoth), [["each", "second"], ["each"], ["each", "second"]]);
  assert.deepEqual(turns, [["each"], ["each"]]);
});
