/** Images that are no whole, plain TIFF: each is kept, reported in one line, and the next good frame goes on. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar, type TestImage as Image, unclosed } from "./frames.ts";
import { Place } from "./harness.ts";
import { ask } from "./readers.ts";

const QUARANTINE = "pewatch-quarantine";
const text = new TextEncoder();

/** The image, and the words that must be said of it. */
const UNREADABLE: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "cut-in-pixels.tif": [makeImage({ seed: 1 }).bytes.subarray(0, 5000), /outside the file of 5000 bytes/],
  "cut-in-directory.tif": [makeImage({ seed: 2 }).bytes.subarray(0, -20), /directory .* lies outside the file/],
  "cut-in-header.tif": [makeImage({ seed: 3 }).bytes.subarray(0, 6), /6 bytes/],
  "empty.tif": [new Uint8Array(0), /file is empty/],
  "text.tif": [text.encode("this is a text and no image\n"), /neither II nor MM/],
  "never-closed.tif": [unclosed(makeImage({ seed: 4 }).bytes), /offset in the header is 0: the file was never closed/],
};

Deno.test("images that no reader opens are kept in quarantine, each reported in one line", async () => {
  using place = new Place();
  await using run = await place.start().running();
  const names = Object.keys(UNREADABLE);
  for (const name of names) place.put(`series/${name}`, UNREADABLE[name]![0], makeSidecar());
  await run.until(() => names.every((name) => place.has(`${QUARANTINE}/series/${name}.reason.txt`)), "the quarantine");
  await run.says(/never-closed\.tif: /);
  place.put("good.tif", makeImage({ seed: 9 }), makeSidecar());
  await run.until(() => place.has("good.nxs"), "the good frame");
  await place.stop(run);
  for (const name of names) {
    const said = run.complaints(`series/${name}`);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, UNREADABLE[name]![1]);
    assert.ok(said[0]!.includes(`moved to ${place.outputPath(`${QUARANTINE}/series`)}`), said[0]);
    assert.deepEqual(
      Deno.readFileSync(place.outputPath(`${QUARANTINE}/series/${name}`)),
      new Uint8Array(UNREADABLE[name]![0]),
    );
    assert.ok(place.has(`${QUARANTINE}/series/${name}.metadata`));
    const reason = Deno.readTextFileSync(place.outputPath(`${QUARANTINE}/series/${name}.reason.txt`));
    assert.match(reason, UNREADABLE[name]![1]);
    assert.ok(reason.startsWith(`series/${name} `), reason);
  }
  assert.equal(place.delivered().filter((name) => !name.startsWith(QUARANTINE)).length, 3);
});

interface Odd {
  readonly image: Image;
  /** What must be said of it; null where there is nothing to say. */
  readonly words: RegExp | null;
}

/** TIFFs that are whole but not as QXRD writes them; the pixels of the compressed ones are not looked at here. */
const ODD: Readonly<Record<string, Odd>> = {
  "lzw.tif": {
    image: makeImage({ seed: 1, tiff: { compression: 5, pixels: new Uint8Array(500).fill(7) } }),
    words: /no image in the NeXus file: the TIFF is compressed \(5\)/,
  },
  "deflate.tif": {
    image: makeImage({ seed: 2, tiff: { compression: 8, pixels: new Uint8Array(500).fill(8) } }),
    words: /no image in the NeXus file: the TIFF is compressed \(8\)/,
  },
  "bigtiff.tif": { image: makeImage({ seed: 3, tiff: { bigTiff: true } }), words: null },
  "bigtiff-big-endian.tif": {
    image: makeImage({ seed: 4, byteOrder: "big", tiff: { bigTiff: true } }),
    words: null,
  },
};

Deno.test("compressed and BigTIFF images are delivered whole; what is missing beside them is reported in one line", async () => {
  using place = new Place();
  await using run = await place.start().running();
  const names = Object.keys(ODD);
  for (const name of names) place.put(name, ODD[name]!.image, makeSidecar());
  await place.arrive(run, names);
  await place.stop(run);
  for (const name of names) {
    const { words } = ODD[name]!;
    const said = run.complaints(name);
    assert.equal(said.length, words === null ? 0 : 1, said.join("\n"));
    if (words !== null) assert.match(said[0]!, words);
  }
  const [tiffs, opened] = await Promise.all([
    ask("read_tiff", names.map((name) => ({ path: place.outputPath(name) }))),
    ask("read_nexus", names.map((name) => ({ path: place.outputPath(name.replace(".tif", ".nxs")) }))),
  ]);
  names.forEach((name, index) => {
    const tags = tiffs[index]!.tiffinfo!;
    if (name.startsWith("bigtiff")) {
      assert.equal(tiffs[index]!.tifffile!.sha256, ODD[name]!.image.sha256, name);
      assert.equal(opened[index]!.h5py!.sha256, ODD[name]!.image.sha256, name);
      assert.deepEqual([tags.error, tags.complaints], [null, []], name);
    } else {
      assert.notEqual(opened[index]!.h5py!.error, null, "a NeXus file without image has no default image");
    }
  });
});
