import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { basename, relative } from "node:path";
import { darkEvidence } from "../../../src/qxrd/dark.ts";
import { groupFrames } from "../../../src/qxrd/frame_name.ts";
import { parseSidecar } from "../../../src/qxrd/sidecar.ts";
import { simulate, type SimulatedFrame, type SimulateOptions } from "../../../src/qxrd/simulator/simulate.ts";
import { viewSidecar } from "../../../src/qxrd/view.ts";
import { replaced } from "../../replaced.ts";
import { TempFolder } from "../../temp_folder.ts";
import { namesIn } from "../../folders.ts";

const SMALL = { width: 32, height: 24, rate_per_s: 0 } as const;

async function framesOf(options: SimulateOptions, signal?: AbortSignal): Promise<SimulatedFrame[]> {
  const frames: SimulatedFrame[] = [];
  for await (const frame of simulate(options, signal)) frames.push(frame);
  return frames;
}

function pixelsOf(frame: SimulatedFrame): Uint8Array {
  return Deno.readFileSync(frame.imagePath).subarray(8, 8 + frame.pixelBytes);
}

Deno.test("simulate() writes darks, raw and processed frames, each with a sidecar that says what it is", async () => {
  using folder = new TempFolder();
  const frames = await framesOf({ ...SMALL, folder: folder.path, count: 2, darks: 1, raw: true, base: "P" });
  assert.deepEqual(frames.map(({ imagePath }) => basename(imagePath)), [
    "P-00001.dark.tif",
    "P-00001.raw.tif",
    "P-00001.tif",
    "P-00002.raw.tif",
    "P-00002.tif",
  ]);
  assert.deepEqual(groupFrames(namesIn(folder.path), { caseInsensitive: false }).strays, []);
  for (const frame of frames) {
    const view = viewSidecar(parseSidecar(Deno.readFileSync(frame.sidecarPath)));
    assert.deepEqual(view.problems, []);
    assert.equal(darkEvidence(view, "any.tif"), frame.kind === "dark" ? "sidecar" : null);
    assert.equal(view.fileBase, basename(frame.imagePath));
    assert.deepEqual([view.width, view.height], [32, 24]);
    assert.equal(view.dataType, frame.kind === "processed" ? 5 : 2);
  }
});

Deno.test("simulate() names in each image the one before, as QXRD does", async () => {
  using folder = new TempFolder();
  const [first, second] = await framesOf({ ...SMALL, folder: folder.path, count: 2 });
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(second!.imagePath));
  assert.ok(text.includes(`${first!.imagePath.replaceAll("\\", "/")}\0`));
});

Deno.test("simulate() gives other pixels in each frame, and the same again for the same seed", async () => {
  for (const type of ["float32", "uint32", "uint16", "uint8"] as const) {
    using one = new TempFolder();
    using two = new TempFolder();
    const options = { ...SMALL, type, count: 4, darks: 2, raw: true };
    const frames = await framesOf({ ...options, folder: one.path });
    const again = await framesOf({ ...options, folder: two.path });
    const hashes = frames.map((frame) => createHash("sha256").update(pixelsOf(frame)).digest("hex"));
    assert.deepEqual(frames.map((frame) => frame.sha256OfPixels()), hashes);
    assert.deepEqual(again.map((frame) => frame.sha256OfPixels()), hashes);
    // Raw and processed frames of one number and type hold the same picture.
    const processed = frames.filter(({ kind }) => kind !== "raw").map((frame) => frame.sha256OfPixels());
    assert.equal(new Set(processed).size, processed.length, type);
    using three = new TempFolder();
    const other = await framesOf({ ...options, folder: three.path, seed: 2 });
    assert.notEqual(other[0]!.sha256OfPixels(), hashes[0]);
  }
});

