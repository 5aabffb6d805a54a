/** The parameters of a frame in progress: into its tags and its NeXus file, whatever ends the program in between. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parametersJson, TAG_ELEMENTS_MAX, TAG_TEXT_MAX } from "../../src/parameters/tag_json.ts";
import type { ParameterSource } from "../../src/frames/stage.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { toAscii } from "../../src/tiff/tags/ascii_text.ts";
import { readFrameTags } from "../../src/tiff/tags/read_tags.ts";
import { nodeAt } from "../nexus/frame.ts";
import { EVERY_KIND } from "../nexus/parameters.ts";
import { endAtEachStep } from "./crash.ts";
import { claimIn, libraries, pixelsOf, setOf, sidecarText, Way, wayOf } from "./way.ts";
import { CLAIM_PARAMETERS_NAME } from "../../src/files/service_names.ts";

const LONG_AGO = new Date("2010-01-01T00:00:00Z");
/** A whole second, since a sidecar written by hand has no more digits. */
const EXPOSED = new Date("2020-06-01T10:00:00Z");
/** A sidecar that says when its frame was exposed, whatever the time of its file. */
const EXPOSED_SIDECAR = sidecarText({ more: `timeStamp=${EXPOSED.getTime() / 1000}` });

function source(...readings: ParameterReading[]): ParameterSource & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    at(time_ms) {
      asked.push(time_ms);
      return Promise.resolve(readings.filter((one) => one.time.getTime() <= time_ms));
    },
  };
}

/** Where a stop may leave the program without its parameters. */
const SILENT: ParameterSource = { at: () => Promise.resolve([]) };

function reading(name: string, value: ParameterReading["value"], time = LONG_AGO): ParameterReading {
  return { name, value, time };
}

/** What the tag of a delivered TIFF says; null without the tag. */
function tagOf(way: Way, name: string): Record<string, { value: unknown }> | null {
  const tag = readFrameTags(join(way.output, name)).find((one) => one.name === "parameters");
  return tag === undefined ? null : JSON.parse(tag.value);
}

function fieldOf(way: Way, name: string, path: string): unknown {
  const node = nodeAt(readTree(libraries.hdf5, join(way.output, name)), path);
  return node?.kind === "dataset" ? node.value : undefined;
}

const TEMPERATURE = "entry/instrument/parameters/temperature";

