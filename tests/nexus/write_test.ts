import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Hdf5Error } from "../../ffi/hdf5/mod.ts";
import type { FrameFacts } from "../../src/nexus/frame/facts.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { writeNexus } from "../../src/nexus/write.ts";
import { sizeBound } from "../../src/nexus/tree/write_tree.ts";
import { namesIn } from "../folders.ts";
import { hdf5Test, volumeTest } from "../ffi/hdf5/hdf5_test_case.ts";
import { sample, SAMPLES } from "../qxrd/samples.ts";
import type { TempFolder } from "../temp_folder.ts";
import { makeTiff, PIXEL_TYPES, pixelsOf, TIFF_FORMS } from "../tiff/make_tiff.ts";
import {
  darkAt,
  deliver,
  factsWith,
  imageBytes,
  layoutOfBytes,
  nodeAt,
  putTogether,
  reversedStrips,
  settingsWith,
  treeOf,
  valueAt,
} from "./frame.ts";

for (const { name, bytes, imageName } of SAMPLES) {
  hdf5Test(`the delivered file of ${name} shows the image and every key`, (hdf5, folder) => {
    const facts = factsWith({ imageName, sidecarText: bytes, checksum: true });
    const tiff = makeTiff({ width: facts.view!.width!, height: facts.view!.height! });
    const { report, path } = deliver(hdf5, folder.path, { tiff, facts });
    assert.equal(report.way, "splice");
    assert.equal(report.unusual, null);
    assert.deepEqual(imageBytes(hdf5, path), pixelsOf(tiff.length).slice(0, report.splice!.byteCount));
    assert.equal(valueAt(hdf5, path, "entry/process/sidecar/data"), facts.sidecar!.text);
    const stored = JSON.stringify(nodeAt(readTree(hdf5, path, { textMax: 1e9 }), "entry/instrument/detector/qxrd"));
    for (const { key, raw } of facts.sidecar!.entries) {
      const text = JSON.stringify(raw).slice(1, -1);
      assert(stored.includes(text) && stored.includes(JSON.stringify(key).slice(1, -1)), `${key} is missing`);
    }
    assert.equal(hdf5.openObjects, 0);
    assert.deepEqual(namesIn(folder.path), ["frame.nxs", "frame.nxs.head", imageName].sort());
  });
}

hdf5Test("a NUL in any text of the sidecar is shown by its sign, and the file is made", (hdf5, folder) => {
  const keys = ["dataTypeName", "title", "qxrdVersion", "userComment1", "fileName", "creator"];
  const facts = factsWith({ sidecarText: `[metadata]\n${keys.map((key) => `${key}=a\\0b\n`).join("")}` });
  const { path } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts });
  assert.equal(valueAt(hdf5, path, "entry/title"), "a\u2400b");
  assert.equal(valueAt(hdf5, path, "entry/data/title"), "a\u2400b", "the default plot has the same heading");
});

hdf5Test("the file on disk lacks the pixels, and what it takes is bounded before", (hdf5, folder) => {
  for (const { bytes, imageName } of SAMPLES) {
    const facts = factsWith({ imageName, sidecarText: bytes, checksum: true });
    const tiff = makeTiff({ width: 2048, height: 64 });
    const { report } = deliver(hdf5, folder.path, { tiff, facts });
    const { size } = Deno.statSync(folder.join("frame.nxs.head"));
    assert(size < 400_000 + 2 * bytes.length, `${imageName}: ${size} bytes`);
    const bound = sizeBound(treeOf({ ...facts, layout: layoutOfBytes(tiff) }));
    assert(report.splice!.at <= bound, `${imageName}: image at ${report.splice!.at}, bound ${bound}`);
  }
});

for (const { shown, ...plan } of PIXEL_TYPES) {
  for (const { shown: form, byteOrder, bigTiff } of TIFF_FORMS) {
    hdf5Test(`${shown}, ${form}: type and bytes are the TIFF's`, (hdf5, folder) => {
      const tiff = makeTiff({ ...plan, byteOrder, bigTiff, width: 6, height: 5 });
      const { report, path } = deliver(hdf5, folder.path, { tiff, facts: factsWith() });
      assert.equal(report.way, "splice");
      assert.deepEqual(imageBytes(hdf5, path), pixelsOf(30 * plan.bits! / 8));
      const node = nodeAt(readTree(hdf5, path), "entry/data/data");
      assert(node?.kind === "dataset");
      assert.equal(node.type, byteOrder === "big" && plan.bits! > 8 ? `${shown}, big-endian` : shown);
      assert.deepEqual(node.shape, [1, 5, 6]);
    });
  }
}

