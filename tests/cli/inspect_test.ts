/** `pewatch inspect`: TIFFs, sidecars, NeXus files, and other files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { openTiffLibrary } from "../../ffi/tiff/mod.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { tagsOf } from "../../src/frames/merge/frame_tags.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { mergeTags } from "../../src/tiff/merge_tags.ts";
import { deliver, factsWith } from "../nexus/frame.ts";
import { sample } from "../qxrd/samples.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { expectHere, runHere } from "./run_cli.ts";
import { sha256 } from "../folders.ts";

const SAMPLES = join(import.meta.dirname!, "..", "data", "qxrd");
const SIDECAR = join(SAMPLES, "0.8.3", "CeO2_09_11_2017-00001.tif.metadata");

// deno-lint-ignore no-explicit-any -- the tests name what they expect of it
async function inspectJson(path: string): Promise<{ code: number; report: any }> {
  const { code, out } = await runHere(["inspect", path, "--json"]);
  return { code, report: JSON.parse(out) };
}

function writeTagged(path: string): void {
  Deno.writeFileSync(path, makeTiff());
  using library = openTiffLibrary();
  const tags = {
    keys: [["exposureTime", "2"], ["userComment1", "a\x1b[31m comment"]] as const,
    sidecarText: "x".repeat(5000),
    parametersJson: null,
    imageDescription: null,
  };
  mergeTags(library, path, tags, { fsync: false });
}

Deno.test("a TIFF shows its layout and the tags of pewatch", async () => {
  using folder = new TempFolder();
  const path = folder.join("a.tif");
  writeTagged(path);
  const { code, report } = await inspectJson(path);
  assert.equal(code, 0);
  assert.equal(report.kind, "tiff");
  assert.equal(report.layout.pixels.offset, 8);
  assert.equal(report.layout.fileSize, Deno.statSync(path).size);
  assert.ok(report.layout.tags.includes(256));
  const byName = Object.fromEntries(
    report.tags.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  assert.equal(byName["exposureTime"], "2");
  assert.equal(byName["sidecar"].length, 5000);

  const { out } = await runHere(["inspect", path]);
  assert.match(out, /exposureTime +2$/m);
  assert.match(out, /sidecar +x{100}… \(5000 characters\)$/m);
  assert.ok(!out.includes("\x1b"), "what a file says does not drive the terminal");
});

Deno.test("a TIFF shows its parameters, each on a line; a NeXus file shows them where they stand", async () => {
  using folder = new TempFolder();
  const path = folder.join("P-00001.tif");
  const tiff = makeTiff();
  Deno.writeFileSync(path, tiff);
  const time = new Date("2026-07-01T10:00:00Z");
  const parameters: ParameterReading[] = [
    { name: "temperature", value: 81.5, unit: "K", time, origin: "cryostat", path: "/entry/sample/temperature" },
    { name: "count", value: 2n ** 60n, time },
    { name: "ring", value: { times: [time], values: [100.5] }, unit: "mA", time },
    { name: "evil", value: "\x1b[31mred", time },
  ];
  {
    using library = openTiffLibrary();
    mergeTags(library, path, tagsOf(null, defaultSettings("/base"), parameters), { fsync: false });
  }
  {
    using hdf5 = openHdf5Library();
    deliver(hdf5, folder.path, { tiff, facts: factsWith({ imageName: "other.tif", parameters }) });
  }
  const { out } = await runHere(["inspect", path]);
  assert.match(out, /^Parameters$/m);
  assert.match(out, /^ {2}temperature +81\.5 K {2}\(2026-07-01T10:00:00\.000Z, cryostat\)$/m);
  assert.ok(!out.includes("\x1b"), "what a file says does not drive the terminal");
  const { report } = await inspectJson(path);
  assert.equal(report.parameters.temperature.value, 81.5);

  const nexus = await runHere(["inspect", folder.join("frame.nxs")]);
  assert.match(
    nexus.out,
    /^ +temperature = 81\.5 K\n +@origin = cryostat\n +@time = 2026-07-01T12:00:00\.000\+02:00$/m,
  );
  assert.match(nexus.out, /^ +ring\/ {2}NXlog\n +time = \[0\] s\n +@start = .*\n +value = \[100\.5\] mA$/m);
  assert.match(nexus.out, /^ +count = 1152921504606846976$/m);
  const json = await inspectJson(folder.join("frame.nxs"));
  assert.ok(JSON.stringify(json.report.tree).includes('"1152921504606846976"'));
});

Deno.test("a TIFF without tags says so", async () => {
  using folder = new TempFolder();
  Deno.writeFileSync(folder.join("a.tif"), makeTiff());
  await expectHere(["inspect", folder.join("a.tif")], { code: 0, out: /^No tags of pewatch$/m });
});

Deno.test("a sidecar shows known values with their units, and every key", async () => {
  const { out } = await expectHere(["inspect", SIDECAR], { code: 0 });
  assert.match(out, /^ {2}exposureTime_s +\d/m);
  assert.match(out, /^\[metadata\]$/m);
  const { report } = await inspectJson(SIDECAR);
  assert.equal(report.kind, "sidecar");
  const keys = Deno.readTextFileSync(SIDECAR).split(/\r?\n/).filter((line) => line.includes("=")).length;
  assert.equal(report.entries.length, keys);
  assert.match(report.view.dateTime, /^2017-\d\d-\d\dT/);
});

Deno.test("thousands of saved points are one line for a person, and whole for a program", async () => {
  using folder = new TempFolder();
  const path = folder.join("a.tif.metadata");
  Deno.writeFileSync(path, sample("NAC_dc1150").bytes);
  const { out } = await runHere(["inspect", path]);
  assert.match(out, /calibrantDSpacings\/ +list of 365$/m);
  assert.ok(out.split("\n").length < 200);
  const { report } = await inspectJson(path);
  assert.ok(report.entries.length > 2000);
});

/** A file with what `checkChecksum` looks for, as pewatch's own have it. */
function writeNexus(path: string, options: { fileName: string; checksum: string }): void {
  using hdf5 = openHdf5Library();
  using file = hdf5.createFile(path);
  using entry = file.root.createGroup("entry");
  entry.setAttribute("NX_class", "NXentry");
  using instrument = entry.createGroup("instrument");
  using detector = instrument.createGroup("detector");
  using distance = detector.createValue("distance", 0.4);
  distance.setAttribute("units", "m");
  using note = detector.createGroup("data_file");
  note.createValue("file_name", options.fileName).close();
  note.createValue("checksum", options.checksum).close();
  note.createValue("algorithm", "sha256").close();
  using data = detector.createDataset("data", {
    type: { class: "float", size: 4, order: "little" },
    shape: [1, 64, 128],
    storage: { kind: "contiguous", early: true },
  });
  data.setAttribute("interpretation", "image");
  using dataGroup = entry.createGroup("data");
  dataGroup.linkHard("data", "/entry/instrument/detector/data");
}

