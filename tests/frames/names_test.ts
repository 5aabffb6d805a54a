/** Invariant 3: nothing in the output is ever overwritten; the same content is delivered once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { firedWayOf, pixelsOf, setOf, sidecarText, Way, wayOf } from "./way.ts";

// Fails without the call of sameContent in planFor (destination.ts).
Deno.test("the same name with other content is delivered beside the first, as a whole set", async () => {
  using way = new Way();
  for (const seed of [1, 2, 3]) {
    way.put({ name: "P-00001.tif", seed });
    await way.fire(2);
  }
  const stems = ["P-00001", "P-00001-00001", "P-00001-00002"];
  way.assertDone(setOf(...stems).sort());
  const pixels = new Set(stems.map((stem) => pixelsOf(join(way.output, `${stem}.tif`))));
  assert.equal(pixels.size, 3);
  stems.forEach((stem, index) => {
    assert.match(way.text(`${stem}.tif.metadata`), new RegExp(`userComment1=frame ${index + 1}`));
  });
});

// Fails without `complete` in planFor (destination.ts).
Deno.test("the same frame given twice is one delivery", async () => {
  using way = await firedWayOf([{ name: "P-00001.tif" }]);
  const first = new Map(way.delivered().map((name) => [name, way.read(name)]));
  const times = way.delivered().map((name) => Deno.statSync(join(way.output, name)).mtime?.getTime());
  way.restart();
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  assert.deepEqual(new Map(way.delivered().map((name) => [name, way.read(name)])), first);
  assert.deepEqual(way.delivered().map((name) => Deno.statSync(join(way.output, name)).mtime?.getTime()), times);
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("frames of one name that wait together are all delivered", async () => {
  using way = new Way();
  for (let seed = 1; seed <= 20; seed++) {
    way.put({ name: "P.tif", seed });
    await way.firePrepare();
  }
  await way.fire(4);
  const images = way.delivered().filter((name) => name.endsWith(".tif"));
  assert.equal(images.length, 20);
  assert.equal(new Set(images.map((name) => pixelsOf(join(way.output, name)))).size, 20);
});

Deno.test("a file of the set's name that somebody else put into the output is not touched", async () => {
  using way = new Way();
  Deno.writeTextFileSync(join(way.output, "P-00001.nxs"), "not ours");
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  assert.equal(way.text("P-00001.nxs"), "not ours");
  assert.deepEqual(way.delivered(), [...setOf("P-00001-00001"), "P-00001.nxs"]);
});

Deno.test("sub-folders are kept, and other files of the frame's name travel with it", async () => {
  using way = wayOf([{ name: "a/b/P-00001.tif" }]);
  Deno.writeTextFileSync(join(way.raw, "a", "b", "P-00001.tif.overflow"), "3 pixels");
  Deno.writeTextFileSync(join(way.raw, "a", "b", "P-00001.txt"), "integrated");
  await way.fire();
  assert.deepEqual(way.delivered(), [...setOf("a/b/P-00001"), "a/b/P-00001.tif.overflow", "a/b/P-00001.txt"]);
});

const ODD = [
  ..."\\\n\r\t\"'`$&;|<>:*?!#%~ {}[]()=,@^-.",
  "\x01",
  "\x1b]0;title\x07",
  "\x7f",
  "\u0085",
  "\u202e",
  "\ufeff",
  "é",
  "e\u0301",
  "样",
  "🦀",
];

// Fails where a record refuses a name that was claimed: the frame then stays in temp for ever.
Deno.test({
  name: "whatever letters a name has, its frame goes the whole way, and its record can be read at each step",
  ignore: Deno.build.os === "windows",
  async fn() {
    using way = new Way();
    const part = fc.array(fc.oneof(fc.constantFrom(...ODD), fc.constantFrom("a", "P", "-00001")), {
      minLength: 1,
      maxLength: 8,
    }).map((parts) => parts.join("")).filter((text) => !text.startsWith(".") && !/\.(raw|dark|lock)/.test(text));
    const name = fc.tuple(fc.option(part), part).map(([folder, stem]) =>
      folder === null ? `${stem}.tif` : `${folder}/${stem}.tif`
    );
    const names = [
      ...ODD.map((odd, index) => `x${index}${odd}.tif`),
      "D:\\data\\x-00001.tif",
      "a\\b/c\\..\\d.tif",
      ...fc.sample(name, { numRuns: 60, seed: 1621 }),
    ];
    const unique = [...new Set(names)];
    unique.forEach((name, index) => way.put({ name, seed: index + 1 }));
    await way.fire(2);
    const images = way.delivered().filter((name) => name.endsWith(".tif"));
    assert.deepEqual(images, unique.toSorted(), way.heard.lines.join("\n"));
    assert.equal(way.delivered().length, 3 * unique.length);
    unique.forEach((name, index) => {
      assert.match(way.text(`${name}.metadata`), new RegExp(`userComment1=frame ${index + 1}\n`), name);
    });
    assert.deepEqual(way.inProgress(), []);
    assert.deepEqual(way.heard.lines.filter((line) => !line.startsWith("info")), []);
  },
});

Deno.test("a frame goes where it was going when it was claimed", async () => {
  using way = wayOf([{ name: "P-00001.tif" }]);
  await way.firePrepare();
  (way.settings.folders as { output_dir: string }).output_dir = "later";
  way.put({ name: "P-00002.tif" });
  await way.fire();
  assert.deepEqual(way.delivered().filter((name) => name.endsWith(".tif")), ["P-00001.tif", "later/P-00002.tif"]);
});

Deno.test("a frame whose output has gone for good goes to the one that the configuration names now", async () => {
  using way = wayOf([{ name: "P-00001.tif" }]);
  await way.firePrepare();
  const folders = way.settings.folders as { output_root: string };
  Deno.removeSync(folders.output_root);
  const gone = folders.output_root;
  await way.fire(3);
  assert.match(way.heard.conditions.get("output") ?? "", /does not exist/);
  folders.output_root = `${gone}-new`;
  way.roots = { raw: [], output: [gone] };
  Deno.mkdirSync(folders.output_root);
  await way.fire();
  assert.deepEqual(way.delivered(), setOf("P-00001"));
  assert.equal(way.heard.conditions.size, 0);
});

Deno.test("frames with the same sidecar are one set each where their images differ", async () => {
  using way = new Way();
  const sidecar = sidecarText();
  for (let seed = 1; seed <= 5; seed++) {
    way.put({ name: "P.tif", seed, sidecar });
    await way.fire(2);
  }
  assert.equal(way.delivered().filter((name) => name.endsWith(".tif")).length, 5);
});
