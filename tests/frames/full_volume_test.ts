/** A RAM disk without room: frames wait for it whole, and are merged when there is room again. */
import assert from "node:assert/strict";
import { canMount, SmallVolume } from "../ffi/hdf5/small_volume.ts";
import { setOf, Way } from "./way.ts";

// Fails without the looks at isFull in src/frames/merge: the frame then went out for good without tags and NeXus file.
Deno.test({
  name: "a frame on a full RAM disk waits for room, then goes with its tags and its NeXus file",
  ignore: !canMount(),
  async fn() {
    using volume = new SmallVolume(512);
    using way = new Way({
      folders: { raw: volume.join("raw"), temp: volume.join("temp"), proc: volume.join("proc") },
    });
    way.put({ name: "P.tif" });
    await way.firePrepare();
    fill(volume.join("ballast"));
    await way.fire(20);
    assert.deepEqual(way.delivered(), []);
    assert.match([...way.heard.conditions.values()].join(), /P\.tif cannot be merged: .*No space left/);
    Deno.removeSync(volume.join("ballast"));
    await way.fire();
    assert.deepEqual(way.delivered(), setOf("P"));
    assert.ok(way.heard.events.some((event) => event.type === "merged" && event.tagged));
    assert.deepEqual([...way.heard.conditions], []);
  },
});

/** Leaves some kilobytes: enough for a record, too few for a NeXus file. */
function fill(path: string): void {
  const block = new Uint8Array(4096);
  const file = Deno.openSync(path, { write: true, create: true });
  let blocks = 0;
  try {
    for (;; blocks++) file.writeSync(block);
  } catch {
    file.truncateSync(Math.max(0, blocks - 6) * block.length);
  } finally {
    file.close();
  }
}