Deno.test("a NeXus file shows its tree, and its checksum fits the TIFF beside it", async () => {
  using folder = new TempFolder();
  const bytes = makeTiff();
  Deno.writeFileSync(folder.join("P-00001.tif"), bytes);
  writeNexus(folder.join("P-00001.nxs"), { fileName: "P-00001.tif", checksum: sha256(bytes) });
  const { out } = await expectHere(["inspect", folder.join("P-00001.nxs")], { code: 0 });
  assert.match(out, /^ {2}entry\/ {2}NXentry$/m);
  assert.match(out, /^ {8}distance = 0\.4 m$/m);
  assert.match(out, /data -> .+ \(hard link\)|data: float32, 1 x 64 x 128/);
  assert.match(out, /@interpretation = image/);
  assert.match(out, /^ {2}SHA-256 of .*P-00001\.tif fits: [0-9a-f]{64}$/m);
  const { report } = await inspectJson(folder.join("P-00001.nxs"));
  assert.equal(report.checksum.fits, true);
  assert.equal(report.tree.kind, "group");
});

Deno.test("a TIFF that was changed after the delivery does not fit: exit code 1", async () => {
  using folder = new TempFolder();
  const bytes = makeTiff();
  writeNexus(folder.join("a.nxs"), { fileName: "a.tif", checksum: sha256(bytes) });
  bytes[20] = bytes[20]! ^ 1;
  Deno.writeFileSync(folder.join("a.tif"), bytes);
  const { code, report } = await inspectJson(folder.join("a.nxs"));
  assert.equal(code, 1);
  assert.equal(report.checksum.fits, false);
  assert.notEqual(report.checksum.actual, report.checksum.recorded);
});

Deno.test("a frame that was delivered under a number is compared with the TIFF of that number", async () => {
  using folder = new TempFolder();
  const bytes = makeTiff();
  Deno.writeFileSync(folder.join("a-00001.tif"), bytes);
  Deno.writeTextFileSync(folder.join("a.tif"), "another frame");
  writeNexus(folder.join("a-00001.nxs"), { fileName: "a.tif", checksum: sha256(bytes) });
  const { code, report } = await inspectJson(folder.join("a-00001.nxs"));
  assert.equal(code, 0);
  assert.equal(report.checksum.tiff, folder.join("a-00001.tif"));
});

