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
  await place.arrive(run, NAMES);
  await place.stop(run);
  assert.deepEqual(run.complaints(), []);
  const expected = [...NAMES, ...NAMES.map((name) => `${name}.metadata`), ...nexus].sort();
  assert.deepEqual(place.delivered(), expected);
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
  await run.until(() => place.inProgress().length === 0, "that nothing is in progress");
  await place.stop(run);
  for (const name of [long, broken]) assert.equal(run.complaints(name).length, 1, run.complaints(name).join("\n"));
  const reason = place.delivered().find((name) => name.endsWith(".reason.txt"));
  assert.match(
    Deno.readTextFileSync(place.outputPath(reason!)),
    new RegExp(`${broken} was not delivered: .*neither II nor MM`),
  );
});
