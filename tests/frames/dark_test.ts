/** Invariant 7 for darks, and the reference dark: an extra that never costs a frame anything. */
import assert from "node:assert/strict";
import { REFERENCE_FOLDER } from "../../src/files/service_names.ts";
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { DarkSettings } from "../../src/config/settings.ts";
import { keepReference, referenceFor, REFERENCES_MAX } from "../../src/frames/reference_dark.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../src/qxrd/view.ts";
import { valueAt } from "../nexus/frame.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { firedWayOf, imageBytes, libraries, sidecarText, Way, wayOf } from "./way.ts";

const GROUP = "entry/instrument/detector/reference_dark";
const DARK = sidecarText({ dark: true });

/** Names that look like a dark's: QXRD's own forms, and what people call series. */
const names = fc.tuple(
  fc.constantFrom("P", "quartz.dark", "dark", "P-00001", "a.raw", "X-00002-00001", "CeO2-01-00003"),
  fc.constantFrom(".dark", "-00001.dark", ".dark-00001", "-1.dark-2", ".DARK", "-00001", "dark"),
).map(([base, end]) => `${base}${end}.tif`);

const sidecars = fc.constantFrom(null, "", "no sidecar at all", sidecarText(), sidecarText({ width: 64 }));

// Fails without the evidence in fateOfDark (assess.ts).
Deno.test("no image is removed, under any policy, unless its own sidecar calls it a dark", async () => {
  await fc.assert(
    fc.asyncProperty(
      names,
      sidecars,
      fc.constantFrom<DarkSettings["policy"]>("delete", "archive", "keep"),
      fc.boolean(),
      async (name, sidecar, policy, reference) => {
        using way = wayOf([{ name, sidecar }], { dark: { policy, reference } });
        await way.fire(2);
        const images = way.delivered().filter((path) => path.endsWith(".tif"));
        assert.equal(images.length, 1, `${name} under ${policy}: ${images}`);
        assert.equal(way.heard.events.filter(({ type }) => type === "dark_removed").length, 0);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("what only its name calls a dark goes to the archive, and one line says why", async () => {
  using way = new Way();
  way.put({ name: "s/P-00001.dark.tif", sidecar: null });
  way.put({ name: "s/quartz.dark-00001.tif", sidecar: null });
  await way.fire(3);
  const images = way.delivered().filter((name) => name.endsWith(".tif"));
  assert.deepEqual(images, ["dark/s/P-00001.dark.tif", "s/quartz.dark-00001.tif"]);
  const lines = way.heard.lines.filter((line) => line.includes("only its name says that it is a dark"));
  assert.deepEqual(lines, [
    "warn s/P-00001.dark.tif: only its name says that it is a dark: it is archived in dark instead of removed",
  ]);
});

/** The NeXus file of a frame that was delivered, and a value in it. */
function nexusValue(way: Way, name: string, path: string): unknown {
  return valueAt(libraries.hdf5, join(way.output, name), path);
}

Deno.test("the reference dark says from which file it is, how it was exposed, when, and how old it is", async () => {
  using way = new Way({ dark: { reference: true } });
  const dark = DARK.replace("summedExposures=10", "summedExposures=5").replace("23:08:28", "22:08:28");
  way.put({ name: "darks/P-00000.dark.tif", seed: 7, sidecar: dark });
  await way.fire();
  assert.deepEqual(way.delivered(), []);
  way.put({ name: "P-00001.tif" });
  await way.fire();
  const value = (name: string) => nexusValue(way, "P-00001.nxs", `${GROUP}/${name}`);
  assert.equal(value("file_name"), "P-00000.dark.tif");
  assert.equal(value("source"), "darks/P-00000.dark.tif");
  assert.match(String(value("end_time")), /^2017-11-09T22:08:28\.053/);
  assert.equal(value("age"), 3600);
  assert.equal(value("exposure_time"), 1.5);
  assert.equal(value("summed_exposures"), 5);
  assert.equal(value("count_time"), 7.5);
  assert.equal(value("frame_to_dark_ratio"), 2);
});

/** What a beamline could find in raw as a dark; each calls itself one. */
const BROKEN: readonly [string, Uint8Array, string][] = [
  ["cut off", imageBytes(1).subarray(0, 1000), DARK],
  ["empty", new Uint8Array(0), DARK],
  ["text", new TextEncoder().encode("no image"), DARK],
  ["tiled or compressed", makeTiff({ width: 32, height: 16, extra: [{ tag: 259, type: 3, values: [5] }] }), DARK],
  ["pixels of 16 bit floats", makeTiff({ width: 32, height: 16, bits: 16, format: 3 }), DARK],
  ["of no exposure time", imageBytes(1), DARK.replace("exposureTime=1.5\n", "")],
  ["for another size", imageBytes(1), sidecarText({ dark: true, width: 48 })],
];

for (const [flaw, image, sidecar] of BROKEN) {
  Deno.test(`a dark that is broken (${flaw}) costs no frame its NeXus file, and is not lost`, async () => {
    using way = new Way({ dark: { reference: true } });
    way.put({ name: "D-00001.dark.tif", image, sidecar });
    way.put({ name: "P-00001.tif" });
    await way.fire(3);
    assert.ok(way.delivered().includes("P-00001.nxs"), way.heard.lines.join("\n"));
    assert.equal(way.delivered().filter((name) => name.endsWith("D-00001.dark.tif")).length, 1);
    assert.deepEqual(way.inProgress(), []);
    assert.throws(() => nexusValue(way, "P-00001.nxs", `${GROUP}/file_name`));
  });
}

// Fails without reasonAgainstKeeping (prepare_raw.ts): the darks then stay in raw for ever.
Deno.test("where no reference can be stored darks still leave raw, and none is removed", async () => {
  using way = new Way({ dark: { reference: true } });
  using _refused = replaced(Deno, "mkdirSync", (mkdirSync) => (path, options) => {
    if (String(path).endsWith(REFERENCE_FOLDER)) {
      throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    }
    mkdirSync(path, options);
  });
  for (const number of [1, 2, 3]) way.put({ name: `D-0000${number}.dark.tif`, seed: number, sidecar: DARK });
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  assert.deepEqual([...Deno.readDirSync(way.raw)], []);
  assert.equal(way.delivered().filter((name) => /^dark\/D-.*\.tif$/.test(name)).length, 3);
  assert.ok(way.delivered().includes("P-00001.nxs"), way.heard.lines.join("\n"));
  const reported = way.heard.lines.filter((line) => line.includes("cannot be kept as the reference dark"));
  assert.equal(reported.length, 3, way.heard.lines.join("\n"));
});

/** What may become of a reference between a dark and the frames that follow. */
const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  "cut off": (path) => Deno.truncateSync(path, 100),
  "empty": (path) => Deno.truncateSync(path, 0),
  "gone": (path) => Deno.removeSync(path),
  "a folder": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
};

for (const [damage, harm] of Object.entries(DAMAGES)) {
  for (const ending of [".tif", ".tif.metadata", ".json"]) {
    Deno.test(`a reference whose ${ending} is ${damage} costs no frame its NeXus file`, async () => {
      using way = await firedWayOf([{ name: "D-00001.dark.tif", sidecar: DARK }], { dark: { reference: true } });
      const folder = join(way.settings.daemon.state_dir, "reference_dark");
      const name = [...Deno.readDirSync(folder)].map((entry) => entry.name).find((name) => name.endsWith(ending))!;
      harm(join(folder, name));
      way.put({ name: "P-00001.tif" });
      await way.fire();
      assert.ok(way.delivered().includes("P-00001.nxs"), way.heard.lines.join("\n"));
      assert.deepEqual(way.inProgress(), []);
    });
  }
}

interface DarkPlan {
  readonly name?: string;
  readonly seed?: number;
  readonly change?: (text: string) => string;
}

function keep(folder: TempFolder, plan: DarkPlan): string | null {
  const image = plan.name ?? "D-00001.dark.tif";
  const path = folder.join("raw", image);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeFileSync(path, imageBytes(plan.seed ?? 1));
  Deno.writeTextFileSync(`${path}.metadata`, (plan.change ?? ((text) => text))(DARK));
  const dark = { folder: dirname(path), image, sidecar: `${image}.metadata`, frame: image, written_ms: 1e12 };
  return keepReference(folder.join("state"), dark, { fsync: false });
}

const VIEW: SidecarView = viewSidecar(parseSidecar(new TextEncoder().encode(sidecarText())));

Deno.test("darks match by size, exposure, gain and binning; of as many exposures first, else the newest", () => {
  using folder = new TempFolder();
  const at = (hour: number, sums: number) => (text: string) =>
    text.replace("23:08", `${hour}:08`).replace("summedExposures=10", `summedExposures=${sums}`);
  assert.equal(keep(folder, { name: "five.tif", change: at(20, 5) }), null);
  assert.equal(referenceFor(folder.join("state"), VIEW)?.imageName, "five.tif");
  assert.equal(keep(folder, { name: "two.tif", change: at(21, 2) }), null);
  assert.equal(referenceFor(folder.join("state"), VIEW)?.imageName, "two.tif");
  assert.equal(keep(folder, { name: "ten.tif", change: at(19, 10) }), null);
  assert.equal(referenceFor(folder.join("state"), VIEW)?.imageName, "ten.tif");
  const others = { exposureTime_s: 2, cameraGain: 3, hBinning: 2, vBinning: 2, readoutMode: 1, width: 33 };
  for (const [property, value] of Object.entries(others)) {
    assert.equal(referenceFor(folder.join("state"), { ...VIEW, [property]: value }), null, property);
  }
});

Deno.test("a dark that comes late does not replace a newer one", () => {
  using folder = new TempFolder();
  keep(folder, { name: "new.tif" });
  keep(folder, { name: "old.tif", change: (text) => text.replace("2017.11.09", "2016.11.09") });
  assert.equal(referenceFor(folder.join("state"), VIEW)?.imageName, "new.tif");
});

Deno.test("references have a bound, and those kept are the newest", () => {
  using folder = new TempFolder();
  for (let day = 1; day <= REFERENCES_MAX + 3; day++) {
    const date = `20${String(day + 10)}.11.09`;
    const change = (text: string) =>
      text.replace("exposureTime=1.5", `exposureTime=${day}`).replace("2017.11.09", date);
    assert.equal(keep(folder, { change }), null);
  }
  const indices = [...Deno.readDirSync(folder.join("state", "reference_dark"))].filter(({ name }) =>
    /json$/.test(name)
  );
  assert.equal(indices.length, REFERENCES_MAX);
  assert.equal(referenceFor(folder.join("state"), { ...VIEW, exposureTime_s: 1 }), null);
  assert.notEqual(referenceFor(folder.join("state"), { ...VIEW, exposureTime_s: REFERENCES_MAX + 3 }), null);
});
