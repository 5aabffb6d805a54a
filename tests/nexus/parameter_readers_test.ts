/** Other programs read parameters in delivered files; PEWATCH_PYTHON names a Python that has them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { isSeries, type ParameterList, type ParameterReading } from "../../src/parameters/parameter.ts";
import { type RawFrame, Way } from "../frames/way.ts";
import { PLACED_NXMX } from "./frame.ts";
import { EVERY_KIND, placeOf } from "./parameters.ts";
import { pythonTest, runPython } from "./python.ts";

/** Older than any frame of this test, whatever this machine's clock says. */
const TIME = new Date("2020-07-01T10:00:00.250Z");
const PARAMETERS: readonly ParameterReading[] = EVERY_KIND.map((one) => ({ ...one, time: TIME }));

interface ReadField {
  readonly value: string | string[];
  readonly dtype: string;
  readonly shape: number[];
  readonly attributes: Record<string, string>;
  readonly time_ms: number | null;
  readonly times_ms?: number[];
}

interface Answer {
  readonly h5py: Record<string, ReadField & { readonly class?: string }>;
  readonly tag: { name: string; value: Record<string, Record<string, unknown>>; shape: number[] };
  readonly nxcheck: { errors: number; lines: string[] };
}

/** As Python writes them. */
function textOf(value: number | bigint | string | boolean): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const DTYPES: readonly (readonly [new (...args: never[]) => ArrayBufferView, string])[] = [
  [Float64Array, "float64"],
  [Float32Array, "float32"],
  [Int32Array, "int32"],
  [Uint16Array, "uint16"],
  [BigInt64Array, "int64"],
];

function typeOf(list: ParameterList): string {
  const typed = DTYPES.find(([type]) => list instanceof type);
  if (typed !== undefined) return typed[1];
  const kinds: Record<string, string> = { number: "float64", bigint: "int64", string: "text", boolean: "int8" };
  return kinds[typeof list[0]]!;
}

function textsOf(list: ParameterList): string[] {
  const isInteger = typeOf(list).includes("int");
  const elements: (number | bigint | string | boolean)[] = Array.from(list as Iterable<number>);
  return elements.map((one) => isInteger && typeof one === "number" ? String(one) : textOf(one));
}

function assertField(read: ReadField | undefined, reading: ParameterReading): void {
  const { name, value } = reading;
  assert.ok(read, name);
  assert.equal(read.attributes.units, reading.unit, name);
  assert.equal(read.time_ms, TIME.getTime(), name);
  assert.match(read.attributes.time!, /[+-]\d\d:\d\d$/);
  assert.equal(read.attributes.origin, reading.origin ?? `parameter ${name}`);
  const list = typeof value !== "object" || value === null ? null : isSeries(value) ? value.values : value;
  if (list !== null) {
    assert.deepEqual([read.dtype, read.shape], [typeOf(list), [list.length]], name);
    return assert.deepEqual(read.value, textsOf(list), name);
  }
  assert.deepEqual(read.shape, [], name);
  assert.equal(
    read.dtype,
    { number: "float64", bigint: "int64", boolean: "int64", string: "text" }[typeof value as "number"],
  );
  assert.equal(read.value, textOf(value as number), name);
}

/** Without a sidecar nothing says when a frame began, which NXmx wants: that one is of the profile base. */
const FRAMES: readonly RawFrame[] = [{ name: "P-00001.tif" }, { name: "P-00002.tif", sidecar: null }];
const KNOWN = {
  ...PLACED_NXMX,
  source: { ...PLACED_NXMX.source, current_ma: 90 },
  sample: { temperature_k: 300 },
};

for (const image of ["embed", "none"] as const) {
  for (const wanted of ["base", "nxmx"] as const) {
    pythonTest(`h5py, nxcheck and tifffile read each kind of parameter (${image}, profile ${wanted})`, async () => {
      using way = new Way({ ...KNOWN, nexus: { image, profile: wanted } });
      way.parameters = { at: () => Promise.resolve(PARAMETERS) };
      for (const frame of FRAMES) way.put(frame);
      await way.fire();
      for (const { name, sidecar } of FRAMES) {
        const profile = sidecar === null ? "base" : wanted;
        const tiff = join(way.output, name);
        const { h5py, tag, nxcheck } = await runPython<Answer>("parameter_readers.py", [
          tiff.replace(/\.tif$/, ".nxs"),
          tiff,
        ]);
        for (const reading of PARAMETERS) assertReading(h5py, { reading, profile, image });
        assert.equal(h5py["entry/instrument/parameters/name_of_a_space"]?.attributes.long_name, "name of a space");
        assert.equal(h5py["entry/instrument/parameters/__"]?.attributes.long_name, "样品");
        assertNxcheck(nxcheck, { profile, image });
        assertTag(tag);
      }
    });
  }
}

function assertReading(
  h5py: Answer["h5py"],
  of: { reading: ParameterReading; profile: string; image: string },
): void {
  const { reading, profile, image } = of;
  const isNxmx = profile === "nxmx" && image === "embed";
  const given = placeOf(reading);
  const place = isNxmx ? given.replace("entry/instrument/source", "entry/source") : given;
  if (typeof reading.value !== "object" || !isSeries(reading.value)) return assertField(h5py[place], reading);
  assert.equal(h5py[place]?.class, "NXlog");
  assert.equal(h5py[`${place}/time`]?.attributes.units, "s");
  assert.deepEqual(h5py[`${place}/time`]?.times_ms, reading.value.times.map(Number));
  assertField(h5py[`${place}/value`], reading);
}

/** The profile nxmx has the source where the base classes have none, an error of nxcheck with or without parameters. */
function assertNxcheck(found: Answer["nxcheck"], of: { profile: string; image: string }): void {
  const allowed = of.profile === "nxmx" && of.image === "embed" ? 1 : 0;
  assert.equal(found.errors, allowed, found.lines.join("\n"));
}

function assertTag(tag: Answer["tag"]): void {
  assert.equal(tag.name, "parameters");
  assert.deepEqual(tag.shape, [16, 32]);
  const { temperature, count, broken, list, spectrum, ring, operator } = tag.value;
  assert.deepEqual(temperature, {
    value: "293.15",
    unit: "K",
    time: TIME.toISOString(),
    path: "/entry/sample/temperature",
    origin: "cryostat",
  });
  assert.equal(count!.value, "9007199254740993");
  assert.equal(broken!.value, "NaN");
  assert.deepEqual(list!.value, ["1.5", "-Infinity", "3"]);
  assert.equal(operator!.value, "Zoë 张\nsecond line");
  assert.deepEqual([(spectrum!.value as unknown[]).length, spectrum!.length], [100, "4096"]);
  assert.deepEqual((ring!.value as { values: unknown }).values, ["100.1", "100.2", "NaN"]);
  assert.equal(Object.keys(tag.value).length, PARAMETERS.length);
}