hdf5Test("strips that do not lie one after the other are written row by row in their order", (hdf5, folder) => {
  const tiff = reversedStrips();
  const { report, path } = deliver(hdf5, folder.path, { tiff, facts: factsWith() });
  assert.equal(report.way, "whole");
  assert.equal(report.splice, null);
  assert.match(report.unusual!.reason, /written through HDF5: its strips do not lie one after the other/);
  const strips = [0, 1, 2, 3].map((index) => pixelsOf(1024).slice((3 - index) * 256, (4 - index) * 256));
  assert.deepEqual(imageBytes(hdf5, path), Uint8Array.from(strips.flatMap((strip) => [...strip])));
  assert.match(String(valueAt(hdf5, path, "entry/process/notes/data")), /written through HDF5/);
});

hdf5Test("an image larger than the copying buffer is written through HDF5 whole", (hdf5, folder) => {
  const tiff = reversedStrips({ width: 2048, height: 4096 });
  const { path } = deliver(hdf5, folder.path, { tiff, facts: factsWith() });
  const read = imageBytes(hdf5, path);
  const stripBytes = 2048 * 4096;
  for (const strip of [0, 1, 2, 3]) {
    const from = 8 + (3 - strip) * stripBytes;
    const same = Buffer.compare(
      tiff.subarray(from, from + stripBytes),
      read.subarray(strip * stripBytes, (strip + 1) * stripBytes),
    );
    assert.equal(same, 0, `strip ${strip}`);
  }
});

hdf5Test("a compressed image is left out with the reason, and the sidecar stays", (hdf5, folder) => {
  const tiff = makeTiff({ compression: 5, pixels: pixelsOf(200) });
  const writtenAt = new Date("2015-11-19T20:37:42Z");
  const facts = factsWith({ sidecarText: sample("LaB6").bytes, timeZone: "America/Chicago", writtenAt });
  const { report, path } = deliver(hdf5, folder.path, { tiff, facts });
  assert.equal(report.way, "whole");
  assert.equal(report.unusual?.reason, "no image in the NeXus file: the TIFF is compressed (5)");
  const tree = readTree(hdf5, path);
  assert.equal(nodeAt(tree, "entry/data"), undefined);
  assert.equal(valueAt(hdf5, path, "entry/instrument/detector/qxrd/metadata/exposureTime"), "1");
  assert.equal(valueAt(hdf5, path, "entry/process/notes/data"), report.unusual?.reason);
});

hdf5Test("image = none writes a whole file without image, and says nothing of it", (hdf5, folder) => {
  const facts = factsWith({ settings: settingsWith({ nexus: { image: "none" } }) });
  const { report, path } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts });
  const { crc32, ...rest } = report;
  assert.deepEqual(rest, { way: "whole", splice: null, checksumSlot: null, unusual: null });
  assert.equal(typeof crc32, "number");
  const tree = readTree(hdf5, path);
  assert.equal(nodeAt(tree, "entry/data"), undefined);
  assert.equal(nodeAt(tree, "entry/process/notes"), undefined);
});

hdf5Test("image = external refers to the TIFF by its name alone", (hdf5, folder) => {
  const facts = factsWith({ settings: settingsWith({ nexus: { image: "external" } }) });
  const { report, path } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts });
  assert.equal(report.way, "whole");
  assert(!Buffer.from(Deno.readFileSync(path)).includes(Buffer.from(folder.path)), "the folder's name is in the file");
  const before = Deno.cwd();
  Deno.chdir(folder.path);
  try {
    assert.deepEqual(imageBytes(hdf5, "frame.nxs"), pixelsOf(1024));
  } finally {
    Deno.chdir(before);
  }
});

hdf5Test("the checksum's slot is where it is read, in the file on disk and in the delivered one", (hdf5, folder) => {
  const tiff = makeTiff();
  const { report, path } = deliver(hdf5, folder.path, { tiff, facts: factsWith({ checksum: true }) });
  const sum = "0123456789abcdef".repeat(4);
  const slot = report.checksumSlot!;
  assert(slot < report.splice!.at);
  const checksum = "entry/instrument/detector/data_file/checksum";
  assert.equal(valueAt(hdf5, path, checksum), "");
  const head = folder.join("frame.nxs.head");
  const bytes = Deno.readFileSync(head);
  bytes.set(new TextEncoder().encode(sum), slot);
  Deno.writeFileSync(head, bytes);
  putTogether(path, report, { head, image: folder.join("P-00001.tif") });
  assert.equal(valueAt(hdf5, path, checksum), sum);
  assert.deepEqual(imageBytes(hdf5, path), pixelsOf(1024));
});

