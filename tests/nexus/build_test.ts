import assert from "node:assert/strict";
import type { NexusGroup, NexusNode } from "../../src/nexus/tree/tree.ts";
import { sample } from "../qxrd/samples.ts";
import { makeTiff, type TiffPlan } from "../tiff/make_tiff.ts";
import { factsWith, fieldAt, layoutOfBytes, nodeAt, NXMX, settingsWith, treeOf } from "./frame.ts";

const LAB6 = {
  imageName: "LaB6-00000.tif",
  sidecarText: sample("LaB6").bytes,
  timeZone: "America/Chicago",
  writtenAt: new Date("2015-11-19T20:37:42Z"),
} as const;

/** The sidecar's geometry with one key changed. */
function centerfinder(lines: string): string {
  return `[metadata]\nexposureTime=2\nsummedExposures=5\n[centerfinder]\n${lines}\n`;
}

const CENTER =
  "centerX=7\ncenterY=9\ndetectorDistance=300\nenergy=42700\ndetectorXPixelSize=200\ndetectorYPixelSize=200\n";

function groupAt(tree: NexusGroup, path: string): NexusGroup {
  const node = nodeAt(tree, path);
  if (node?.kind !== "group") throw new Error(`Cannot find group ${path}`);
  return node;
}

function* nodesOf(group: NexusGroup, path = ""): Generator<[path: string, node: NexusNode]> {
  for (const child of group.children) {
    yield [`${path}/${child.name}`, child];
    if (child.kind === "group") yield* nodesOf(child, `${path}/${child.name}`);
  }
}

Deno.test("geometry comes from the sidecar, and says so", () => {
  const tree = treeOf(factsWith(LAB6));
  const distance = fieldAt(tree, "instrument/detector/distance");
  assert.equal(distance.value, 0.3);
  assert.deepEqual(distance.attributes, { units: "m", origin: "sidecar [centerfinder] detectorDistance" });
  const center = fieldAt(tree, "instrument/detector/beam_center_x");
  assert.equal(center.value, 1030.36);
  assert.deepEqual(center.attributes, {
    units: "pixel",
    origin: "sidecar [centerfinder] centerX",
    convention: "counted from the outer edge of the first pixel, whose middle is at 0.5",
  });
  assert.equal(fieldAt(tree, "instrument/detector/x_pixel_size").value, 200);
  const tilt = fieldAt(tree, "instrument/detector/transformations/tilt");
  assert.equal(Number(tilt.value).toFixed(12), "-0.200000000000");
  assert.equal(tilt.attributes["origin"], "sidecar [centerfinder] detectorTilt");
});

Deno.test("the configuration goes before the sidecar, and says so", () => {
  const settings = settingsWith({
    detector: { distance_mm: 400, beam_center_x_px: 0, x_pixel_size_um: 100, tilt_deg: 1, tilt_plane_rotation_deg: 90 },
    beamline: { energy_kev: 60 },
  });
  const tree = treeOf(factsWith({ ...LAB6, settings }));
  const distance = fieldAt(tree, "instrument/detector/distance");
  assert.equal(distance.value, 0.4);
  assert.equal(distance.attributes["origin"], "configuration [detector] distance_mm");
  assert.equal(fieldAt(tree, "instrument/detector/beam_center_x").value, 0);
  assert.equal(fieldAt(tree, "instrument/detector/x_pixel_size").value, 100);
  assert.equal(
    fieldAt(tree, "instrument/detector/transformations/tilt").attributes["origin"],
    "configuration [detector] tilt_deg",
  );
  assert.equal(fieldAt(tree, "instrument/beam/incident_energy").value, 60);
  // What the configuration does not say still comes from the sidecar.
  assert.equal(fieldAt(tree, "instrument/detector/y_pixel_size").value, 200);
});

Deno.test("the wavelength follows from the energy, and the energy from the wavelength", () => {
  const energy = treeOf(factsWith({ sidecarText: centerfinder("energy=12398.419843320026") }));
  assert.equal(fieldAt(energy, "instrument/beam/incident_wavelength").value, 1);
  assert.equal(fieldAt(energy, "instrument/monochromator/energy").value, 12.398419843320026);
  assert.equal(fieldAt(energy, "instrument/monochromator/energy").attributes["units"], "keV");
  const settings = settingsWith({ beamline: { wavelength_angstrom: 0.5 } });
  const wavelength = treeOf(factsWith({ ...LAB6, settings }));
  assert.equal(fieldAt(wavelength, "instrument/beam/incident_wavelength").value, 0.5);
  const converted = fieldAt(wavelength, "instrument/beam/incident_energy");
  assert.equal(converted.value, 12.398419843320026 / 0.5);
  assert.equal(converted.attributes["origin"], "configuration [beamline] wavelength_angstrom, converted");
});

