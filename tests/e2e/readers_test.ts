/** What is delivered opens in the programs that users have, without a warning and with the same pixels. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { makeImage, makeSidecar, realSamples, type TestImage } from "./frames.ts";
import { Place, type Tables } from "./harness.ts";
import { ask, askAll, assertNexusRead, assertTiffRead, assertValid, type Leave, type Readings } from "./readers.ts";
import { sha256 } from "../folders.ts";

interface Kind {
  readonly name: string;
  readonly image: TestImage;
  readonly sidecar: string | Uint8Array | null;
  /** The delivered TIFF's name, where it is not the one that was put. */
  readonly as?: string;
  readonly leave?: readonly Leave[];
}

const GSAS_ONE_STRIP = { reader: "GSAS-II", because: "it knows a detector's image by its one strip at offset 8" };

/** Frames of every kind of pixel and name; two of one name with other content come one after the other. */
function kinds(): Kind[] {
  const tall = makeImage({ width: 96, height: 64, type: "uint16", seed: 3 });
  return [
    ...realSamples(),
    { name: "float32-00001.tif", image: makeImage(), sidecar: makeSidecar() },
    { name: "uint32-00001.tif", image: makeImage({ type: "uint32", seed: 2 }), sidecar: makeSidecar() },
    { name: "uint16-00001.tif", image: tall, sidecar: makeSidecar({ width: 96, height: 64 }) },
    { name: "uint8-00001.tif", image: makeImage({ type: "uint8", seed: 4 }), sidecar: makeSidecar() },
    { name: "none-00001.tif", image: makeImage({ seed: 5 }), sidecar: makeSidecar({ lineEnd: "\r\n" }) },
    {
      name: "big-00001.tif",
      image: makeImage({ byteOrder: "big", seed: 6 }),
      sidecar: makeSidecar(),
      leave: [{ reader: "GSAS-II", because: "it takes float32 in the machine's own order" }],
    },
    {
      name: "strips-00001.tif",
      image: makeImage({ seed: 7, tiff: { strips: 16 } }),
      sidecar: makeSidecar(),
      leave: [GSAS_ONE_STRIP],
    },
    { name: "Größe öäü/Prüfung-00001.tif", image: makeImage({ seed: 8 }), sidecar: makeSidecar() },
    { name: "样品/扫描-00001.tif", image: makeImage({ seed: 9 }), sidecar: makeSidecar() },
    { name: "with space/50 %#1-00001.tif", image: makeImage({ seed: 10 }), sidecar: makeSidecar() },
    {
      name: "text-00001.tif",
      image: makeImage({ seed: 11 }),
      sidecar: makeSidecar({
        more: [
          'userComment1="CeO2; T=300 K, 5 \\xb0, \\x6837\\x54c1"',
          "title=Gr\\xf6\\xdf\\x65",
          // Names of motors that Dioptas looks for in every tag.
          "userComment2=Vertical: 1.25",
          "userComment3=Horizontal:Focus:Omega:",
        ],
      }),
    },
    { name: "dark-00001.tif", image: makeImage({ type: "uint32", seed: 12 }), sidecar: makeSidecar({ dark: true }) },
  ];
}

/** Delivers all kinds under a configuration and gives the place and what was delivered of them. */
async function deliver(place: Place, frames: readonly Kind[]): Promise<void> {
  await using run = await place.start().running();
  for (const { name, image, sidecar } of frames) place.put(name, image, sidecar);
  await place.arrive(run, frames.map(({ name }) => name));
  await place.stop(run);
  assert.deepEqual(run.complaints(), []);
}

const GEOMETRY: Tables = {
  beamline: {
    name: "P02.1",
    short_name: "P02.1",
    energy_kev: 60.0,
    flux_per_s: 1e12,
    polarization: 0.98,
    proposal: "I-20260001",
    proposal_title: "Cerium dioxide",
  },
  source: {
    name: "PETRA III",
    short_name: "PETRA III",
    type: "Synchrotron X-ray Source",
    probe: "x-ray",
    energy_gev: 6.0,
  },
  detector: {
    description: "PerkinElmer XRD1621",
    type: "scintillator",
    x_pixel_size_um: 200,
    y_pixel_size_um: 200,
    distance_mm: 300,
    beam_center_x_px: 30.5,
    beam_center_y_px: 31.5,
    sensor_material: "CsI",
    sensor_thickness_um: 500,
    bit_depth_readout: 16,
    saturation_value: 65535,
    time_zone: "Europe/Berlin",
  },
  user: {
    name: "First name and family name",
    role: "principal_investigator",
    affiliation: "Institute",
    address: "Town",
    telephone_number: "+49 40 000000",
    email: "name@example.org",
    facility_user_id: "4711",
    orcid: "0000-0002-1825-0097",
  },
  sample: { name: "CeO2", temperature_k: 300 },
};

