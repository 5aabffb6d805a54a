import assert from "node:assert/strict";
import fc from "fast-check";
import { isSeries, type ParameterList, type ParameterReading } from "../../src/parameters/parameter.ts";
import { checkReading, ParameterError } from "../../src/parameters/check.ts";
import { readTree, type TreeNode } from "../../src/nexus/tree/read_tree.ts";
import type { NexusGroup } from "../../src/nexus/tree/tree.ts";
import { sizeBound } from "../../src/nexus/tree/write_tree.ts";
import { hdf5Test } from "../ffi/hdf5/hdf5_test_case.ts";
import { sample } from "../qxrd/samples.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { deliver, factsWith, fieldAt, imageBytes, nodeAt, PLACED_NXMX, settingsWith, treeOf } from "./frame.ts";
import { anyReading, anyTime, anyValue, EVERY_KIND, placeOf } from "./parameters.ts";

const TIME = new Date("2026-07-01T10:00:00Z");

function treeWith(parameters: ParameterReading[], facts: Parameters<typeof factsWith>[0] = {}): NexusGroup {
  return treeOf(factsWith({ ...facts, parameters }));
}

function notesOf(tree: NexusGroup): string[] {
  const node = nodeAt(tree, "entry/process/notes/data");
  return node?.kind === "field" ? String(node.value).split("\n") : [];
}

function classAt(tree: NexusGroup, path: string): unknown {
  const node = nodeAt(tree, `entry/${path}`);
  return node?.kind === "group" ? node.attributes["NX_class"] : undefined;
}

Deno.test("a parameter stands at its path, in groups of the class that their name, their place or the path says", () => {
  const at = (path: string): ParameterReading => ({ name: path, value: 1, unit: "mm", time: TIME, path });
  const tree = treeWith([
    at("/entry/instrument/attenuator2/thickness"),
    at("/entry/instrument/slit_1/x"),
    at("/entry/instrument/slit_2:NXaperture/x"),
    at("/entry/sample/oven:NXenvironment/sensor/value"),
    at("/entry/sample/sensor/value"),
    at("/entry/monitor/distance"),
    at("/entry/my_lab/beam/x"),
    at("/entry/sample/temperature_log/average_value"),
  ]);
  assert.equal(classAt(tree, "instrument/attenuator2"), "NXattenuator");
  assert.equal(classAt(tree, "instrument/slit_1"), "NXcollection", "an instrument has no NXslit");
  assert.equal(classAt(tree, "instrument/slit_2"), "NXaperture");
  assert.equal(classAt(tree, "sample/oven"), "NXenvironment");
  assert.equal(classAt(tree, "sample/oven/sensor"), "NXsensor");
  assert.equal(classAt(tree, "sample/sensor"), "NXcollection", "a sample has no NXsensor");
  assert.equal(classAt(tree, "monitor"), "NXmonitor");
  assert.equal(classAt(tree, "my_lab"), "NXcollection");
  assert.equal(classAt(tree, "my_lab/beam"), "NXbeam");
  assert.equal(classAt(tree, "sample/temperature_log"), "NXlog");
  assert.deepEqual(fieldAt(tree, "sample/oven/sensor/value").attributes, {
    units: "mm",
    origin: "parameter /entry/sample/oven:NXenvironment/sensor/value",
    time: "2026-07-01T12:00:00.000+02:00",
  });
  assert.deepEqual(notesOf(tree), []);
});