Deno.test("a distance, energy or pixel size of 0 is no measure, is left out, and a note says so", () => {
  const tree = treeOf(
    factsWith({ sidecarText: centerfinder("detectorDistance=0\nenergy=0\ndetectorXPixelSize=0\ncenterX=0") }),
  );
  for (
    const path of ["detector/distance", "detector/x_pixel_size", "detector/transformations", "monochromator", "beam"]
  ) {
    assert.equal(nodeAt(tree, `entry/instrument/${path}`), undefined, path);
  }
  const notes = String(fieldAt(tree, "process/notes/data").value);
  for (const key of ["detectorDistance", "energy", "detectorXPixelSize"]) {
    assert.match(notes, new RegExp(`centerfinder\\] ${key}=0 is not used`));
  }
});

Deno.test("a tilt that QXRD does not apply is left out", () => {
  const tree = treeOf(factsWith({ sidecarText: centerfinder(`${CENTER}implementTilt=false\ndetectorTilt=5\n`) }));
  assert.notEqual(nodeAt(tree, "entry/instrument/detector/transformations/translation"), undefined);
  assert.equal(nodeAt(tree, "entry/instrument/detector/transformations/tilt"), undefined);
});

Deno.test("exposure times are those of all summed exposures, with seconds", () => {
  const tree = treeOf(factsWith({ sidecarText: centerfinder("centerX=1") }));
  // A frame's time is exposure and readout, which QXRD does not note.
  assert.equal(nodeAt(tree, "entry/instrument/detector/frame_time"), undefined);
  for (const path of ["collection_time", "instrument/detector/count_time"]) {
    assert.equal(fieldAt(tree, path).value, 10);
    assert.equal(fieldAt(tree, path).attributes["units"], "s");
    assert.match(String(fieldAt(tree, path).attributes["origin"]), /exposureTime x summedExposures$/);
  }
  assert.deepEqual(fieldAt(tree, "instrument/detector/number_of_cycles").value, { integer: 5 });
});

Deno.test("start_time is end_time less the exposure, each with its offset", () => {
  const tree = treeOf(factsWith(LAB6));
  assert.equal(fieldAt(tree, "end_time").value, "2015-11-19T14:37:40.315-06:00");
  assert.equal(fieldAt(tree, "start_time").value, "2015-11-19T14:36:40.315-06:00");
});

Deno.test("NXmx has its times in UTC, the zone beside them, and no end that nobody observed", () => {
  const tree = treeOf(factsWith({ ...LAB6, settings: settingsWith(NXMX) }));
  assert.equal(fieldAt(tree, "definition").value, "NXmx");
  assert.equal(fieldAt(tree, "start_time").value, "2015-11-19T20:36:40.315Z");
  assert.equal(fieldAt(tree, "end_time_estimated").value, "2015-11-19T20:37:40.315Z");
  assert.equal(nodeAt(tree, "entry/end_time"), undefined);
  assert.equal(fieldAt(tree, "instrument/time_zone").value, "-06:00");
  const base = treeOf(factsWith(LAB6));
  assert.equal(nodeAt(base, "entry/end_time_estimated"), undefined);
  assert.equal(nodeAt(base, "entry/instrument/time_zone"), undefined);
});

Deno.test("saturation_value is that of one exposure, of a sum that times the exposures, and of nothing calculated", () => {
  const settings = settingsWith({ detector: { saturation_value: 60_000 } });
  const of = (lines: string | null, pixels: TiffPlan) => {
    const tree = treeOf(factsWith({
      settings,
      layout: layoutOfBytes(makeTiff(pixels)),
      ...(lines === null ? {} : { sidecarText: `[metadata]\n${lines}\n` }),
    }));
    const node = nodeAt(tree, "entry/instrument/detector/saturation_value");
    return node?.kind === "field" ? [node.value, node.attributes["origin"]] : null;
  };
  const [uint16, uint32] = [{ bits: 16, format: 1 }, { bits: 32, format: 1 }] as const;
  const origin = "configuration [detector] saturation_value";
  assert.deepEqual(of("dataType=1\nsummedExposures=1", uint16), [60_000, origin]);
  assert.deepEqual(of(null, uint16), [60_000, origin]);
  assert.deepEqual(of("dataType=2\nsummedExposures=10", uint32), [600_000, `${origin} x summedExposures`]);
  assert.deepEqual(of("dataType=3\nsummedExposures=5", uint32), [300_000, `${origin} x summedExposures`]);
  for (const type of [0, 4, 5, 6, 7]) {
    assert.equal(of(`dataType=${type}\nsummedExposures=10`, uint32), null, String(type));
  }
  for (const type of [4, 5, 6, 7]) assert.equal(of(`dataType=${type}`, uint16), null, String(type));
  assert.equal(of("dataType=5\nsummedExposures=1", { bits: 32, format: 3 }), null);
  assert.equal(of("dataType=2\nsummedExposures=10", { bits: 32, format: 3 }), null);
  assert.equal(of("dataType=1\nsummedExposures=10", uint16), null);
  assert.equal(of("dataType=2", uint32), null);
  assert.equal(of(null, uint32), null);
  assert.equal(of("dataType=2\nsummedExposures=100000", uint32), null, "more than 32 bits hold");
  assert.equal(of("dataType=4\nsummedExposures=0", { bits: 8, format: 1 }), null);
});