Deno.test("a NeXus file without its TIFF, or without a checksum, is shown all the same", async () => {
  using folder = new TempFolder();
  writeNexus(folder.join("a.nxs"), { fileName: "a.tif", checksum: "0".repeat(64) });
  await expectHere(["inspect", folder.join("a.nxs")], { code: 0, out: /the TIFF is not beside the file/ });
  writeNexus(folder.join("b.nxs"), { fileName: "b.tif", checksum: "" });
  assert.match((await runHere(["inspect", folder.join("b.nxs")])).out, /^ {2}none is recorded$/m);
});

Deno.test("an HDF5 file needs the library, and its absence is reported in one line", async () => {
  using folder = new TempFolder();
  writeNexus(folder.join("a.nxs"), { fileName: "a.tif", checksum: "" });
  const env = { PEWATCH_LIBHDF5: "/nowhere" };
  await expectHere(["inspect", folder.join("a.nxs")], { code: 1, err: /^pewatch inspect: .*HDF5.*\/nowhere.*\n$/ }, {
    env,
  });
});

Deno.test("flawed lines of a sidecar are reported beside the others; one with NUL bytes is known by its name", async () => {
  using folder = new TempFolder();
  const path = folder.join("P.tif.metadata");
  Deno.writeTextFileSync(path, "[metadata]\nwidth=64\n# a note\nheight=32\n\0\0");
  const { out } = await expectHere(["inspect", path], { code: 0 });
  assert.match(out, /width +64/);
  assert.match(out, /line 3 +there is neither a section nor a key with =/);
  assert.match(out, /The sidecar may be cut off: it has NUL bytes/);
  const { report } = await inspectJson(path);
  assert.equal(report.cutOff, "it has NUL bytes");
});

const TIFF = makeTiff();
for (
  const [what, bytes, message] of [
    ["an empty file", new Uint8Array(), /the file is empty/],
    ["a text", new TextEncoder().encode("hello\n"), /it is neither a TIFF, nor a QXRD \.metadata file, nor a NeXus/],
    ["bytes without meaning", new Uint8Array([0, 1, 2, 61, 0]), /it is neither a TIFF/],
    ["a TIFF that is still being written", new Uint8Array([0x49, 0x49, 42, 0, 0, 0, 0, 0, 1, 2]), /Cannot read TIFF/],
    ["half a TIFF", TIFF.subarray(0, TIFF.length / 2), /Cannot read TIFF/],
    ["a sidecar of which only a part was written", new TextEncoder().encode("[metadata]\nwid"), /line 2, column 1/],
    ["a damaged HDF5 file", new Uint8Array([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 1, 2, 3]), /./],
  ] as const
) {
  Deno.test(`${what} is reported in one line, with exit code 1`, async () => {
    using folder = new TempFolder();
    const path = folder.join("file");
    Deno.writeFileSync(path, bytes);
    const { code, out, err } = await runHere(["inspect", path]);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.ok(err.startsWith(`pewatch inspect: ${path}: `), err);
    assert.equal(err.trimEnd().split("\n").length, 1);
    assert.match(err, message);
    assert.ok(!err.includes("PEWATCH_DEBUG"));
    const json = await inspectJson(path);
    assert.equal(json.code, 1);
    assert.equal(typeof json.report.error, "string");
  });
}

Deno.test("a file that is not there, and a folder, are reported in one line", async () => {
  using folder = new TempFolder();
  for (const path of [folder.join("none.tif"), folder.path]) {
    const { err } = await expectHere(["inspect", path], { code: 1 });
    assert.ok(err.startsWith(`pewatch inspect: ${path}: `), err);
    assert.equal(err.trimEnd().split("\n").length, 1);
  }
});

Deno.test("without a file it says how it is called", async () => {
  await expectHere(["inspect"], {
    code: 2,
    err: /^pewatch inspect: an argument or option is missing\nUsage: pewatch inspect .*FILE/,
  });
});

Deno.test("dates in a sidecar are shown as people write them", async () => {
  using folder = new TempFolder();
  const file = folder.join("P.tif.metadata");
  Deno.copyFileSync("tests/data/qxrd/0.11.8/LaB6_huber_0.3mm_d300_111915_3-00000.tif.metadata", file);
  const { out } = await runHere(["inspect", file]);
  const dates = out.split("\n").filter((line) => /^ +dateTime /.test(line));
  assert.ok(dates.length >= 2, "the known value, and the key itself");
  for (const date of dates) assert.match(date, /^ +dateTime +2015-11-19T14:37:40\.\d+$/);
});
