/** A frame that has just been written is taken when `settle_s` is over, within the same firing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { replaced } from "../replaced.ts";
import { sidecarText, Way, wayOf } from "./way.ts";

async function looksAgain(): Promise<void> {
  using way = wayOf([{ name: "P-00001.tif" }], { frames: { settle_s: 0.2 } });
  way.ticks = { nextTick_ms: performance.now() + 60_000 };
  await way.firePrepare();
  assert.deepEqual(way.heard.events.map(({ type }) => type), ["claimed"]);
}

Deno.test(
  "a firing that finds a frame too young looks again when it has settled, where the next tick is later",
  looksAgain,
);

// Fails where the pause after a long scan that took nothing holds for a frame that was just written.
Deno.test("it looks again then also where the first look took long", async () => {
  using _slow = replaced(Deno, "lstatSync", (lstatSync) => (path) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
    return lstatSync(path);
  });
  await looksAgain();
});

Deno.test("it leaves the frame to the next tick where that comes before, and where there are no ticks", async () => {
  for (const nextTick_ms of [performance.now() + 50, undefined]) {
    using way = wayOf([{ name: "P-00001.tif" }], { frames: { settle_s: 30 } });
    way.ticks = nextTick_ms === undefined ? {} : { nextTick_ms };
    await way.firePrepare();
    assert.deepEqual(way.heard.events, []);
  }
});

/** Far longer than a listing of two files takes. */
const WAIT_S = 1;

// Fails where the wait for a sidecar is over by the clock of the look instead of by that of the listing.
Deno.test("a sidecar that is written while a firing claims other frames is found, however long that takes", async () => {
  using way = new Way({ frames: { settle_s: 0, sidecar_wait_s: WAIT_S } });
  way.put({ name: "P-00001.tif" });
  way.put({ name: "P-00002.tif", sidecar: null });
  way.parameters = {
    at: async () => {
      Deno.writeTextFileSync(join(way.raw, "P-00002.tif.metadata"), sidecarText({ seed: 2 }));
      await new Promise((resolve) => setTimeout(resolve, 2000 * WAIT_S));
      return [];
    },
  };
  await way.firePrepare();
  assert.deepEqual(claimed(way), ["P-00001.tif"]);
  way.parameters = undefined;
  await way.firePrepare();
  assert.deepEqual(claimed(way), ["P-00001.tif", "P-00002.tif"]);
  assert.ok(!way.heard.lines.some((line) => line.includes("there is no sidecar")), way.heard.lines.join("\n"));
});

function claimed({ heard }: Way): string[] {
  return heard.events.flatMap((event) => event.type === "claimed" ? [event.frame] : []);
}
