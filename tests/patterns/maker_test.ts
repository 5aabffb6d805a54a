import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import { keepReference } from "../../src/frames/reference_dark.ts";
import { NoPatternError } from "../../src/patterns/error.ts";
import { type FrameToIntegrate, PatternMaker } from "../../src/patterns/maker.ts";
import { PatternOptionsError } from "../../src/patterns/options.ts";
import { patternText } from "../../src/patterns/pattern_text.ts";
import { TempFolder } from "../temp_folder.ts";
import { frameAt, framesIn, makerOf, optionsOf, patternOf } from "./simulated.ts";

const [WIDTH, HEIGHT] = [96, 64];

/** A .npy of the frame's size. */
function npy(path: string, value: (row: number, column: number) => number, [height, width] = [HEIGHT, WIDTH]): string {
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${height}, ${width}), }`.padEnd(117) + "\n";
  const data = Float32Array.from({ length: height! * width! }, (_, i) => value(Math.floor(i / width!), i % width!));
  const head = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0);
  Deno.writeFileSync(path, Uint8Array.of(...head, ...new TextEncoder().encode(shape), ...new Uint8Array(data.buffer)));
  return path;
}

function poniText(of: { orientation?: number; distance: number; poni1: number; rot1: number }): string {
  const { orientation = 3, distance, poni1, rot1 } = of;
  const config = JSON.stringify({ pixel1: 0.0002, pixel2: 0.0002, orientation });
  return `poni_version: 2.1\nDetector: Detector\nDetector_config: ${config}\nDistance: ${distance}\nPoni1: ${poni1}\n` +
    `Poni2: 0.009\nRot1: ${rot1}\nRot2: 0\nRot3: 0\n`;
}

Deno.test("files and settings that cannot be used are refused by key, before any frame", () => {
  using folder = new TempFolder();
  const right = npy(folder.join("mask.npy"), () => 0), all = npy(folder.join("all.npy"), () => 1);
  const small = npy(folder.join("small.npy"), () => 1, [3, 4]);
  Deno.writeTextFileSync(folder.join("text.tif"), "no image");
  Deno.writeTextFileSync(folder.join("bad.poni"), "Distance: 1\n");
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ mask: folder.join("none.edf") }, /^mask: there is no file/],
    [{ mask: folder.join("text.tif") }, /^mask: Cannot read image/],
    [{ mask: folder.join("mask.png") }, /^mask: .*of a kind that is not read; there are \.npy, \.edf, \.msk, \.tif/],
    [{ flat: folder.join("flat.msk") }, /^flat: .*there are \.npy, \.edf, \.tif/],
    [{ mask: all }, /^mask: it leaves no pixel; is mask_kept = true meant/],
    [{ mask: right, mask_kept: true }, /^mask: it leaves no pixel; is mask_kept = false meant/],
    [{ mask: right, flat: small }, /^flat: small\.npy has 4 x 3 pixels, mask\.npy has 96 x 64/],
    [{ poni: folder.join("bad.poni") }, /^poni: .*bad\.poni/],
    [{ poni: folder.join("no.poni") }, /^poni: .*there is no such file/],
    [{ dark: "last" }, /^dark: "last" needs \[dark\] reference = true/],
    [{ mask_kept: true }, /^mask_kept: it is about the mask, and none is set/],
    [{ flip: true }, /^flip: /],
    [{ delta_dummy: 2 }, /^delta_dummy: it is about dummy, which is not set/],
    [{ azimuth_range: [-300, 300] }, /^azimuth_range: it is more than 360 degrees/],
    [{ azimuth_range: [150, 210], cake: 1 }, /^azimuth_range: with cakes/],
    [{ files: ["xye", "xye"] }, /^files: /],
  ];
  for (const [table, expected] of cases) {
    assert.throws(
      () => makerOf(folder.path, table),
      (error) => error instanceof PatternOptionsError && expected.test(error.message),
      JSON.stringify(table),
    );
  }
});

Deno.test("masks: what is kept, what is left out, upside down", async () => {
  using folder = new TempFolder();
  const [image] = await framesIn(folder.path), frame = frameAt(image!);
  const total = (table: Record<string, unknown>) =>
    makerOf(folder.path, table).make(frame).pattern.pixels
      .reduce((a, b) => a + b, 0);
  const upper = npy(folder.join("upper.npy"), (row) => row < 16 ? 1 : 0);
  const sum = (table: Record<string, unknown>) => Math.round(total({ split: "no", ...table }));
  assert.equal(sum({}), WIDTH * HEIGHT);
  assert.equal(sum({ mask: upper }), WIDTH * 48);
  assert.equal(sum({ mask: upper, mask_kept: true }), WIDTH * 16);
  // The first row of the mask is the last of the image: other pixels are left out, so the pattern differs.
  const of = (flip: boolean) => makerOf(folder.path, { mask: upper, flip }).make(frame).pattern.intensity;
  assert.notDeepEqual(of(true), of(false));
  const lower = npy(folder.join("lower.npy"), (row) => row >= 48 ? 1 : 0);
  const turned = makerOf(folder.path, { mask: lower, flip: true }).make(frame);
  assert.deepEqual(turned.pattern.intensity, of(false));
});

Deno.test("a frame without geometry, of another size, without what to divide by has no pattern; others go on", async () => {
  using folder = new TempFolder();
  const [image] = await framesIn(folder.path), frame: FrameToIntegrate = frameAt(image!);
  const maker = makerOf(folder.path);
  const refused = (maker: PatternMaker, other: Partial<typeof frame>, expected: RegExp) =>
    assert.throws(
      () => maker.make({ ...frame, ...other }),
      (error) => error instanceof NoPatternError && expected.test(error.message),
    );
  refused(maker, { view: null }, /its geometry is not known: distance, beam centre x/);
  assert.equal(maker.make(frame).factor, 1);
  const masked = makerOf(folder.path, { mask: npy(folder.join("m.npy"), () => 0, [5, 5]) });
  refused(masked, {}, /it has 96 x 64 pixels, but mask, dark or flat have 5 x 5/);
  const byMonitor = makerOf(folder.path, { normalize_by: "i0" });
  refused(byMonitor, {}, /it has no i0 to divide by/);
  const halved = byMonitor.make({ ...frame, parameter: () => 2 }), plain = maker.make(frame);
  assert.equal(halved.factor, 2);
  assert.equal(Math.fround(halved.pattern.intensity[9]! * 2), plain.pattern.intensity[9]);
  const byTime = makerOf(folder.path, { normalize_by: "exposure" }).make(frame);
  assert.equal(byTime.factor, frame.view!.exposureTime_s! * frame.view!.summedExposures!);
  const outside = makerOf(folder.path, { radial_range: [170, 171] });
  refused(outside, {}, /no pixel is in use/);
});

Deno.test("tables stay while the numbers do; another PONI file makes new ones", async () => {
  using folder = new TempFolder();
  const [first, second] = await framesIn(folder.path);
  const poni = folder.join("a.poni");
  const text = (distance: number) => poniText({ distance, poni1: 0.006, rot1: 0 }) + "Wavelength: 2e-11\n";
  Deno.writeTextFileSync(poni, text(0.3));
  const maker = makerOf(folder.path, { poni, unit: "q_A^-1" });
  const one = maker.make(frameAt(first!));
  assert.equal(one.setup.placement.distance_m, 0.3);
  assert.equal(maker.make(frameAt(second!)).setup, one.setup, "no new table for the same numbers");
  Deno.writeTextFileSync(poni, text(0.25) + "\n");
  const other = maker.make(frameAt(second!));
  assert.equal(other.setup.placement.distance_m, 0.25);
  assert.notEqual(other.setup.key, one.setup.key);
  Deno.removeSync(poni);
  const away = maker.make(frameAt(first!));
  assert.equal(away.setup, other.setup);
  assert.match(away.notes.join(), /a\.poni: there is no such file; the last readable geometry is used/);
});

Deno.test("a calibration of an image that was turned round is turned with it", async () => {
  using folder = new TempFolder();
  const [image] = await framesIn(folder.path, { count: 1 }), frame = frameAt(image!), poni = folder.join("a.poni");
  const intensity = (orientation: number, pixels: typeof frame.image) => {
    Deno.writeTextFileSync(poni, poniText({ orientation, distance: 0.3, poni1: 0.004, rot1: 0.1 }));
    return makerOf(folder.path, { poni }).make({ ...frame, image: pixels }).pattern.intensity;
  };
  const rows = Array.from({ length: HEIGHT }, (_, row) => [...frame.image.data.slice(row * WIDTH, (row + 1) * WIDTH)]);
  const upsideDown = { ...frame.image, data: Uint32Array.from(rows.toReversed().flat()) };
  const upright = intensity(3, frame.image);
  for (const [bin, value] of intensity(2, upsideDown).entries()) {
    assert.ok(Math.abs(value - upright[bin]!) <= 1e-6 * upright[bin]!, `${bin}`);
  }
  assert.notDeepEqual(intensity(2, frame.image), upright);
});

Deno.test("the last dark of the exposure is taken off once, scaled to the frame's sums, never from subtracted frames", async () => {
  using folder = new TempFolder();
  const images = await framesIn(folder.path, { count: 1, darks: 1 });
  const darks = images.filter((image) => image.includes("dark")), image = images.find((one) => !darks.includes(one))!;
  assert.equal(darks.length, 1);
  const settings: Settings = {
    ...defaultSettings(folder.path),
    dark: { policy: "delete", archive_dir: "dark", reference: true },
  };
  const [name] = darks[0]!.split(/[\\/]/).slice(-1);
  const reason = keepReference(settings.daemon.state_dir, {
    folder: folder.path,
    image: name!,
    sidecar: `${name}.metadata`,
    frame: name!,
    written_ms: Date.now(),
  }, { fsync: false });
  assert.equal(reason, null);
  const frame = frameAt(image), raw = { ...frame, view: { ...frame.view, dataType: 2 } };
  const maker = new PatternMaker(optionsOf({ dark: "last" }), settings);
  const plain = new PatternMaker(optionsOf(), settings).make(raw);
  const made = maker.make(raw);
  assert.equal(made.dark, name);
  const scale = frame.view.summedExposures! / frameAt(join(folder.path, name!)).view.summedExposures!;
  const ofDark = new PatternMaker(optionsOf(), settings).make({
    ...raw,
    image: frameAt(join(folder.path, name!)).image,
  });
  for (const [bin, value] of made.pattern.intensity.entries()) {
    const expected = plain.pattern.intensity[bin]! - scale * ofDark.pattern.intensity[bin]!;
    assert.ok(Math.abs(value - expected) <= 1e-5 * Math.abs(plain.pattern.intensity[bin]!), `${value} ${expected}`);
  }
  assert.deepEqual(made.pattern.sigma, plain.pattern.sigma, "the variance is that of the raw counts");
  const subtracted = maker.make({ ...frame, view: { ...frame.view, dataType: 5 } });
  assert.equal(subtracted.dark, null);
  assert.match(subtracted.notes.join(), /taken the dark off already/);
  const longer = maker.make({ ...raw, view: { ...raw.view, exposureTime_s: 77 } });
  assert.equal(longer.dark, null);
  assert.match(longer.notes.join(), /no dark of its exposure/);
});

Deno.test("no name stands in the first three lines of a .xye, where GSAS-II looks for settings", async () => {
  using folder = new TempFolder();
  const [image] = await framesIn(folder.path, { count: 1, base: "x=3\u0007" });
  const lines = patternText(patternOf(image!, makerOf(folder.path))).split("\n");
  assert.ok(lines.slice(0, 3).every((line) => line.startsWith("# ") && !line.includes("=")), lines.slice(0, 3).join());
  assert.ok(lines.includes("# image: x=3 -00001.tif"), "a name is one line without control characters");
});