Deno.test("user, proposal and polarisation of the configuration stand where NeXus has them", () => {
  const settings = settingsWith({
    beamline: { proposal: "I-20260001", proposal_title: "Iron", polarization: 0.5, polarization_angle_deg: 30 },
    user: { name: "张 伟", role: "proposer", email: "a@example.org", orcid: "0000-0002-1825-0097" },
  });
  const tree = treeOf(factsWith({ settings }));
  assert.equal(fieldAt(tree, "experiment_identifier").value, "I-20260001");
  assert.equal(fieldAt(tree, "experiment_description").value, "Iron");
  assert.equal(groupAt(tree, "entry/user").attributes["NX_class"], "NXuser");
  assert.equal(fieldAt(tree, "user/name").value, "张 伟");
  assert.equal(fieldAt(tree, "user/ORCID").value, "https://orcid.org/0000-0002-1825-0097");
  const vector = fieldAt(tree, "instrument/beam/incident_polarization");
  const stokes = fieldAt(tree, "instrument/beam/incident_polarization_stokes");
  assert.deepEqual([vector.shape, stokes.shape], [[1, 2], [1, 4]]);
  const rounded = (values: unknown) => [...values as Float64Array].map((value) => Number(value.toFixed(6)));
  assert.deepEqual(rounded(vector.value), [0.433013, 0.25]);
  assert.deepEqual(rounded(stokes.value), [1, 0.25, 0.433013, 0]);
  const other = settingsWith({
    beamline: { experiment_identifier: "E" },
    user: { orcid: "https://orcid.org/0000-0002-1694-233X" },
  });
  assert.equal(fieldAt(treeOf(factsWith({ settings: other })), "experiment_identifier").value, "E");
  assert.equal(
    fieldAt(treeOf(factsWith({ settings: other })), "user/ORCID").value,
    "https://orcid.org/0000-0002-1694-233X",
  );
  const none = treeOf(factsWith());
  for (const path of ["user", "experiment_identifier", "experiment_description", "instrument/beam"]) {
    assert.equal(nodeAt(none, `entry/${path}`), undefined, path);
  }
});

Deno.test("image_key is 2 for a dark and 0 for any other frame", () => {
  assert.deepEqual(fieldAt(treeOf(factsWith()), "instrument/detector/image_key").value, Int32Array.of(0));
  assert.deepEqual(fieldAt(treeOf(factsWith({ dark: true })), "instrument/detector/image_key").value, Int32Array.of(2));
});

Deno.test("a dark has no number in the series", () => {
  const dark = treeOf(factsWith({ sidecarText: sample("00001.dark").bytes, dark: true }));
  assert.equal(nodeAt(dark, "entry/instrument/detector/sequence_number"), undefined);
  const frame = treeOf(factsWith({ imageName: "P-00042.tif" }));
  assert.deepEqual(fieldAt(frame, "instrument/detector/frame_start_number").value, { integer: 42 });
  assert.equal(fieldAt(frame, "instrument/detector/frame_start_number").attributes["origin"], "file name");
});

Deno.test("sample and series have the base's name, also where it ends in a number; the place in the series is beside it", () => {
  const sidecarText = "[metadata]\nfileBase=Fe-1200-00002-003.tif\nimageNumber=2\nphaseNumber=3\nnPhases=4\n";
  const tree = treeOf(factsWith({ imageName: "Fe-1200-00002-003.raw-00001.tif", sidecarText }));
  assert.equal(fieldAt(tree, "sample/name").value, "Fe-1200");
  const series = fieldAt(tree, "collection_identifier");
  assert.equal(series.value, "Fe-1200.raw");
  assert.deepEqual(series.attributes, {
    frame_number: { integer: 2 },
    phase_number: { integer: 3 },
    name_counter: { integer: 1 },
  });
  const alone = treeOf(factsWith({ imageName: "Fe-1200-00002.tif" }));
  assert.equal(fieldAt(alone, "sample/name").value, "Fe-1200");
  for (const facts of [factsWith({ imageName: "CeO2.tif" }), factsWith({ dark: true })]) {
    assert.equal(nodeAt(treeOf(facts), "entry/collection_identifier"), undefined);
  }
});