Deno.test("a parameter takes the place of what the configuration says, and of what pewatch only assumes", () => {
  const settings = settingsWith({
    sample: { name: "CeO2", temperature_k: 300 },
    detector: { distance_mm: 300 },
    beamline: { energy_kev: 60 },
  });
  const parameters: ParameterReading[] = [
    { name: "T", value: 81.5, unit: "K", time: TIME, path: "/entry/sample/temperature", origin: "cryostat" },
    { name: "who", value: "LaB6", time: TIME, path: "/entry/sample/name" },
    { name: "d", value: 0.31, unit: "m", time: TIME, path: "/entry/instrument/detector/distance" },
    { name: "E", value: 61, unit: "keV", time: TIME, path: "/entry/instrument/beam/incident_energy" },
  ];
  const tree = treeWith(parameters, { settings });
  assert.equal(fieldAt(tree, "sample/temperature").value, 81.5);
  assert.equal(fieldAt(tree, "sample/temperature").attributes["origin"], "cryostat");
  assert.equal(fieldAt(tree, "sample/name").value, "LaB6");
  assert.equal(fieldAt(tree, "instrument/detector/distance").value, 0.31);
  assert.equal(fieldAt(tree, "instrument/beam/incident_energy").value, 61);
  assert.deepEqual(notesOf(tree), []);
  // From the file name alone.
  assert.equal(fieldAt(treeWith([parameters[1]!]), "sample/name").value, "LaB6");
});

Deno.test("what the sidecar says of the frame stays, and the parameter goes to the default place with a note", () => {
  const tree = treeWith(
    [{ name: "gain", value: "5", time: TIME, path: "/entry/instrument/detector/gain_setting" }],
    { ...factsWith({ sidecarText: "[metadata]\ncameraGain=3\n" }) },
  );
  assert.equal(fieldAt(tree, "instrument/detector/gain_setting").value, "3");
  assert.equal(fieldAt(tree, "instrument/parameters/gain").value, "5");
  assert.match(
    notesOf(tree).join("\n"),
    /parameter gain was written to \/entry\/instrument\/parameters instead of .*gain_setting: what stands there is known from sidecar/,
  );
});

Deno.test("a value of another kind replaces none: readers rely on numbers and texts, the detector's one by one", () => {
  const settings = settingsWith({ sample: { name: "x", temperature_k: 300 }, detector: { distance_mm: 300 } });
  const series = { times: [TIME], values: [1] };
  const tree = treeWith([
    { name: "a", value: "warm", time: TIME, path: "/entry/sample/temperature" },
    { name: "b", value: 5, time: TIME, path: "/entry/sample/name" },
    { name: "c", value: [1, 2], time: TIME, path: "/entry/instrument/detector/distance" },
    { name: "d", value: series, time: TIME, path: "/entry/instrument/detector/distance" },
    { name: "e", value: ["x"], time: TIME, path: "/entry/instrument/detector/description" },
    { name: "f", value: { times: [TIME], values: ["x"] }, time: TIME, path: "/entry/sample/temperature" },
  ], { settings });
  assert.equal(fieldAt(tree, "sample/temperature").value, 300);
  assert.equal(fieldAt(tree, "sample/name").value, "x");
  for (const name of "abcdef") assert.notEqual(nodeAt(tree, `entry/instrument/parameters/${name}`), undefined, name);
  assert.equal(notesOf(tree).length, 6);
  const replaced = treeWith([{ name: "s", value: series, time: TIME, path: "/entry/sample/temperature" }], {
    settings,
  });
  assert.equal(classAt(replaced, "sample/temperature"), "NXlog");
});

Deno.test("of two parameters for one place the first has it; one that leads through a value goes to the default place", () => {
  const tree = treeWith([
    { name: "first", value: 1, time: TIME, path: "/entry/sample/x", origin: "configuration [sample] x" },
    { name: "second", value: 2, time: TIME, path: "/entry/sample/x" },
    { name: "through", value: 3, time: TIME, path: "/entry/sample/x/y" },
    { name: "over", value: 4, time: TIME, path: "/entry/a/b" },
    { name: "under", value: 5, time: TIME, path: "/entry/a" },
    { name: "class", value: 6, time: TIME, path: "/entry/a:NXnote/c" },
    { name: "within", value: 7, time: TIME, path: "/entry/instrument/parameters/second" },
  ]);
  assert.equal(fieldAt(tree, "sample/x").value, 1);
  assert.equal(fieldAt(tree, "instrument/parameters/second").value, 7);
  assert.equal(fieldAt(tree, "instrument/parameters/second_2").value, 2);
  assert.equal(fieldAt(tree, "instrument/parameters/through").value, 3);
  assert.equal(fieldAt(tree, "instrument/parameters/under").value, 5);
  assert.equal(fieldAt(tree, "instrument/parameters/class").value, 6);
  assert.deepEqual(notesOf(tree).map((note) => note.replace(/^.*: /, "")), [
    "another parameter stands there",
    "x is a value, not a group",
    "a group stands there",
    "a is of class NXcollection there",
  ]);
});

