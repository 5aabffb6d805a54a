/** Files with the geometry beside the frames: complete, never over another's, before the NeXus file. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readPoniText } from "../../src/geometry/poni_file.ts";
import { endAtEachStep } from "./crash.ts";
import { type Changes, firedWayOf, type RawFrame, setOf, sidecarText, type Way, wayOf } from "./way.ts";

function centerfinder(distance_mm: number): string {
  return sidecarText({
    more: `[centerfinder]\ncenterX=20.5\ncenterY=30.5\ndetectorXPixelSize=200\ndetectorYPixelSize=200\n` +
      `detectorDistance=${distance_mm}\nenergy=42700\n`,
  });
}

const SIDECAR = centerfinder(300);

const FRAME = { name: "P-00001.tif", sidecar: SIDECAR };

/** A way that makes such files, with these frames in raw. */
function wayWith(geometry: Changes["geometry"], ...frames: readonly RawFrame[]): Way {
  return wayOf(frames, { geometry: { files: ["poni"], ...geometry } });
}

Deno.test("without [geometry] files none are made", async () => {
  using way = await firedWayOf([FRAME]);
  assert.deepEqual(way.delivered(), setOf("P-00001"));
});

Deno.test("each set has its files, in sub-folders too, and nothing hidden is left", async () => {
  using way = wayWith({ files: ["poni", "imctrl"] }, { ...FRAME, name: "a/P-00001.tif" });
  await way.fire();
  const expected = [...setOf("a/P-00001"), "a/P-00001.imctrl", "a/P-00001.poni"].sort();
  assert.deepEqual(way.delivered({ hidden: true }).filter((name) => name.startsWith("a/")), expected);
  const { poni, shape } = readPoniText(way.text("a/P-00001.poni"));
  assert.equal(poni.dist, 0.3);
  assert.deepEqual(shape, { width: 32, height: 16 });
  assert.match(way.text("a/P-00001.imctrl"), /^distance:300$/m);
  const delivered = way.heard.events.find((event) => event.type === "delivered");
  assert(delivered?.type === "delivered" && delivered.files.some((path) => path.endsWith("P-00001.poni")));
});

// Fails without `otherGeometry` in planFor (destination.ts).
Deno.test("a calibration of that name that somebody put into the output stays, and the set takes another name", async () => {
  using way = wayWith({});
  Deno.writeTextFileSync(join(way.output, "P-00001.poni"), "mine");
  way.put(FRAME);
  await way.fire(2);
  assert.equal(way.text("P-00001.poni"), "mine");
  const expected = [...setOf("P-00001-00001"), "P-00001-00001.poni", "P-00001.poni"];
  way.assertDone(expected.sort());
});