// QXRD's own samples have 230 for 20 exposures, 860 for 40: 2 + 3 + … + 21, and so on.
Deno.test("sequence_number sorts frames and their phases; imageSequenceNumber, summed over exposures, does not", () => {
  const numbers = [[1, 0, 1890], [1, 1, 230], [2, 0, 230], [2, 1, 860]].map(([number, phase, sum]) => {
    const sidecarText =
      `[metadata]\nimageNumber=${number}\nphaseNumber=${phase}\nnPhases=2\nimageSequenceNumber=${sum}\n`;
    const tree = treeOf(factsWith({ imageName: `P-0000${number}-00${phase}.tif`, sidecarText }));
    return (fieldAt(tree, "instrument/detector/sequence_number").value as { integer: number }).integer;
  });
  assert.deepEqual(numbers, [2, 3, 4, 5]);
});

Deno.test("the number is the sidecar's where the name agrees, the name's where nobody counted or the file was renamed", () => {
  const numberOf = (imageName: string, sidecarText: string) => {
    const { value, attributes } = fieldAt(
      treeOf(factsWith({ imageName, sidecarText })),
      "instrument/detector/frame_start_number",
    );
    return [(value as { integer: number }).integer, attributes["origin"]];
  };
  assert.deepEqual(numberOf("P-00003.tif", "[metadata]\nimageNumber=3\n"), [3, "sidecar [metadata] imageNumber"]);
  assert.deepEqual(numberOf("alumina-00102.tif", "[metadata]\nimageNumber=0\n"), [102, "file name"]);
  assert.deepEqual(numberOf("new-00007.tif", "[metadata]\nfileBase=P-00003.tif\nimageNumber=3\n"), [7, "file name"]);
  assert.deepEqual(numberOf("new.tif", "[metadata]\nfileBase=P-00003.tif\nimageNumber=3\n"), [
    3,
    "sidecar [metadata] imageNumber",
  ]);
});

Deno.test("each number has its units or needs none, and each that was measured its origin", () => {
  const settings = settingsWith({
    beamline: { flux_per_s: 1e10 },
    source: { energy_gev: 6, current_ma: 100 },
    detector: { sensor_thickness_um: 500, bit_depth_readout: 16, saturation_value: 60_000 },
    sample: { temperature_k: 300, pressure_gpa: 10 },
  });
  const tree = treeOf(factsWith({ ...LAB6, settings }));
  const plain = new Set(["frame_number", "image_key", "saturation_value", "x", "y"]);
  let measured = 0;
  for (const [path, node] of nodesOf(tree)) {
    if (node.kind !== "field" || typeof node.value !== "number") continue;
    measured++;
    assert(node.attributes["origin"] !== undefined, `${path} has no origin`);
    assert(node.attributes["units"] !== undefined || plain.has(node.name), `${path} has no units`);
  }
  assert(measured > 15, `${measured} numbers`);
  assert.equal(fieldAt(tree, "instrument/source/energy").attributes["units"], "GeV");
  assert.equal(fieldAt(tree, "sample/pressure").attributes["units"], "GPa");
  assert.equal(fieldAt(tree, "sample/temperature").attributes["units"], "K");
});

Deno.test("what readers demand of the image and its axes is kept", () => {
  const tree = treeOf(factsWith({ ...LAB6, layout: layoutOfBytes(makeTiff({ width: 6, height: 4 })) }));
  assert.equal(tree.attributes["default"], "entry");
  assert(!String(tree.attributes["creator"]).startsWith("LIMA"));
  assert.equal(groupAt(tree, "entry").attributes["default"], "data");
  assert.equal(typeof fieldAt(tree, "instrument/detector/description").value, "string");
  const data = groupAt(tree, "entry/data");
  assert.deepEqual(data.children.map(({ name }) => name).filter((name) => name.startsWith("data")), ["data"]);
  assert.deepEqual(data.attributes["axes"], ["frame_number", "y", "x"]);
  assert.deepEqual(fieldAt(tree, "data/x").value, Float32Array.of(0.5, 1.5, 2.5, 3.5, 4.5, 5.5));
  assert.deepEqual(fieldAt(tree, "data/y").value, Float32Array.of(0.5, 1.5, 2.5, 3.5));
  assert.equal(fieldAt(tree, "data/x").attributes["units"], "pixel");
  const image = nodeAt(tree, "entry/instrument/detector/data");
  assert(image?.kind === "image");
  assert.deepEqual(image.shape, [1, 4, 6]);
  assert.equal(image.attributes["interpretation"], "image");
  assert.equal(image.attributes["units"], "counts");
  const link = nodeAt(tree, "entry/data/data");
  assert(link?.kind === "link");
  assert.equal(link.target, "/entry/instrument/detector/data");
});