Deno.test("what was known when a frame was exposed stands in its tags and its NeXus file", async () => {
  using way = new Way();
  // The file is of today, as one that was copied.
  way.put({ name: "P-00001.tif", sidecar: EXPOSED_SIDECAR });
  const later = new Date(EXPOSED.getTime() + 60_000);
  way.parameters = source(reading("temperature", 81.5), reading("later", 1, later));
  const before = pixelsOf(join(way.raw, "P-00001.tif"));
  await way.fire();
  assert.deepEqual(tagOf(way, "P-00001.tif"), { temperature: { value: 81.5, time: LONG_AGO.toISOString() } });
  assert.equal(fieldOf(way, "P-00001.nxs", TEMPERATURE), 81.5);
  assert.equal(fieldOf(way, "P-00001.nxs", "entry/instrument/parameters/later"), undefined);
  assert.equal(pixelsOf(join(way.output, "P-00001.tif")), before);
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("without a time in the sidecar, or with another image's, the time of the file counts", async () => {
  for (const sidecar of [null, "[metadata]\nexposureTime=1\n", `[metadata]\nwidth=1\nheight=1\ntimeStamp=1\n`]) {
    using way = wayOf([{ name: "P.tif", sidecar }]);
    const written = Deno.statSync(join(way.raw, sidecar === null ? "P.tif" : "P.tif.metadata")).mtime!;
    way.parameters = source(reading("at", 1, written), reading("later", 1, new Date(written.getTime() + 60_000)));
    await way.fire();
    assert.deepEqual(Object.keys(tagOf(way, "P.tif")!), ["at"], String(sidecar));
  }
});

Deno.test("the sidecar's local time counts in the zone of the configuration", async () => {
  using way = wayOf([{ name: "P.tif", sidecar: sidecarText() }], { detector: { time_zone: "Asia/Kathmandu" } });
  const exposed = new Date("2017-11-09T23:08:28.053+05:45");
  way.parameters = source(
    reading("temperature", 80, new Date(exposed.getTime() - 1000)),
    reading("later", 1, new Date(exposed.getTime() + 1000)),
  );
  await way.fire();
  assert.deepEqual(Object.keys(tagOf(way, "P.tif")!), ["temperature"]);
  assert.equal(fieldOf(way, "P.nxs", "entry/end_time"), "2017-11-09T23:08:28.053+05:45");
});

Deno.test("a frame without sidecar, or with another image's, has its parameters in both files all the same", async () => {
  using way = new Way();
  way.parameters = source(reading("temperature", 81.5));
  way.put({ name: "A.tif", sidecar: null });
  way.put({ name: "B.tif", sidecar: "[metadata]\nwidth=1\nheight=1\nuserComment1=another\n" });
  await way.fire();
  for (const name of ["A", "B"]) {
    assert.equal(tagOf(way, `${name}.tif`)?.temperature?.value, 81.5);
    assert.equal(fieldOf(way, `${name}.nxs`, TEMPERATURE), 81.5);
    const tags = readFrameTags(join(way.output, `${name}.tif`)).map((one) => one.name);
    assert.deepEqual(tags, ["pewatch_tags", "parameters"]);
  }
});

Deno.test("without anybody to ask, or without parameters, a frame has neither tag nor group", async () => {
  for (const parameters of [undefined, SILENT]) {
    using way = new Way();
    way.parameters = parameters;
    way.put({ name: "P.tif" });
    await way.fire();
    assert.equal(tagOf(way, "P.tif"), null);
    assert.equal(nodeAt(readTree(libraries.hdf5, join(way.output, "P.nxs")), "entry/instrument/parameters"), undefined);
  }
});

Deno.test("a source that cannot answer costs a warning, never a frame", async () => {
  for (const broken of [() => Promise.reject(new Error("no answer")), () => Promise.resolve(undefined as never)]) {
    using way = new Way();
    way.parameters = { at: broken };
    way.put({ name: "P.tif" });
    await way.fire();
    assert.deepEqual(way.delivered(), setOf("P"));
    assert(
      way.heard.lines.every((line) => !line.startsWith("warn") || /its parameters cannot be requested/.test(line)),
    );
  }
});

Deno.test("what is reported between claim and merge counts too, if it was read before the frame was exposed", async () => {
  using way = wayOf([{ name: "P.tif", sidecar: EXPOSED_SIDECAR }]);
  const old = reading("temperature", 80);
  way.parameters = source(old, reading("removed since", 1));
  await way.firePrepare();
  way.parameters = source(reading("temperature", 81, new Date(EXPOSED.getTime() - 5)), reading("new", 2));
  await way.fireMerge();
  await way.fireFinalize();
  const tag = tagOf(way, "P.tif")!;
  assert.equal(tag.temperature!.value, 81);
  assert.equal(tag.new!.value, 2);
  assert.equal(tag["removed since"]!.value, 1, "it counted when the frame was taken");
});

Deno.test("after a restart between claim and merge the claim still knows every kind of parameter", async () => {
  using whole = new Way();
  using cut = new Way();
  for (const way of [whole, cut]) {
    way.put({ name: "P.tif" });
    way.parameters = source(...EVERY_KIND.map((one) => ({ ...one, time: LONG_AGO })));
    await way.firePrepare();
  }
  cut.restart();
  cut.parameters = SILENT;
  for (const way of [whole, cut]) {
    await way.fireMerge();
    await way.fireFinalize();
  }
  assert.deepEqual(tagOf(cut, "P.tif"), tagOf(whole, "P.tif"));
  assert.equal(Object.keys(tagOf(cut, "P.tif")!).length, EVERY_KIND.length);
  const instrument = (way: Way) =>
    nodeAt(readTree(libraries.hdf5, join(way.output, "P.nxs")), "entry/instrument/parameters");
  assert.deepEqual(instrument(cut), instrument(whole));
  assert.deepEqual([...whole.inProgress(), ...cut.inProgress()], []);
});

Deno.test("damaged parameters in a claim are reported, and the frame goes on with what can be asked", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  way.parameters = source(reading("temperature", 80));
  await way.firePrepare();
  const claim = claimIn(way.settings.folders.temp);
  Deno.writeTextFileSync(join(claim, CLAIM_PARAMETERS_NAME), '{"name":"temperature","time_ms":');
  await way.fireMerge();
  await way.fireFinalize();
  assert(way.heard.lines.some((line) => /^warn P.tif: the parameters in its claim are lost/.test(line)));
  assert.equal(tagOf(way, "P.tif")?.temperature?.value, 80);
});

Deno.test("a stop at any step on the disk loses no parameter of a frame that was claimed", async () => {
  const assertComplete = (way: Way, when: string) => {
    way.assertDone(setOf("P"), when);
    assert.equal(fieldOf(way, "P.nxs", TEMPERATURE), 80, when);
    assert.equal(tagOf(way, "P.tif")?.temperature?.value, 80, when);
  };
  const steps = await endAtEachStep({
    prepare: () => {
      const way = wayOf([{ name: "P.tif" }]);
      way.parameters = source(reading("temperature", 80), reading("spectrum", new Float64Array(1000).fill(0.1)));
      return way;
    },
    work: (way) => way.fire(1),
    whole: (way) => assertComplete(way, "without a stop"),
    ended: async (way, when) => {
      // What the main thread knew is gone where the frame was claimed; a frame in raw is as if it had come after.
      const claimed = !Deno.readDirSync(way.raw).some((entry) => entry.name === "P.tif");
      way.restart();
      if (claimed) way.parameters = SILENT;
      await way.fire(2);
      assertComplete(way, when);
    },
  });
  assert(steps > 30, `${steps} steps were counted`);
});

Deno.test("the tag's JSON says what it cannot hold, and how long what it cuts was", () => {
  assert.equal(parametersJson([]), null);
  const time = LONG_AGO;
  const times = Array.from({ length: 150 }, (_, index) => new Date(index));
  const text = parametersJson([
    { ...reading("a", NaN), unit: "K", path: "/entry/sample/temperature", origin: 'a "b"' },
    reading("b", [1, Infinity, -Infinity]),
    reading("big", 2n ** 62n + 1n),
    reading("long", Int32Array.from({ length: 150 }, (_, index) => index)),
    reading("text", "x".repeat(TAG_TEXT_MAX - 1) + "😀y"),
    reading("series", { times, values: times.map(Number) }),
    reading("__proto__", true),
  ])!;
  assert(text.includes('"big":{"value":4611686018427387905,'), "all digits");
  const tag = JSON.parse(text);
  assert.deepEqual(tag.a, {
    value: "NaN",
    unit: "K",
    time: time.toISOString(),
    path: "/entry/sample/temperature",
    origin: 'a "b"',
  });
  assert.deepEqual(tag.b.value, [1, "Infinity", "-Infinity"]);
  assert.deepEqual([tag.long.value.length, tag.long.value[1], tag.long.length], [TAG_ELEMENTS_MAX, 1, 150]);
  assert.deepEqual([tag.text.value, tag.text.length], ["x".repeat(TAG_TEXT_MAX - 1), TAG_TEXT_MAX + 2]);
  assert.deepEqual([tag.series.value.times.length, tag.series.value.values[0], tag.series.length], [100, 50, 150]);
  assert.equal(Object.getOwnPropertyDescriptor(tag, "__proto__")?.value.value, true);
  const texts = ["Zoë 张 😀", "C:\\u{5c}\\", '\\"', "\u007f\u0085\u2028", "a\nb", "Omega: 5\n:é:þ: x:y"];
  const ascii = parametersJson([reading("ü\\u{41}", texts)])!;
  assert.deepEqual(JSON.parse(ascii), { "ü\\u{41}": { value: texts, time: time.toISOString() } });
  assert.equal(toAscii(ascii), ascii, "the tag is JSON as it stands");
  assert.ok(!/[A-Za-z]:/.test(ascii), "no name with a colon");
});
