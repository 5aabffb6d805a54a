/**
 * Folders that clients have put others in the place of: what is in progress in them ends where it was going. Half of the
 * folders lie on another volume, where that can be had, so that claims are copied.
 *
 * Fails without: allOf in findClaims and finishMovesAcross (claim.ts), `record.raw` in resumeClaim (claim.ts), the look
 * for the source's record in finishMovesAcross (claim.ts), withTimeout in scanAll (prepare_raw.ts).
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inMemory, TempFolder } from "../temp_folder.ts";
import { endAtEachStep } from "./crash.ts";
import { firedWayOf, setOf, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

class TwoVolumes implements Disposable {
  readonly other = new TempFolder(inMemory());
  readonly way = new Way({ folders: { temp: this.#make("temp") }, frames: { fsync: false } });

  #make(name: string): string {
    const path = this.other.join(name);
    Deno.mkdirSync(path);
    return path;
  }

  /** Every folder of the way is another from now on, and the volumes are changed too. */
  leaveAll(): void {
    const { raw, proc } = this.way.settings.folders;
    const options = { until_ms: Date.now() + 60_000 };
    this.way.leave({ raw: `${raw}2` }, options);
    this.way.leave({ temp: `${proc}-temp2`, proc: this.other.join("proc2") });
  }

  [Symbol.dispose](): void {
    this.way[Symbol.dispose]();
    this.other[Symbol.dispose]();
  }
}

Deno.test("whatever lies in folders that are left is delivered, and the stages report when they are empty", async () => {
  using volumes = new TwoVolumes();
  const { way } = volumes;
  way.put({ name: "A.tif", seed: 1 });
  await way.fireBeforeDelivery();
  way.put({ name: "s/B.tif", seed: 2 });
  await way.firePrepare();
  way.put({ name: "s/C.tif", seed: 3 });
  const old = way.settings.folders;
  volumes.leaveAll();
  way.put({ name: "D.tif", seed: 4 });
  await way.fire(1);
  way.assertDone(setOf("A", "D", "s/B", "s/C"));
  assert.deepEqual(Object.fromEntries(way.leftFrames), { [old.temp]: 0, [old.proc]: 0 });
});

Deno.test("a folder that is left is not called empty while an older firing may still use it", async () => {
  using way = new Way();
  way.leave({ temp: join(way.raw, "..", "temp2") }, { closed: false });
  await way.fire(1);
  assert.equal(way.leftFrames.size, 0);
});

/** The set of a frame P.tif as it is delivered, by names: hundreds of ways begin with it. */
async function deliveredOnce(): Promise<ReadonlyMap<string, Uint8Array>> {
  using way = await firedWayOf([{ name: "P.tif", seed: 1 }]);
  return new Map(way.delivered().map((name) => [name, way.read(name)]));
}

Deno.test("a stop at any step, and other folders after it: each frame arrives once and whole", async () => {
  const expected = setOf("P", "P-00001", "s/Q").sort();
  const first = await deliveredOnce();
  await endAtEachStep({
    prepare: () => {
      const volumes = new TwoVolumes();
      const { way } = volumes;
      for (const [name, bytes] of first) Deno.writeFileSync(join(way.output, name), bytes);
      way.put({ name: "P.tif", seed: 2 });
      way.put({ name: "s/Q.tif", seed: 3 });
      return volumes;
    },
    work: ({ way }) => way.fire(2),
    whole: ({ way }) => assert.deepEqual(way.delivered(), expected),
    ended: async (volumes, when) => {
      const { way } = volumes;
      const { raw } = way;
      way.restart();
      volumes.leaveAll();
      await way.fire(4);
      way.assertDone(expected, when);
      assert.deepEqual([...filesBelow(raw), ...filesBelow(way.raw)], [], when);
      assert.deepEqual(way.read("P.tif"), first.get("P.tif"), when);
      assert.match(way.text("P-00001.tif.metadata"), /userComment1=frame 2/, when);
    },
  });
});

Deno.test("a raw folder that is left gives frames of before and of a while after, and no later ones", async () => {
  using way = new Way();
  const old = way.raw;
  way.put({ name: "early.tif", seed: 1 });
  way.put({ name: "late.tif", seed: 2 });
  const minute_ago_s = Date.now() / 1000 - 60;
  for (const name of ["early.tif", "early.tif.metadata"]) Deno.utimeSync(join(old, name), minute_ago_s, minute_ago_s);
  way.leave({ raw: `${old}2` }, { until_ms: Date.now() - 30_000 });
  await way.fire(1);
  assert.deepEqual(way.delivered(), setOf("early"));
  assert.deepEqual(filesBelow(old), ["late.tif", "late.tif.metadata"]);
  await way.fire(1);
  assert.equal(way.leftFrames.get(old), 0);
});

Deno.test("a raw folder that is left is not called empty before its time is over", async () => {
  using way = new Way();
  way.leave({ raw: `${way.raw}2` }, { until_ms: Date.now() + 60_000 });
  await way.fire(1);
  assert.equal(way.leftFrames.size, 0);
});

Deno.test("a draining folder that is gone holds up nothing else, and is reported", async () => {
  using way = new Way();
  const { temp, proc } = way.settings.folders;
  way.leave({ temp: `${temp}2`, proc: `${proc}2` });
  Deno.removeSync(temp);
  Deno.removeSync(proc);
  way.put({ name: "A.tif", seed: 1 });
  await way.fire(1);
  assert.deepEqual(way.delivered(), setOf("A"));
  assert.match(way.heard.conditions.get(`left ${temp}`) ?? "", /the temp folder before it was changed, cannot be used/);
  assert.match(way.heard.conditions.get(`left ${proc}`) ?? "", /make an empty folder in its place/);
  Deno.mkdirSync(temp);
  Deno.mkdirSync(proc);
  await way.fire(1);
  assert.equal(way.heard.conditions.size, 0);
  assert.deepEqual([...way.leftFrames.values()], [0, 0]);
});

Deno.test("marks of a series in a left proc folder still make its master", async () => {
  using way = wayOf([{ name: "S-00001.tif", seed: 1 }], { nexus: { series: true } });
  await way.fireBeforeDelivery();
  await way.fireFinalize();
  const { proc } = way.settings.folders;
  way.leave({ proc: `${proc}2` });
  await way.fireFinalize();
  assert.equal(way.leftFrames.get(proc), 1);
  await way.fire(1);
  await way.fireFinalize();
  assert.equal(way.leftFrames.get(proc), 0);
  assert.ok(way.delivered().includes("S_master.h5"), way.delivered().join());
});