Deno.test("the source's parameters go to the source, wherever the profile has it", () => {
  const settings = settingsWith({ ...PLACED_NXMX, source: { name: "S", current_ma: 90 } });
  for (const path of ["/entry/instrument/source/current", "/entry/source/current"]) {
    const parameters: ParameterReading[] = [{ name: "I", value: 100.5, unit: "mA", time: TIME, path }];
    const nxmx = treeWith(parameters, { settings, sidecarText: "[metadata]\nexposureTime=1\n" });
    assert.equal(fieldAt(nxmx, "definition").value, "NXmx");
    assert.equal(fieldAt(nxmx, "source/current").value, 100.5);
    assert.equal(nodeAt(nxmx, "entry/instrument/source"), undefined);
    const base = treeWith(parameters);
    assert.equal(fieldAt(base, "instrument/source/current").value, 100.5);
    assert.equal(nodeAt(base, "entry/source"), undefined);
  }
});

Deno.test("a frame without parameters has the tree that it had, and no group for them", () => {
  assert.equal(nodeAt(treeWith([]), "entry/instrument/parameters"), undefined);
});

/** What reading through HDF5 gives for a list. */
function asRead(list: ParameterList): unknown[] {
  const elements: (number | bigint | string | boolean)[] = Array.from(list as Iterable<number>);
  return elements.map(elementAsRead);
}

function elementAsRead(value: number | bigint | string | boolean): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function assertWritten(node: TreeNode | undefined, reading: ParameterReading): void {
  const { value, unit } = reading;
  const where = Deno.inspect(reading);
  if (isSeries(value)) {
    assert(node?.kind === "group", where);
    assert.equal(node.attributes["NX_class"], "NXlog", where);
    const time = nodeAt({ ...node, name: "/" }, "time");
    assert(time?.kind === "dataset");
    const start_ms = new Date(String(time.attributes["start"])).getTime();
    const times_ms = (time.value as number[]).map((time_s) => Math.round(start_ms + time_s * 1000));
    assert.deepEqual(times_ms, value.times.map((one) => one.getTime()), where);
    return assertField(nodeAt({ ...node, name: "/" }, "value"), { values: asRead(value.values), unit, reading });
  }
  const values = typeof value === "object" ? asRead(value!) : elementAsRead(value);
  assertField(node, { values, unit, reading });
}

function assertField(
  node: TreeNode | undefined,
  expected: { values: unknown; unit: string | undefined; reading: ParameterReading },
): void {
  const { values, unit, reading } = expected;
  const where = Deno.inspect(reading);
  assert(node?.kind === "dataset", where);
  assert.deepEqual(node.value, values, where);
  assert.equal(node.attributes["units"], unit, where);
  assert.equal(new Date(String(node.attributes["time"])).getTime(), reading.time.getTime(), where);
  assert.equal(node.attributes["origin"], reading.origin ?? `parameter ${reading.name}`, where);
}

