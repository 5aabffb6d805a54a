/** What comes to raw after its frame was taken follows it to the output, under the invariants of the way. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { endAt, endAtEachStep } from "./crash.ts";
import { firedWayOf, setOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

/** The sidecar of `imageBytes`, or of an image taken at another time. */
function sidecar(options: { time?: string; name?: string } = {}): string {
  const { time = "23:08:28", name } = options;
  const more = name === undefined ? "" : `fileBase=${name}`;
  return sidecarText({ more }).replace("23:08:28", time);
}

function late(way: Way, name: string, text: string): void {
  Deno.writeTextFileSync(join(way.raw, ...name.split("/")), text);
}

// Fails without late_companions.ts: all of these then stayed in raw for ever.
Deno.test("an overflow list, a pattern and a sidecar that come late are delivered beside their frame", async () => {
  using way = await firedWayOf([{ name: "sub/P.tif" }, { name: "Q.tif", seed: 2, sidecar: null }]);
  const nexus = way.read("Q.nxs");
  late(way, "sub/P.tif.overflow", "#S 0 overflow pixels\n");
  late(way, "sub/P.avg", "1 2\n");
  late(way, "Q.tif.metadata", sidecar());
  await way.fire();
  way.assertDone([...setOf("Q", "sub/P"), "sub/P.avg", "sub/P.tif.overflow"].sort());
  assert.equal(way.text("sub/P.avg"), "1 2\n");
  assert.equal(way.text("Q.tif.metadata"), sidecar());
  assert.deepEqual(way.read("Q.nxs"), nexus, "nothing in the output is replaced");
  assert.match(way.heard.lines.join("\n"), /Q\.tif\.metadata came after Q\.tif had been delivered.*made without it/);
});

Deno.test("a late sidecar goes to the image of its own second, whatever number its name got", async () => {
  using way = await firedWayOf([{ name: "P.tif", sidecar: null }]);
  // The same name again, with the same date; its sidecar comes with it.
  way.put({ name: "P.tif", seed: 2, sidecar: sidecar({ name: "P.tif" }) });
  await way.fire(2);
  late(way, "P.tif.metadata", sidecar());
  await way.fire();
  assert.equal(way.text("P.tif.metadata"), sidecar());
  assert.equal(way.text("P-00001.tif.metadata"), sidecar({ name: "P.tif" }));
  late(way, "P.tif.metadata", sidecar({ time: "22:00:00" }));
  await way.fire(3);
  assert.deepEqual(filesBelow(way.raw), ["P.tif.metadata"], "no image was taken then");
});

Deno.test("a late companion goes to the last image of its name, not to QXRD's own frame of the same number", async () => {
  using way = new Way();
  way.put({ name: "P-00001.tif", sidecar: sidecar({ name: "P-00001.tif" }) });
  way.put({ name: "P.tif", seed: 2, sidecar: sidecar({ name: "P.tif" }) });
  await way.fire(2);
  way.put({ name: "P.tif", seed: 3, sidecar: sidecar({ name: "P.tif" }) });
  await way.fire(2);
  assert.ok(way.delivered().includes("P-00002.tif"), way.delivered().join());
  late(way, "P.tif.overflow", "of 3");
  await way.fire();
  assert.equal(way.text("P-00002.tif.overflow"), "of 3");
  assert.deepEqual(filesBelow(way.raw), []);
});

Deno.test("what fits no frame, or would replace another file, stays in raw and is counted with the reason", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  late(way, "P.tif.overflow", "first");
  await way.fire();
  late(way, "P.tif.overflow", "second");
  late(way, "nobody.tif.metadata", sidecar());
  late(way, "notes.txt", "about everything");
  await way.fire(3);
  assert.equal(way.text("P.tif.overflow"), "first");
  assert.deepEqual(filesBelow(way.raw), ["P.tif.overflow", "nobody.tif.metadata", "notes.txt"]);
  assert.deepEqual(way.inProgress(), []);
  assert.deepEqual(way.unclaimed, { companion: 3 });
});

Deno.test("a companion waits for a frame of its name that is in progress", async () => {
  using way = wayOf([{ name: "P.tif", sidecar: sidecar({ name: "P.tif" }) }]);
  await way.fire(2);
  way.put({ name: "P.tif", seed: 2, sidecar: sidecar({ name: "P.tif" }) });
  await way.firePrepare();
  late(way, "P.tif.overflow", "of 2");
  await way.firePrepare();
  assert.deepEqual(filesBelow(way.raw), ["P.tif.overflow"]);
  await way.fire(3);
  way.restart(); // for the next look, which is some time off
  await way.fire();
  assert.equal(way.text("P-00001.tif.overflow"), "of 2");
});

Deno.test("a stop at any step of a late file leaves it whole, once, in raw or beside its frame", async () => {
  const expected = setOf("sub/P");
  const steps = await endAtEachStep({
    prepare: async () => {
      const way = await firedWayOf([{ name: "sub/P.tif", sidecar: null }]);
      late(way, "sub/P.tif.metadata", sidecar());
      return way;
    },
    work: (way) => way.fire(),
    whole: (way) => assert.deepEqual(way.delivered(), expected),
    ended: async (way, when) => {
      const seen = way.delivered().includes("sub/P.tif.metadata");
      if (seen) assert.equal(way.text("sub/P.tif.metadata"), sidecar(), `complete as soon as it is visible ${when}`);
      await way.assertRestartFinishes(2, expected, when);
      assert.equal(way.text("sub/P.tif.metadata"), sidecar(), when);
    },
  });
  assert.ok(steps > 10, `${steps} steps were counted`);
});

Deno.test("a late file whose name came to raw again is not mixed up with it", async () => {
  using way = await firedWayOf([{ name: "P.tif", sidecar: null }]);
  late(way, "P.tif.metadata", sidecar());
  // A stop just after it left raw; then QXRD writes the next frame of this name.
  await endAt(7, () => way.fire());
  way.put({ name: "P.tif", seed: 2, sidecar: sidecar({ time: "23:08:28", name: "P.tif" }) });
  way.restart();
  await way.fire(3);
  assert.equal(way.text("P.tif.metadata"), sidecar());
  assert.equal(way.text("P-00001.tif.metadata"), sidecar({ name: "P.tif" }));
});

Deno.test("a folder of the output that is a link is not followed", async () => {
  using way = await firedWayOf([{ name: "sub/P.tif" }]);
  const folder = join(way.output, "sub");
  Deno.renameSync(folder, `${folder}-elsewhere`);
  Deno.symlinkSync(`${folder}-elsewhere`, folder);
  late(way, "sub/P.tif.overflow", "x");
  await way.fire();
  assert.deepEqual(filesBelow(way.raw), ["sub/P.tif.overflow"]);
});
