/** Names that Windows has and other programs trip over, of frames and of folders. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "../e2e/frames.ts";
import { ask, assertNexusRead } from "../e2e/readers.ts";
import { placeOfItsOwn, startOn } from "./place.ts";

const NAMES = [
  "with space-00001.tif",
  " leading and trailing .tif",
  "50 %20 %s %TEMP%.tif",
  "#1 {braces} [x] & co.tif",
  "semi;colon 'quote' ^ ! ~1.tif",
  "Größe äöü ß é.tif",
  "Größe decomposed.tif".normalize("NFD"),
  "样品-00001.tif",
  "🔬 beyond 16 bits.tif",
  "-o-minus.tif",
  "P.TIF",
  "Q.tiff",
  "a.b.c.tif",
  "folder with space/ä#%/P-00001.tif",
  "样品 1/Prüfung/µ-00001.tif",
  `${"x".repeat(196)}.tif`,
  // Together longer than the 260 characters of old Windows.
  `${"y".repeat(100)}/${"z".repeat(100)}/${"ä".repeat(80)}.tif`,
];

Deno.test("frames and folders with spaces, signs, letters of all alphabets and long names arrive as they are", async () => {
  using place = placeOfItsOwn();
  await using run = await startOn("windows", place);
  const images = NAMES.map((_, index) => makeImage({ seed: index + 1 }));
  NAMES.forEach((name, index) => place.put(name, images[index]!, makeSidecar({ lineEnd: "\r\n" })));
  const nexus = NAMES.map((name) => name.replace(/\.tiff?$/i, ".nxs"));
  await run.until(() => nexus.every((name) => place.has(name)), "all frames");
  await run.until(() => place.inProgress().length === 0, "that nothing is in progress");
  run.signal("SIGINT");
  assert.equal((await run.ended()).code, 0, run.text());
  assert.deepEqual(run.complaints(), []);
  assert.deepEqual(place.delivered(), [...NAMES, ...NAMES.map((name) => `${name}.metadata`), ...nexus].sort());
  place.assertNothingLost();
  const opened = await ask("read_nexus", nexus.map((name) => ({ path: place.outputPath(name) })));
  NAMES.forEach((name, index) => {
    assertNexusRead(name, opened[index]!, images[index]!);
    const values = opened[index]!.h5py!.values as Record<string, unknown>;
    assert.equal(values["/entry/instrument/detector/data_file/file_name"], name.split("/").at(-1));
  });
});