Deno.test("profile nxmx is taken where all that it requires is known, else base with a note", () => {
  const known = settingsWith(NXMX);
  const full = treeOf(factsWith({ ...LAB6, settings: known }));
  assert.equal(fieldAt(full, "definition").value, "NXmx");
  assert.notEqual(nodeAt(full, "entry/instrument/detector/module"), undefined);
  assert.notEqual(nodeAt(full, "entry/source"), undefined);
  assert.equal(nodeAt(full, "entry/instrument/source"), undefined);
  const lacking = treeOf(factsWith({ settings: known }));
  assert.equal(nodeAt(lacking, "entry/definition"), undefined);
  assert.match(
    String(fieldAt(lacking, "process/notes/data").value),
    /base instead of nxmx: exposure time, wavelength, distance/,
  );
  const base = treeOf(factsWith(LAB6));
  assert.equal(nodeAt(base, "entry/definition"), undefined);
  assert.equal(nodeAt(base, "entry/process/notes"), undefined);
});

Deno.test("parameters keep value, unit, time, origin and a name that NeXus takes", () => {
  const time = new Date("2026-07-01T10:00:00Z");
  const tree = treeOf(factsWith({
    parameters: [
      { name: "pressure", value: 3.2, unit: "GPa", time, origin: "tango://host/a/b/c/pressure" },
      { name: "motor/x y", value: [1, 2], time },
      { name: "motor_x_y", value: "text", time },
      { name: "open", value: true, time },
    ],
  }));
  const pressure = fieldAt(tree, "instrument/parameters/pressure");
  assert.equal(pressure.value, 3.2);
  assert.deepEqual(pressure.attributes, {
    units: "GPa",
    origin: "tango://host/a/b/c/pressure",
    time: "2026-07-01T12:00:00.000+02:00",
  });
  assert.deepEqual(fieldAt(tree, "instrument/parameters/motor_x_y_2").value, Float64Array.of(1, 2));
  assert.equal(fieldAt(tree, "instrument/parameters/motor_x_y_2").attributes["long_name"], "motor/x y");
  assert.equal(fieldAt(tree, "instrument/parameters/motor_x_y").value, "text");
  assert.deepEqual(fieldAt(tree, "instrument/parameters/open").value, { integer: 1 });
});

Deno.test("a sidecar of another image keeps its keys, but no number of it describes this image", () => {
  const facts = { ...factsWith(LAB6), view: null, sidecarProblem: "sidecar says 2048 x 2048, image has 16 x 16" };
  const tree = treeOf(facts);
  assert.equal(nodeAt(tree, "entry/collection_time"), undefined);
  assert.equal(nodeAt(tree, "entry/instrument/detector/distance"), undefined);
  assert.equal(fieldAt(tree, "instrument/detector/qxrd/metadata/exposureTime").value, "1");
  assert.match(String(fieldAt(tree, "process/sidecar_problem/data").value), /2048 x 2048/);
});

Deno.test("a known key whose value cannot be used is reported in the notes", () => {
  const tree = treeOf(factsWith({ sidecarText: "[metadata]\nexposureTime=soon\n" }));
  assert.match(String(fieldAt(tree, "process/notes/data").value), /line 2, metadata\/exposureTime: Cannot read/);
});

Deno.test("a checksum has its place only where one is wanted", () => {
  const path = "entry/instrument/detector/data_file/checksum";
  assert.equal(nodeAt(treeOf(factsWith()), path), undefined);
  assert.equal(nodeAt(treeOf(factsWith({ checksum: true })), path)?.kind, "checksum");
});

Deno.test("the file is named after the image", () => {
  assert.equal(treeOf(factsWith({ imageName: "P-00001.dark.tif" })).attributes["file_name"], "P-00001.dark.nxs");
  assert.equal(treeOf(factsWith({ imageName: "X.TIFF" })).attributes["file_name"], "X.nxs");
});