Deno.test("simulate() never overwrites: a name that is taken gets QXRD's counter", async () => {
  using folder = new TempFolder();
  const options = { ...SMALL, folder: folder.path, count: 1, darks: 1, base: "P_0.3mm" };
  await framesOf(options);
  const second = await framesOf(options);
  assert.deepEqual(second.map(({ imagePath }) => basename(imagePath)), [
    "P_0-00001.3mm-00001.dark.tif",
    "P_0-00001.3mm-00001.tif",
  ]);
  const third = await framesOf(options);
  assert.equal(basename(third[0]!.imagePath), "P_0-00002.3mm-00001.dark.tif");
});

Deno.test("simulate() merges with a sidecar whose image has been taken away", async () => {
  using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("CeO2-00001.tif.metadata"), "[metadata]\nmyProperty=2\nwidth=1\n");
  const [frame] = await framesOf({ ...SMALL, folder: folder.path, count: 1 });
  const sidecar = parseSidecar(Deno.readFileSync(frame!.sidecarPath));
  assert.equal(sidecar.raw("metadata", "myProperty"), "2");
  assert.equal(sidecar.raw("metadata", "width"), "32");
});

Deno.test("simulate() makes its folders, ends lines as it is asked to, and counts phases", async () => {
  using folder = new TempFolder();
  const frames = await framesOf({
    ...SMALL,
    folder: folder.join("not", "there", "yet"),
    subfolder: "Größe 1",
    count: 3,
    phases: 2,
    darks: 1,
    raw: true,
    lineEnd: "\r\n",
  });
  const root = folder.join("not", "there", "yet", "Größe 1");
  assert.deepEqual(frames.map(({ imagePath }) => relative(root, imagePath).replaceAll("\\", "/")), [
    "CeO2-00001.dark.tif",
    "CeO2-00001-000.raw.tif",
    "CeO2-00001-000.tif",
    "CeO2-00001-001.raw.tif",
    "CeO2-00001-001.tif",
    "CeO2-00002-000.raw.tif",
    "CeO2-00002-000.tif",
  ]);
  const text = Deno.readTextFileSync(frames[2]!.sidecarPath);
  assert.ok(text.startsWith("[metadata]\r\n") && !/[^\r]\n/.test(text));
});

Deno.test("simulate() writes the image, then its sidecar, as QXRD does", async () => {
  using folder = new TempFolder();
  const names: string[] = [];
  const note = (path: string | URL) => void names.push(basename(String(path)));
  using _open = replaced(Deno, "open", (real) => (path, options) => (note(path), real(path, options)));
  using _rename = replaced(Deno, "rename", (real) => (from, to) => (note(to), real(from, to)));
  await framesOf({ ...SMALL, folder: folder.path, count: 1 });
  const final = names.filter((name) => /\.(tif|metadata)$/.test(name));
  assert.deepEqual(final, ["", ".metadata"].map((ending) => `CeO2-00001.tif${ending}`));
});

Deno.test("simulate() ends between frames when it is aborted, also while it waits for the next one", async () => {
  using folder = new TempFolder();
  const stop = new AbortController();
  let count = 0;
  // At this rate the second frame would come after an hour.
  for await (const _ of simulate({ ...SMALL, folder: folder.path, rate_per_s: 1 / 3600 }, stop.signal)) {
    count++;
    queueMicrotask(() => stop.abort());
  }
  assert.equal(count, 1);
  assert.deepEqual(namesIn(folder.path), ["CeO2-00001.tif", "CeO2-00001.tif.metadata"]);
  assert.deepEqual(await framesOf({ ...SMALL, folder: folder.path, count: 5, darks: 1 }, AbortSignal.abort()), []);
});

Deno.test("simulate() keeps its rate on the average, and its duration", async () => {
  using folder = new TempFolder();
  const start_ms = performance.now();
  const frames = await framesOf({ ...SMALL, folder: folder.path, rate_per_s: 100, duration_s: 0.25 });
  const elapsed_ms = performance.now() - start_ms;
  // Never early; how late depends on the machine, so it is not asked for.
  assert.ok(elapsed_ms >= 240, `${elapsed_ms} ms`);
  assert.ok(frames.length >= 1 && frames.length <= 25, `${frames.length} frames`);
});