function asked(place: Place, frames: readonly Kind[], ending: string) {
  return frames.map(({ name }) => ({ path: place.outputPath(name.replace(/\.tif$/, ending)) }));
}

function each(
  frames: readonly Kind[],
  readings: readonly Readings[],
  check: (frame: Kind, one: Readings) => void,
): void {
  frames.forEach((frame, index) => check(frame, readings[index]!));
}

Deno.test("delivered frames of every kind open in the users' readers, and validate", async (test) => {
  using place = new Place({ tables: { dark: { policy: "keep" } } });
  const frames = kinds();
  await deliver(place, frames);

  const { tiffs, opened, valid } = await askAll(asked(place, frames, ".tif"), asked(place, frames, ".nxs"));
  await test.step("tifffile, fabio, Pillow, tiffinfo, ImageMagick and GSAS-II's rule: the TIFF, without a warning", () => {
    each(frames, tiffs, ({ name, image, leave }, one) => assertTiffRead(name, one, image, leave));
  });
  await test.step("the tags hold the sidecar's main keys; it lies beside the image byte for byte", () => {
    each(frames, tiffs, ({ name, sidecar }, one) => {
      const bytes = typeof sidecar === "string" ? new TextEncoder().encode(sidecar) : sidecar!;
      assert.deepEqual(Deno.readFileSync(place.outputPath(`${name}.metadata`)), new Uint8Array(bytes), name);
      const tags = one.tifffile!.tags as Record<string, string>;
      assert.ok(Object.values(tags).some((tag) => tag.startsWith("exposureTime=")), name);
    });
  });
  await test.step("h5py, silx, fabio and pyFAI, from another working folder: the same pixels", () => {
    each(frames, opened, ({ name, image }, one) => assertNexusRead(name, one, image));
  });
  await test.step("the NeXus file holds the checksum and the name of the delivered TIFF", () => {
    each(frames, opened, ({ name }, one) => {
      const values = one.h5py!.values as Record<string, unknown>;
      const noted = values["/entry/instrument/detector/data_file/checksum"];
      assert.equal(noted, sha256(Deno.readFileSync(place.outputPath(name))), name);
      assert.equal(values["/entry/instrument/detector/data_file/file_name"], name.split("/").at(-1), name);
    });
  });
  await test.step("nxcheck and punx find no error, nxcheck no warning", () => {
    each(frames, valid, ({ name }, one) => assertValid(name, one));
  });
});

Deno.test("two frames of one name are two sets, and each NeXus file holds its own image", async () => {
  using place = new Place();
  const images = [1, 2, 3].map((seed) => makeImage({ seed }));
  await using run = await place.start().running();
  const names = ["P-00001", "P-00001-00001", "P-00001-00002"];
  for (const [index, image] of images.entries()) {
    place.put("P-00001.tif", image, makeSidecar({ more: [`userComment1=${index}`] }));
    await run.until(() => place.has(`${names[index]}.nxs`), names[index]!);
  }
  await run.stop();
  assert.deepEqual(place.delivered(), names.flatMap((n) => [`${n}.nxs`, `${n}.tif`, `${n}.tif.metadata`]).sort());
  const { tiffs, opened, valid } = await askAll(
    names.map((name) => ({ path: place.outputPath(`${name}.tif`) })),
    names.map((name) => ({ path: place.outputPath(`${name}.nxs`) })),
  );
  for (const [index, name] of names.entries()) {
    assertTiffRead(name, tiffs[index]!, images[index]!);
    assertNexusRead(name, opened[index]!, images[index]!);
    assertValid(name, valid[index]!);
    const values = opened[index]!.h5py!.values as Record<string, unknown>;
    assert.equal(values["/entry/instrument/detector/data_file/file_name"], `${name}.tif`);
    assert.equal(values["/@file_name"], `${name}.nxs`);
  }
});

/**
 * Of an NXmx file nxcheck recommends more than a powder image has; and it takes time_zone, by its definition the offset
 * from UTC ("+01:00"), for a date, as whose type that is given.
 */
const RECOMMENDED = /^warning .*(recommended|is not in the recommended|not a valid NX_DATE_TIME)/i;

/** punx has the definitions of 2018, in which NXmx wanted an end_time of every file. */
const OBSERVED_END = /^ERROR .*NXmx:end_time not found$/;

