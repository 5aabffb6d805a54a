/** A frame that has just been written is taken when `settle_s` is over, within the same firing. */
import assert from "node:assert/strict";
import { Way } from "./way.ts";

Deno.test("a firing that finds a frame too young looks again when it has settled, where the next tick is later", async () => {
  using way = new Way({ frames: { settle_s: 0.2 } });
  way.put({ name: "P-00001.tif" });
  way.ticks = { nextTick_ms: performance.now() + 60_000 };
  await way.firePrepare();
  assert.deepEqual(way.heard.events.map(({ type }) => type), ["claimed"]);
});

Deno.test("it leaves the frame to the next tick where that comes before, and where there are no ticks", async () => {
  for (const nextTick_ms of [performance.now() + 50, undefined]) {
    using way = new Way({ frames: { settle_s: 30 } });
    way.put({ name: "P-00001.tif" });
    way.ticks = nextTick_ms === undefined ? {} : { nextTick_ms };
    await way.firePrepare();
    assert.deepEqual(way.heard.events, []);
  }
});
