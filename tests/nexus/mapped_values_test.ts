/** Values of the .metadata file at places of their own: `[[nexus.map]]` and QXRD's monitors. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { join } from "node:path";
import { ConfigurationError } from "../../src/config/error.ts";
import { loadSettings, parseSettings } from "../../src/config/load.ts";
import type { MappedKey } from "../../src/config/settings.ts";
import { SETTINGS_CHECKS } from "../../src/nexus/settings_checks.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import type { NexusField } from "../../src/nexus/tree/tree.ts";
import { readOverflow } from "../../src/qxrd/overflow.ts";
import { sidecarText, Way } from "../frames/way.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { TempFolder } from "../temp_folder.ts";
import { factsWith, nodeAt, settingsWith, treeOf } from "./frame.ts";
import { pythonTest, runPython } from "./python.ts";

const HERE = { cwd: "/base", executableFolder: null, windows: false };

const SIDECAR = [
  "[metadata]",
  'userComment1="ramp 2, T = 295.4 K"',
  "userComment2=ramp, T = 1e2 K",
  "userComment3=17",
  "userComment4=",
  "triggered=true",
  "normalization=@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\xfQcepDoubleList\\0\\0\\0\\0\\x2?\\xf8\\0\\0\\0\\0\\0\\0@\\b\\0\\0\\0\\0\\0\\0)",
  "[dynamic]",
  "temperature=-12.5",
  "list=1.5, 2, nan",
  "",
].join("\n");

function mapped(of: Partial<MappedKey> & { key: string }, parameters: ParameterReading[] = []) {
  const map = [{ path: "/entry/sample/mapped", type: "number", ...of }] as const;
  const tree = treeOf(factsWith({ sidecarText: SIDECAR, settings: settingsWith({ nexus: { map } }), parameters }));
  const field = nodeAt(tree, "entry/sample/mapped") as NexusField | undefined;
  const notes = nodeAt(tree, "entry/process/notes/data") as NexusField | undefined;
  return { value: field?.value ?? null, attributes: field?.attributes, notes: String(notes?.value ?? "") };
}

Deno.test("a mapped key has its type, unit and origin", () => {
  const found = mapped({ key: "metadata/userComment1", unit: "K", pattern: "T *= *([0-9.]+)" });
  assert.equal(found.value, 295.4);
  assert.equal(found.attributes?.["units"], "K");
  assert.equal(found.attributes?.["origin"], "sidecar [metadata] userComment1");
  assert.equal(mapped({ key: "dynamic/temperature" }).value, -12.5);
  assert.deepEqual(mapped({ key: "metadata/userComment3", type: "integer" }).value, { integer: 17n });
  assert.equal(mapped({ key: "metadata/userComment3", type: "text" }).value, "17");
  assert.deepEqual(mapped({ key: "metadata/triggered", type: "boolean" }).value, { integer: 1 });
  assert.deepEqual(mapped({ key: "dynamic/list", type: "numbers" }).value, Float64Array.of(1.5, 2, NaN));
  assert.deepEqual(mapped({ key: "metadata/normalization", type: "numbers" }).value, Float64Array.of(1.5, 3));
  // An unquoted comma is a list to Qt.
  assert.equal(mapped({ key: "metadata/userComment2", pattern: "T *= *([0-9.e]+)" }).value, 100);
});

Deno.test("a value that cannot be had is left out, and a note says why", () => {
  const cases: [Partial<MappedKey> & { key: string }, RegExp][] = [
    [{ key: "metadata/nothing" }, /mapped has no value: metadata\/nothing is not in the .metadata file/],
    [{ key: "metadata/userComment1" }, /is "ramp 2, T = 295.4 K", which is not a number/],
    [{ key: "metadata/userComment1", pattern: "P=(.)" }, /which pattern P=\(\.\) does not match/],
    [{ key: "metadata/userComment4" }, /userComment4 is empty/],
    [{ key: "dynamic/temperature", type: "integer" }, /"-12.5", which is not a whole number/],
    [{ key: "dynamic/temperature", type: "boolean" }, /neither true nor false/],
    [{ key: "metadata/userComment1", type: "numbers" }, /which is not a number/],
  ];
  for (const [of, note] of cases) {
    const found = mapped(of);
    assert.equal(found.value, null);
    assert.match(found.notes, note);
  }
});

Deno.test("a parameter at the mapped value's place stands elsewhere, under its own name", () => {
  const time = new Date();
  const found = mapped({ key: "dynamic/temperature" }, [{
    name: "mapped",
    value: 1,
    time,
    path: "/entry/sample/mapped",
  }]);
  assert.equal(found.value, -12.5);
  assert.match(found.notes, /parameter mapped was written to .* another parameter stands there/);
});

function problemsOf(toml: string) {
  try {
    parseSettings(toml, "/base/pewatch.toml", HERE);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ line, message }) => [line, message] as const);
  }
}

Deno.test("each fault of the map is reported with its line", () => {
  const entry = (more: string) => `\n${mapTo("/entry/sample/c")}${more}\n`;
  const good = '[[nexus.map]]\nkey = "a/a"\npath = "/entry/sample/a"\n';
  for (const pattern of ["([0-9]+) *(?:K|C)", "T *= *([0-9.]+)", "T[^=]*=[^0-9]*([0-9.]+) +K", "(.*)x"]) {
    assert.deepEqual(problemsOf(good + entry(`pattern = '${pattern}'`)), [], pattern);
  }
  const cases: [string, RegExp][] = [
    ["pattern = '([0-9'", /not a regular expression/],
    ["pattern = '[0-9]'", /has no group/],
    ["pattern = '(a)(b)'", /has 2 groups/],
    ["pattern = '((?:a+)+)'", /may take very long/],
    ["pattern = '((?:a|aa)*)b'", /may take very long/],
    ["pattern = '((?:a+){20})b'", /may take very long/],
    ["pattern = '(.*.*.*)x'", /may take very long on a text/],
    ["pattern = '.*T.*=.*?([0-9.]+) K'", /leave .* at its beginning out/],
    ['unit = "K"\ntype = "text"', /"K" cannot be used: only numbers have a unit/],
    ['type = "float"', /one of "number", "integer"/],
    ['typ = "text"', /this key is unknown/],
  ];
  for (const [more, message] of cases) {
    const problems = problemsOf(good + entry(more));
    assert.equal(problems.length, 1, more);
    assert.deepEqual([problems[0]![0], message.test(problems[0]![1])], [8, true], `${more}: ${problems[0]}`);
  }
  for (const lacking of ['key = "a/b"', 'path = "/entry/sample/c"', ""]) {
    assert.match(problemsOf(`${good}[[nexus.map]]\n${lacking}\n`)[0]![1], /^each \[\[nexus.map\]\] needs key/, lacking);
  }
  assert.match(problemsOf(good + '[[nexus.map]]\nkey = "b"\npath = "/entry/sample/c"\n')[0]![1], /section and the key/);
});

function mapTo(path: string): string {
  return `[[nexus.map]]\nkey = "a/b"\npath = "${path}"\n`;
}

function attributeAt(path: string): string {
  return `[[plugins.tango.attributes]]\nname = "a/b/c/d"\npath = "${path}"\n`;
}

function load(toml: string): void {
  using folder = new TempFolder();
  const config = folder.join("pewatch.toml");
  Deno.writeTextFileSync(config, toml);
  loadSettings({ config, checks: SETTINGS_CHECKS });
}

Deno.test("paths of pewatch's own, of another entry and of parameters are refused with their line", () => {
  const paths = ["/entry/sample/a", "/entry/start_time", "/entry/sample/a", "/entry/sample/x/value"];
  const toml = paths.map(mapTo).join("") + attributeAt("/entry/sample/x:NXpositioner/value");
  assert.throws(() => load(toml), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.deepEqual(error.problems.map(({ line }) => line), [6, 9, 9, 12]);
    assert.match(error.message, /written by pewatch itself/);
    assert.match(error.message, /a parameter of \[\[plugins.tango.attributes\]\] has this path/);
    return true;
  });
});

Deno.test("a path that would be a value and a group at once is refused", () => {
  const refused = [
    mapTo("/entry/sample/x") + mapTo("/entry/sample/x/value"),
    mapTo("/entry/sample/x:NXlog/value") + mapTo("/entry/sample/x"),
    mapTo("/entry/sample/x") + attributeAt("/entry/sample/x:NXpositioner/value"),
  ];
  for (const toml of refused) {
    assert.throws(() => load(toml), /\/entry\/sample\/x would be a value and the group of \/entry\/sample\/x\/value/);
  }
  load(mapTo("/entry/sample/x") + mapTo("/entry/sample/x_value"));
});

pythonTest("h5py and nxcheck read mapped values and monitors, of HDF5, of a template and in the master", async () => {
  const map = [
    {
      key: "metadata/userComment4",
      path: "/entry/sample/temperature",
      unit: "K",
      type: "number",
      pattern: "T=(\\S+)",
    },
    { key: "metadata/userComment3", path: "/entry/sample/description", type: "text" },
  ] as const;
  using way = new Way({ nexus: { series: true, map } });
  const count = 4;
  for (let seed = 1; seed <= count; seed++) {
    const text = sidecarText({ seed }).replace(/^(userComment[34]|normalization|extraInputs).*\n/gm, "").replace(
      "[metadata]\n",
      `[metadata]\nuserComment4=run ${seed} T=${seed === 3 ? "warm" : 290 + seed}\nuserComment3=cell ${seed}\n` +
        `${SIDECAR.split("\n").find((line) => line.startsWith("normalization"))}\n`,
    );
    way.put({ name: `P-0000${seed}.tif`, seed, sidecar: text });
  }
  await way.fire(4);
  const files = [1, 2, 3, 4].map((seed) => join(way.output, `P-0000${seed}.nxs`));
  // deno-lint-ignore no-explicit-any -- each of its parts is compared below
  const read = await runPython<any>("mapped_values.py", [join(way.output, "P_master.h5"), ...files]);
  assert.deepEqual(read.frames.map((one: { temperature: number | null }) => one.temperature), [291, 292, null, 294]);
  for (const [index, one] of read.frames.entries()) {
    assert.equal(one.description, `cell ${index + 1}`);
    assert.deepEqual([one.monitor, one.monitorClass], [[1.5, 3], "NXmonitor"]);
    assert.equal(one.nxcheck.errors, 0, one.nxcheck.lines.join("\n"));
  }
  assert.equal(read.frames[0].units, "K");
  assert.match(read.frames[2].notes, /is "run 3 T=warm"|"warm", which is not a number/);
  assert.deepEqual(read.master.temperature, [291, 292, null, 294]);
  assert.deepEqual(read.master.normalization, [[1.5, 3], [1.5, 3], [1.5, 3], [1.5, 3]]);
  assert.deepEqual(read.master.description, ["cell 1", "cell 2", "cell 3", "cell 4"]);
});

Deno.test("a list of overflowed pixels is read as QXRD writes it, and what is wrong with one is said", () => {
  const read = (text: string) => {
    const { pixels, problem } = readOverflow(new TextEncoder().encode(text), { width: 10, height: 5 });
    return [[...pixels], problem];
  };
  const head = (count: number) => `#S ${count} overflow pixels for file C:/a b/P.tif\n#N 3\n#L x  y  d\n`;
  assert.deepEqual(read(`${head(3)}9\t4\t1\r\n0\t0\t1\n3\t1\t1\n`), [[0, 13, 49], null]);
  assert.deepEqual(read(head(0)), [[], null]);
  assert.deepEqual(read(`${head(2)}1\t0\t1\n1\t0\t1\n`), [[1], null]);
  assert.deepEqual(read(`${head(3)}1\t0\t1\n2\t`), [[1], "1 line names no pixel, it lists 1 of 3 pixels"]);
  assert.deepEqual(read(`${head(2)}10\t0\t1\n-1\t0\t1\n`)[0], []);
  assert.deepEqual(read("12 pixels"), [[], "1 line names no pixel, its first line is not QXRD's"]);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const { pixels } = readOverflow(bytes, { width: 10, height: 5 });
    assert.ok(pixels.every((pixel) => pixel < 50));
  }));
});

pythonTest("h5py reads overflowed pixels as the pixel_mask of their frame, the image beside it unchanged", async () => {
  const [width, height] = [150, 130];
  const data = Float32Array.from({ length: width * height }, (_, index) => index);
  const image = makeTiff({ width, height, pixels: new Uint8Array(data.buffer) });
  const listed = [[0, 0], [63, 64], [64, 63], [149, 129], [149, 0], [70, 70]] as const;
  const overflow = (lines: string[]) =>
    `#S ${lines.length} overflow pixels for file P\n#N 3\n#L x  y  d\n${lines.join("")}`;
  using way = new Way({ nexus: { series: true } });
  for (const seed of [1, 2, 3]) {
    const name = `P-0000${seed}.tif`;
    way.put({ name, image, sidecar: sidecarText({ seed, width, height }) });
    const lines = seed === 3 ? [] : listed.slice(seed - 1).map(([x, y]) => `${x}\t${y}\t1\n`);
    Deno.writeTextFileSync(join(way.raw, `${name}.overflow`), overflow(lines));
  }
  await way.fire(4);
  const files = ["P-00001.nxs", "P-00002.nxs", "P-00003.nxs", "P_master.h5"].map((name) => join(way.output, name));
  // deno-lint-ignore no-explicit-any -- each of its parts is compared below
  const [first, second, third, master] = await runPython<any[]>("pixel_mask.py", files);
  const byRow = (of: readonly (readonly [number, number])[]) => of.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
  assert.deepEqual([first.marked, first.values], [byRow(listed), [0, 8]]);
  assert.deepEqual(second.marked, byRow(listed.slice(1)));
  assert.deepEqual([first.dtype, first.shape], ["uint32", [height, width]]);
  // Three of the nine chunks of the mask are not there.
  assert.equal(first.bytes, 6 * 64 * 64 * 4);
  for (const one of [first, second, third]) {
    assert.equal(one.sum, data.reduce((sum, value) => sum + value, 0));
    assert.equal(one.nxcheck.errors, 0, one.nxcheck.lines.join("\n"));
  }
  // An empty list makes no mask, and the master has none: it differs from frame to frame.
  assert.deepEqual([third.marked, master.marked], [null, null]);
});