Deno.test("a frame that is given again is one delivery, whatever the configuration says by then", async () => {
  using way = wayWith({}, FRAME);
  await way.fire();
  const first = way.delivered().map((name) => [name, way.text(name)]);
  way.restart();
  way.settings = { ...way.settings, detector: { distance_mm: 400 } };
  way.put(FRAME);
  await way.fire(2);
  assert.deepEqual(way.delivered().map((name) => [name, way.text(name)]), first);
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("the NeXus file is the last of the set", async () => {
  using way = wayWith({ files: ["poni", "imctrl"] }, FRAME);
  const seen: string[][] = [];
  const watcher = Deno.watchFs(way.output);
  await way.fire();
  for await (const { kind, paths } of watcher) {
    if (kind === "rename" || kind === "create" || kind === "modify") seen.push(paths);
    if (paths.some((path) => path.endsWith(".nxs"))) break;
  }
  const names = [...new Set(seen.flat().map((path) => path.split("/").at(-1)!))].filter((name) => name[0] !== ".");
  assert.equal(names.at(-1), "P-00001.nxs");
  for (const ending of ["poni", "imctrl"]) assert(names.includes(`P-00001.${ending}`), names.join());
});

Deno.test("one file for a folder: made anew under a new name when the geometry changes, and found again", async () => {
  using way = wayWith({ beside: "folder" });
  const distances = [300, 300, 400, 300];
  for (const [index, distance] of distances.entries()) {
    way.put({ name: `P-0000${index}.tif`, seed: index, sidecar: centerfinder(distance) });
    await way.fire();
  }
  way.put({ name: "b/P-00001.tif", seed: 9, sidecar: centerfinder(300) });
  await way.fire();
  const files = way.delivered({ hidden: true }).filter((name) => /poni|part/.test(name));
  assert.deepEqual(files, ["b/geometry.poni", "geometry-00001.poni", "geometry.poni"]);
  assert.equal(readPoniText(way.text("geometry.poni")).poni.dist, 0.3);
  assert.equal(readPoniText(way.text("geometry-00001.poni")).poni.dist, 0.4);
  assert.equal(way.delivered().filter((name) => name.endsWith(".nxs")).length, 5);
});

Deno.test("one file for a folder is put over nobody's own, nor through a link", async () => {
  using way = wayWith({ beside: "folder" });
  Deno.writeTextFileSync(join(way.output, "geometry.poni"), "mine");
  const elsewhere = join(way.raw, "..", "elsewhere");
  Deno.symlinkSync(elsewhere, join(way.output, "geometry-00001.poni"));
  way.put(FRAME);
  await way.fire();
  assert.equal(way.text("geometry.poni"), "mine");
  assert.throws(() => Deno.statSync(elsewhere), Deno.errors.NotFound);
  assert.equal(readPoniText(way.text("geometry-00002.poni")).poni.dist, 0.3);
});

Deno.test("frames that wait together share one file of their folder, whoever is first", async () => {
  using way = wayWith({ beside: "folder" });
  for (let seed = 1; seed <= 12; seed++) way.put({ name: `P-000${10 + seed}.tif`, seed, sidecar: SIDECAR });
  await way.fire(2);
  const names = way.delivered();
  assert.deepEqual(names.filter((name) => name.endsWith(".poni")), ["geometry.poni"]);
  assert.equal(names.filter((name) => name.endsWith(".nxs")).length, 12);
  assert.deepEqual([...way.heard.conditions.values()], []);
});

Deno.test("a geometry that is not whole is no file; it is said once, and the frame is delivered", async () => {
  using way = wayWith({});
  const half = SIDECAR.replace(/detectorDistance=.*/, "detectorDistance=1000").replace("42700", "20000");
  for (const number of [1, 2, 3]) way.put({ name: `H-0000${number}.tif`, seed: number, sidecar: half });
  await way.fire(2);
  assert.deepEqual(way.delivered().filter((name) => name.endsWith(".poni")), []);
  assert.equal(way.delivered().filter((name) => name.endsWith(".nxs")).length, 3);
  const said = way.heard.lines.filter((line) => /no \.poni beside it: its geometry is not whole: distance/.test(line));
  assert.equal(said.length, 1);
  const why = way.heard.lines.filter((line) => /detectorDistance=1000, energy=20000: QXRD starts with/.test(line));
  assert.equal(why.length, 1);
});

Deno.test("a PONI file of the configuration is each frame's geometry, and holds for later frames when it changes", async () => {
  using way = wayWith({ files: ["poni"], beside: "folder" }, FRAME);
  await way.fire();
  const path = join(way.raw, "..", "ceo2.poni");
  const made = way.text("geometry.poni");
  Deno.writeTextFileSync(path, made.replace(/^Distance: .*$/m, "Distance: 0.35"));
  way.settings = { ...way.settings, detector: { poni: path } };
  way.put({ name: "P-00002.tif", seed: 2, sidecar: SIDECAR });
  await way.fire();
  assert.equal(readPoniText(way.text("geometry-00001.poni")).poni.dist, 0.35);
  Deno.writeTextFileSync(path, made.replace(/^Distance: .*$/m, "Distance: 0.3512"));
  way.put({ name: "P-00003.tif", seed: 3, sidecar: SIDECAR });
  await way.fire();
  assert.equal(readPoniText(way.text("geometry-00002.poni")).poni.dist, 0.3512);
  assert(way.heard.lines.some((line) => line.includes("ceo2.poni has changed: frames from now on")));
});

// Fails without a part of another name (geometry_files.ts), and without the NeXus file as the last of filesOf.
for (const beside of ["frame", "folder"] as const) {
  Deno.test(`a stop at any step leaves whole files, and a restart goes on (beside = ${beside})`, async () => {
    const poni = beside === "frame" ? "P-00001.poni" : "geometry.poni";
    let expected: string[] = [];
    let text = "";
    await endAtEachStep({
      prepare: () => wayWith({ beside }, FRAME),
      work: (way) => way.fire(),
      whole: (way) => {
        expected = way.delivered({ hidden: true });
        assert.deepEqual(expected.filter((name) => name.endsWith(".poni")), [poni]);
        text = way.text(poni);
      },
      ended: async (way, when) => {
        const visible = way.delivered();
        if (visible.some((name) => name.endsWith(".nxs"))) assert(visible.includes(poni), when);
        if (visible.includes(poni)) assert.equal(way.text(poni), text, when);
        await way.assertRestartFinishes(2, expected, when);
        assert.equal(way.text(poni), text, when);
      },
    });
  });
}
