/** Names that trip programs up, and the same name twice. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "./frames.ts";
import { Place } from "./harness.ts";
import { ask, assertNexusRead } from "./readers.ts";

const NAMES = [
  "with space-00001.tif",
  " leading and trailing .tif",
  "50 %20 %s %d.tif",
  "#1 {braces} [x].tif",
  "semi;colon 'quote' \"double\".tif",
  "Größe äöü ß é.tif",
  "Größe decomposed.tif",
  "样品-00001.tif",
  "-o-minus.tif",
  "P.TIF",
  "Q.tiff",
  "a.b.c.tif",
  "folder with space/ä#%/P-00001.tif",
  `${"x".repeat(196)}.tif`,
];

Deno.test("names with spaces, signs, umlauts, Chinese and of 200 characters arrive as they are", async () => {
  using place = new Place();
  await using run = await place.start().running();
  const images = NAMES.map((_, index) => makeImage({ seed: index + 1 }));
  NAMES.forEach((name, index) => place.put(name, images[index]!, makeSidecar()));
  const nexus = NAMES.map((name) => name.replace(/\.tiff?$/i, ".nxs"));
  await run.until(() => nexus.every((name) => place.has(name)), "all frames");
  await run.stop();
  assert.deepEqual(run.complaints(), []);
  const expected = [...NAMES, ...NAMES.map((name) => `${name}.metadata`), ...nexus].sort();
  assert.deepEqual(place.delivered(), expected);
  place.assertNothingLost();
  assert.deepEqual(place.onTheWay(), []);
  const opened = await ask("read_nexus", nexus.map((name) => ({ path: place.outputPath(name) })));
  NAMES.forEach((name, index) => {
    assertNexusRead(name, opened[index]!, images[index]!);
    const values = opened[index]!.h5py!.values as Record<string, unknown>;
    assert.equal(values["/entry/instrument/detector/data_file/file_name"], name.split("/").at(-1));
  });
});

Deno.test("the longest name that a file system takes arrives too, also in quarantine", async () => {
  using place = new Place();
  await using run = await place.start().running();
  // 255 bytes: ".metadata" or ".reason.txt" would be too much.
  const [long, broken] = [`${"y".repeat(251)}.tif`, `${"z".repeat(251)}.tif`];
  place.put(long, makeImage(), null);
  place.put(broken, new TextEncoder().encode("no image"), null);
  await run.until(() => place.has(long.replace(".tif", ".nxs")), "the frame");
  await run.until(() => place.has(`pewatch-quarantine/${broken}`), "the broken one");
  await run.until(() => place.onTheWay().length === 0, "that nothing is on its way");
  await run.stop();
  place.assertNothingLost();
  for (const name of [long, broken]) assert.equal(run.complaints(name).length, 1, run.complaints(name).join("\n"));
  const reason = place.delivered().find((name) => name.endsWith(".reason.txt"));
  assert.match(
    Deno.readTextFileSync(place.outputPath(reason!)),
    new RegExp(`${broken} was not delivered: .*neither II nor MM`),
  );
});

Deno.test("the same name comes again and again: the same content is delivered once, other content beside it", async () => {
  using place = new Place();
  const [one, other] = [makeImage({ seed: 1 }), makeImage({ seed: 2 })];
  await using run = await place.start().running();
  place.put("P-00001.tif", one, makeSidecar());
  await run.until(() => place.has("P-00001.nxs"), "the first");
  const before = new Map(place.delivered().map((name) => [name, Deno.readFileSync(place.outputPath(name))]));
  place.put("P-00001.tif", one, makeSidecar());
  await run.says(/P-00001\.tif: already in the output with the same content/);
  place.put("P-00001.tif", other, makeSidecar());
  await run.until(() => place.has("P-00001-00001.nxs"), "the other");
  place.put("P-00001.tif", one, makeSidecar({ more: ["userComment1=other sidecar"] }));
  await run.until(() => place.has("P-00001-00002.nxs"), "the one with another sidecar");
  await run.stop();
  // It is known by what is in the output, not by what a process remembers.
  await using again = await place.start().running();
  place.put("P-00001.tif", other, makeSidecar());
  await again.says(/P-00001\.tif: already in the output with the same content/);
  await again.stop();
  const stems = ["P-00001", "P-00001-00001", "P-00001-00002"];
  assert.deepEqual(
    place.delivered(),
    stems.flatMap((stem) => [`${stem}.nxs`, `${stem}.tif`, `${stem}.tif.metadata`]).sort(),
  );
  for (const [name, bytes] of before) assert.deepEqual(Deno.readFileSync(place.outputPath(name)), bytes, name);
  assert.deepEqual(place.onTheWay(), []);
  place.assertNothingLost();
});

Deno.test("sub-folders are kept; .overflow and other files of the frame's name travel with it", async () => {
  using place = new Place({ tables: { folders: { output_dir: "experiment 1/day 2" } } });
  const text = new TextEncoder();
  // In QXRD's order: what is older than the image may be an earlier one's.
  place.put("a/b/P-00001.tif", makeImage(), makeSidecar());
  place.putFile("a/b/P-00001.tif.overflow", text.encode("1\n1024 1019 1\n"));
  place.putFile("a/b/P-00001.txt", text.encode("integrated"));
  place.putFile("a/b/P-00001.avg", text.encode("average"));
  place.putFile("a/b/notes.txt", text.encode("nobody's"));
  await using run = await place.start().running();
  const folder = "experiment 1/day 2/a/b";
  await run.until(() => place.has(`${folder}/P-00001.nxs`), "the frame");
  await run.stop();
  const names = [
    "P-00001.avg",
    "P-00001.nxs",
    "P-00001.tif",
    "P-00001.tif.metadata",
    "P-00001.tif.overflow",
    "P-00001.txt",
  ];
  assert.deepEqual(place.delivered(), names.map((name) => `${folder}/${name}`));
  assert.ok(Deno.statSync(place.rawPath("a/b/notes.txt")).isFile);
  place.assertNothingLost();
});
