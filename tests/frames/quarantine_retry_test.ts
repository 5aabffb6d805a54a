/** Frames of the quarantine that are retried. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inMemory } from "../temp_folder.ts";
import { endAtEachStep } from "./crash.ts";
import { firedWayOf, imageBytes, setOf, Way } from "./way.ts";
import { QUARANTINE_FOLDER } from "../../src/config/names/reserved_names.ts";

const KEPT = `${QUARANTINE_FOLDER}/s`;
const TORN = imageBytes(1).subarray(0, 1000);
const SET = setOf("s/P");

/** A frame in quarantine, and its image mended there by a person; the output lies on another volume where there is one. */
async function mended(): Promise<Way> {
  const way = new Way({ frames: { fsync: false } }, inMemory());
  way.put({ name: "s/P.tif", image: TORN });
  await way.fire();
  assert.deepEqual(
    way.delivered(),
    ["", ".metadata", ".pewatch.json", ".reason.txt"].map((ending) => `${KEPT}/P.tif${ending}`),
  );
  Deno.writeFileSync(join(way.output, KEPT, "P.tif"), imageBytes(1));
  return way;
}

Deno.test("a frame of the quarantine that can be understood now is delivered to where it was going", async () => {
  using way = await mended();
  way.retryQuarantine();
  await way.fire();
  way.assertDone(SET);
  assert.deepEqual(way.retried, { id: 1, taken: 1, kept: 0, waiting: 0 });
});

Deno.test("one that is still unreadable stays where it is, is reported, and is tried once for each order", async () => {
  using way = await firedWayOf([{ name: "s/P.tif", image: TORN }]);
  const before = way.delivered();
  way.retryQuarantine();
  await way.fire(3);
  assert.deepEqual(way.delivered(), before);
  assert.deepEqual(way.retried, { id: 1, taken: 0, kept: 1, waiting: 0 });
  assert.equal(way.heard.lines.filter((line) => /^warn s\/P\.tif: stays in quarantine: /.test(line)).length, 1);
});

Deno.test("many are taken a few at a time, and none is skipped", async () => {
  using way = new Way();
  const names = Array.from({ length: 12 }, (_, index) => `Q-${index}.tif`);
  for (const name of names) way.put({ name, image: TORN });
  await way.fire();
  names.forEach((name, index) => Deno.writeFileSync(join(way.output, QUARANTINE_FOLDER, name), imageBytes(index)));
  way.retryQuarantine();
  await way.firePrepare();
  assert.deepEqual(way.retried, { id: 1, taken: 5, kept: 0, waiting: 7 });
  await way.fire(3);
  assert.equal(way.retried?.taken, 12);
  assert.equal(way.delivered().filter((name) => name.endsWith(".tif")).length, 12);
  assert.ok(!way.delivered().some((name) => name.startsWith(QUARANTINE_FOLDER)), way.delivered().join());
});

Deno.test("without a quarantine there is nothing to do", async () => {
  using way = new Way();
  way.retryQuarantine();
  await way.fire();
  assert.deepEqual(way.retried, { id: 1, taken: 0, kept: 0, waiting: 0 });
  assert.deepEqual(way.heard.lines, []);
});

Deno.test("a stop at any step of it leaves the frame whole, delivered or to be retried", async () => {
  await endAtEachStep({
    prepare: mended,
    work: async (way) => {
      way.retryQuarantine();
      await way.firePrepare();
    },
    ended: async (way, when) => {
      way.restart();
      way.retryQuarantine();
      await way.fire(2);
      assert.deepEqual(way.delivered().filter((name) => !name.startsWith(QUARANTINE_FOLDER)), SET, when);
      assert.ok(!way.delivered().includes(`${KEPT}/P.tif`));
      // What was to be removed beside it goes with the next order.
      way.retryQuarantine();
      await way.fire();
      way.assertDone(SET, when);
    },
  });
});