hdf5Test("any name, value and path are refused by name, or written and read back equal", (hdf5, folder) => {
  const tiff = makeTiff();
  const candidate = fc.record({
    name: fc.string({ unit: "binary", maxLength: 20 }),
    value: fc.oneof({ weight: 4, arbitrary: anyValue }, fc.anything({ withTypedArray: true, withBigInt: true })),
    time: anyTime,
    path: fc.oneof(
      fc.constant(undefined),
      fc.constantFrom("/entry/x", "/entry/sample/temperature", "/entry/instrument/detector/y", "/entry/data/x"),
      fc.array(fc.constantFrom("sample", "a", "b:NXlog", "data", "", "ü", "detector", "beam", "x.y"), { maxLength: 4 })
        .map((names) => `/entry/${names.join("/")}`),
    ),
    unit: fc.constantFrom(undefined, "K"),
    origin: fc.option(fc.string({ unit: "binary", maxLength: 8 }), { nil: undefined }),
  }, { noNullPrototype: true });
  let written = 0;
  fc.assert(
    fc.property(candidate, (one) => {
      let reading: ParameterReading;
      try {
        reading = checkReading(one);
      } catch (error) {
        return assert(error instanceof ParameterError);
      }
      const { path } = deliver(hdf5, folder.path, { tiff, facts: factsWith({ parameters: [reading] }) });
      const tree = readTree(hdf5, path, { elementsMax: 1e6, textMax: 1e9 });
      const byDefault = nodeAt(tree, "entry/instrument/parameters");
      const node = byDefault?.kind === "group" ? byDefault.children[0] : nodeAt(tree, placeOf(reading));
      assertWritten(node, reading);
      written++;
    }),
    { numRuns: 400 },
  );
  assert(written > 50, `${written} were written`);
});

for (const image of ["embed", "external", "none"] as const) {
  for (const profile of ["base", "nxmx"] as const) {
    hdf5Test(`every kind of parameter is in the file: image = ${image}, profile ${profile}`, (hdf5, folder) => {
      const settings = settingsWith({ nexus: { image, profile } });
      const before = Deno.cwd();
      using _back = { [Symbol.dispose]: () => Deno.chdir(before) };
      Deno.chdir(folder.path); // where HDF5 looks for an external image
      for (const sidecarText of [undefined, sample("LaB6").bytes]) {
        const facts = factsWith({
          settings,
          parameters: EVERY_KIND,
          checksum: true,
          ...(sidecarText === undefined ? {} : { sidecarText }),
        });
        const tiff = makeTiff();
        const { path, report } = deliver(hdf5, folder.path, { tiff, facts });
        assert.equal(report.way, image === "embed" ? "splice" : "whole");
        if (image === "embed") {
          assert.deepEqual(imageBytes(hdf5, path), tiff.slice(8, 8 + report.splice!.byteCount));
          assert(report.splice!.at <= sizeBound(treeOf({ ...facts, layout: factsWith().layout })));
        }
        const tree = readTree(hdf5, path, { elementsMax: 1e6, textMax: 1e9 });
        const names = new Set<string>();
        for (const reading of EVERY_KIND) {
          const place = placeOf(reading);
          assert(!names.has(place));
          names.add(place);
          assertWritten(nodeAt(tree, place), reading);
        }
        const notes = nodeAt(tree, "entry/process/notes/data");
        assert(notes?.kind !== "dataset" || !String(notes.value).includes("parameter"));
      }
    });
  }
}

hdf5Test("a thousand parameters are in the file, which takes no longer for each than a hundred do", (hdf5, folder) => {
  const time_ms = (count: number) => {
    const parameters = fc.sample(anyReading, { numRuns: count, seed: 1 }).map((reading, index) => {
      const { path: _, ...rest } = reading;
      return { ...rest, name: `${index} ${reading.name}` };
    });
    const { timeZone: _, ...facts } = factsWith({ parameters });
    const begun_ms = performance.now();
    const { path, report } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts });
    const taken_ms = performance.now() - begun_ms;
    assert(report.splice!.at <= sizeBound(treeOf(facts)));
    const written = nodeAt(readTree(hdf5, path), "entry/instrument/parameters");
    assert(written?.kind === "group" && written.children.length === count);
    return taken_ms;
  };
  time_ms(100);
  const [hundred_ms, thousand_ms] = [time_ms(100), time_ms(1000)];
  // A group that HDF5 has to convert on the way took a hundred times as long.
  assert(thousand_ms < 40 * hundred_ms, `${hundred_ms} ms, ${thousand_ms} ms`);
});