Deno.test("the nxmx profile opens and validates, as its own definition too", async () => {
  using place = new Place({ tables: { ...GEOMETRY, nexus: { profile: "nxmx" } } });
  const frames = [
    { name: "P-00001.tif", image: makeImage(), sidecar: makeSidecar() },
    { name: "P-00002.tif", image: makeImage({ type: "uint32", seed: 2 }), sidecar: makeSidecar() },
  ];
  await deliver(place, frames);
  const questions = asked(place, frames, ".nxs").map((question) => ({ ...question, application: true }));
  const nexus = await ask("read_nexus", questions);
  const instrument = "/entry/instrument";
  each(frames, nexus, ({ name, image }, one) => {
    assertNexusRead(name, one, image);
    const values = one.h5py!.values as Record<string, unknown>;
    assert.equal(values["/entry/definition"], "NXmx");
    assert.match(values["/entry/start_time"] as string, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(values["/entry/end_time_estimated"] as string, /Z$/);
    assert.match(values[`${instrument}/time_zone`] as string, /^[+-]\d\d:\d\d$/);
    assert.ok(!("/entry/end_time" in values) && !(`${instrument}/detector/frame_time` in values), name);
    assert.ok(!(`${instrument}/detector/saturation_value` in values), "subtracted frames have none");
    assert.deepEqual(values[`${instrument}/beam/incident_polarization`], [[0.98, 0]]);
    assert.deepEqual(values[`${instrument}/beam/incident_polarization_stokes`], [[1, 0.98, 0, 0]]);
    assert.equal(values["/entry/user/ORCID"], "https://orcid.org/0000-0002-1825-0097");
    assert.equal(values["/entry/experiment_identifier"], "I-20260001");
    assert.ok(one.pyFAI!.integrated, "pyFAI finds no geometry");
    const { start_time, end_time, end_time_estimated, time_zone, saturation_value, count_time_s } = one.nxmx!;
    assert.match(String(start_time), /\+00:00$/);
    assert.deepEqual([end_time, saturation_value], [null, null]);
    const took_s = (Date.parse(String(end_time_estimated)) - Date.parse(String(start_time))) / 1000;
    assert.ok(Math.abs(took_s - Number(count_time_s)) < 0.002, `${took_s} s, ${count_time_s} s`);
    assert.equal(time_zone, values[`${instrument}/time_zone`]);
  });
  const valid = await ask("validate_nexus", questions);
  each(frames, valid, ({ name }, one) => {
    const { application, punx } = one;
    assertValid(name, { application: application!, punx: punx! }, { warnings: RECOMMENDED, outdated: OBSERVED_END });
    // nxcheck does not say of which field: time_zone is the only one.
    const dates = (application!.lines as string[]).filter((line) => /NX_DATE_TIME/.test(line));
    assert.equal(dates.length, 1, dates.join("\n"));
  });
});

Deno.test("an external image is seen from its own folder; none says that there is none", async () => {
  using place = new Place({ tables: { nexus: { image: "external" } } });
  const frames = [
    { name: "P-00001.tif", image: makeImage(), sidecar: makeSidecar() },
    { name: "sub/P-00002.tif", image: makeImage({ type: "uint16", seed: 2 }), sidecar: makeSidecar() },
  ];
  await deliver(place, frames);
  const questions = asked(place, frames, ".nxs").map(({ path }) => ({ path, folder: dirname(path) }));
  const readings = await ask("read_nexus", questions);
  each(frames, readings, ({ name, image }, one) => {
    assertNexusRead(name, one, image);
    assert.equal(one.h5py!.external, true);
  });
  const tiffs = await ask("read_tiff", asked(place, frames, ".tif"));
  each(frames, tiffs, ({ name, image }, one) => assertTiffRead(name, one, image));

  place.configure({ nexus: { image: "none" } });
  const bare = [{ name: "N-00001.tif", image: makeImage({ seed: 3 }), sidecar: makeSidecar() }];
  await deliver(place, bare);
  const path = place.outputPath("N-00001.nxs");
  const [valid] = await ask("validate_nexus", [{ path }]);
  assert.equal(valid!.nxcheck!.errors_count, 0, JSON.stringify(valid));
  assert.equal(valid!.punx!.errors_count, 0, JSON.stringify(valid));
  assert.ok(Deno.statSync(path).size < 150_000);
});

Deno.test("the last dark is in the NeXus file where it is asked for, and the default image stays the frame", async () => {
  using place = new Place({ tables: { dark: { reference: true } } });
  const dark = makeImage({ type: "uint32", seed: 1 });
  const frame = makeImage({ seed: 2 });
  await using run = await place.start().running();
  place.put("D-00001.dark.tif", dark, makeSidecar({ dark: true }));
  await run.says(/D-00001\.dark\.tif: dark, removed/);
  place.put("P-00001.tif", frame, makeSidecar());
  await run.until(() => place.has("P-00001.nxs"), "the frame");
  await run.stop();
  const path = place.outputPath("P-00001.nxs");
  const [nexus] = await ask("read_nexus", [{ path }]);
  assertNexusRead("P-00001.nxs", nexus!, frame);
  const [valid] = await ask("validate_nexus", [{ path }]);
  assertValid("P-00001.nxs", valid!);
  const values = nexus!.h5py!.values as Record<string, unknown>;
  assert.ok(Object.keys(values).some((key) => key.startsWith("/entry/instrument/detector/reference_dark")));
});