hdf5Test("a reference dark is kept in two dimensions and the frame's pixels are still left out", (hdf5, folder) => {
  const dark = makeTiff({ bits: 32, format: 1, pixels: new Uint8Array(1024).fill(5) });
  Deno.writeFileSync(folder.join("dark.tif"), dark);
  const referenceDark = darkAt(folder.join("dark.tif"), dark);
  const { report, path } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts: factsWith({ referenceDark }) });
  assert.equal(report.way, "splice");
  assert.deepEqual(imageBytes(hdf5, path), pixelsOf(1024));
  const node = nodeAt(readTree(hdf5, path), "entry/instrument/detector/reference_dark/image");
  assert(node?.kind === "dataset");
  assert.deepEqual(node.shape, [16, 16]);
  assert.equal(node.type, "uint32");
  assert.equal(valueAt(hdf5, path, "entry/instrument/detector/reference_dark/file_name"), "D-00001.dark.tif");
});

hdf5Test("a frame of which nothing is known has a file too", (hdf5, folder) => {
  const facts = factsWith({ layout: null, sidecarProblem: "there was no sidecar", notes: ["not tagged: empty"] });
  const report = writeNexus(hdf5, folder.join("a.nxs"), folder.join("no.tif"), facts, { fsync: true });
  assert.match(report.unusual!.reason, /the layout of the TIFF cannot be read/);
  assert.equal(valueAt(hdf5, folder.join("a.nxs"), "entry/process/sidecar_problem/data"), "there was no sidecar");
  const notes = valueAt(hdf5, folder.join("a.nxs"), "entry/process/notes/data");
  assert.equal(notes, `not tagged: empty\n${report.unusual?.reason}`);
});

/** Each way of failing: nothing may stay at the target, nor open in the library. */
const FAILURES: Readonly<Record<string, (folder: TempFolder) => { target: string; tiff: string; facts: FrameFacts }>> =
  {
    "a folder that is not there": (folder) => ({
      target: folder.join("no", "a.nxs"),
      tiff: folder.join("P.tif"),
      facts: factsWith(),
    }),
    "a TIFF that ends before its strips": (folder) => {
      const tiff = reversedStrips();
      Deno.writeFileSync(folder.join("P.tif"), tiff.subarray(0, 600));
      return {
        target: folder.join("a.nxs"),
        tiff: folder.join("P.tif"),
        facts: factsWith({ layout: layoutOfBytes(tiff) }),
      };
    },
    "a TIFF that is gone": (folder) => ({
      target: folder.join("a.nxs"),
      tiff: folder.join("gone.tif"),
      facts: factsWith({ layout: layoutOfBytes(reversedStrips()) }),
    }),
    "a reference dark that is gone": (folder) => ({
      target: folder.join("a.nxs"),
      tiff: folder.join("P.tif"),
      facts: factsWith({ referenceDark: darkAt(folder.join("D.tif")) }),
    }),
  };

for (const [name, prepare] of Object.entries(FAILURES)) {
  hdf5Test(`${name} leaves nothing at the target and nothing open`, (hdf5, folder) => {
    const { target, tiff, facts } = prepare(folder);
    try {
      Deno.writeTextFileSync(target, "of an earlier try");
    } catch {
      // its folder is not there
    }
    assert.throws(() => writeNexus(hdf5, target, tiff, facts, { fsync: false }));
    assert.equal(hdf5.openObjects, 0);
    assert.deepEqual(namesIn(folder.path).filter((entry) => entry.startsWith("a.")), []);
  });
}

volumeTest("a full volume is an error that leaves nothing, and the next frame is written", 192, (hdf5, volume) => {
  const facts = factsWith({ sidecarText: sample("NAC_dc1150").bytes });
  assert.throws(() => writeNexus(hdf5, volume.join("a.nxs"), "/no.tif", facts, { fsync: true }), Hdf5Error);
  assert.equal(hdf5.openObjects, 0);
  assert.throws(() => Deno.statSync(volume.join("a.nxs")), Deno.errors.NotFound);
  assert.throws(() => Deno.statSync(volume.join("a.nxs.part")), Deno.errors.NotFound);
  assert.equal(writeNexus(hdf5, volume.join("a.nxs"), "/no.tif", factsWith(), { fsync: true }).way, "splice");
});
