/** Readings of every kind, made up by fast-check and by hand, for the tests of parameters. */
import fc from "fast-check";
import type { ParameterList, ParameterReading, ParameterValue } from "../../src/parameters/parameter.ts";

const LENGTH_MAX = 6;
/** Well-formed text without NUL, of all planes. */
const text = fc.string({ unit: "binary", maxLength: 20 }).filter((one) => !one.includes("\0"));
const line = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((one) => one.trim() !== "");
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bounds = { minLength: 1, maxLength: LENGTH_MAX };

const list: fc.Arbitrary<ParameterList> = fc.oneof(
  fc.array(fc.double(), bounds),
  fc.array(int64, bounds),
  fc.array(text, bounds),
  fc.array(fc.boolean(), bounds),
  fc.float64Array(bounds),
  fc.float32Array(bounds),
  fc.int32Array(bounds),
  fc.uint32Array(bounds),
  fc.int16Array(bounds),
  fc.uint16Array(bounds),
  fc.int8Array(bounds),
  fc.uint8Array(bounds),
  fc.array(int64, bounds).map((integers) => BigInt64Array.from(integers)),
);

export const anyTime = fc.date({ min: new Date(0), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true });

export const anyValue: fc.Arbitrary<ParameterValue> = fc.oneof(
  fc.double(),
  int64,
  text,
  fc.boolean(),
  list,
  list.chain((values) =>
    fc.array(anyTime, { minLength: values.length, maxLength: values.length }).map((times) => ({
      times: times.toSorted((a, b) => a.getTime() - b.getTime()),
      values,
    }))
  ),
);

export const anyReading: fc.Arbitrary<ParameterReading> = fc.record({
  name: line,
  value: anyValue,
  time: anyTime,
  unit: fc.constantFrom("K", "mm", "1/Å"),
  path: fc.constantFrom(
    "/entry/sample/temperature",
    "/entry/instrument/attenuator:NXattenuator/thickness",
    "/entry/instrument/beam/incident_energy",
    "/entry/a/b/c",
  ),
  origin: line,
}, { requiredKeys: ["name", "value", "time"], noNullPrototype: true });

/** Where a reading stands in a file of the base classes. */
export function placeOf({ name, path }: ParameterReading): string {
  const byDefault = `entry/instrument/parameters/${name.replace(/[^A-Za-z0-9_.]/g, "_")}`;
  return path?.slice(1).replaceAll(/:[^/]*/g, "") ?? byDefault;
}

/** One of each kind, as a beamline has them. */
export const EVERY_KIND: readonly ParameterReading[] = kinds();

function kinds(): ParameterReading[] {
  const time = new Date("2026-07-01T10:00:00.250Z");
  const times = [0, 1500, 4000].map((ms) => new Date(Date.UTC(2026, 6, 1, 9, 59, 30) + ms));
  return [
    { name: "temperature", value: 293.15, unit: "K", time, path: "/entry/sample/temperature", origin: "cryostat" },
    { name: "count", value: 9_007_199_254_740_993n, time },
    { name: "operator", value: "Zoë 张\nsecond line", time },
    { name: "open", value: true, time, origin: "tango://host:10000/a/b/c/open" },
    { name: "broken", value: NaN, unit: "V", time },
    { name: "list", value: [1.5, -Infinity, 3], unit: "mm", time },
    { name: "integers", value: [1n, -2n, 2n ** 62n], time },
    { name: "texts", value: ["a", "", "ü"], time },
    { name: "truths", value: [true, false], time },
    { name: "f64", value: Float64Array.of(1e300, NaN), unit: "eV", time },
    { name: "f32", value: Float32Array.of(0.5, 2), time },
    { name: "i32", value: Int32Array.of(-5, 7), time },
    { name: "u16", value: Uint16Array.of(0, 65535), time },
    { name: "i64", value: BigInt64Array.of(-1n, 2n ** 60n), time },
    { name: "spectrum", value: Float64Array.from({ length: 4096 }, (_, index) => Math.sqrt(index)), unit: "1", time },
    { name: "ring", value: { times, values: [100.1, 100.2, NaN] }, unit: "mA", time },
    {
      name: "pressure",
      value: { times, values: Float64Array.of(1, 2, 3) },
      unit: "GPa",
      time,
      path: "/entry/sample/pressure",
    },
    { name: "steps", value: { times, values: Int32Array.of(3, 2, 1) }, unit: "", time },
    { name: "name of a space", value: 5, unit: "s", time },
    { name: "样品", value: 6, unit: "s", time },
    {
      name: "transmission",
      value: 0.25,
      unit: "",
      time,
      path: "/entry/instrument/attenuator/attenuator_transmission",
    },
    { name: "slit_width", value: 0.1, unit: "mm", time, path: "/entry/instrument/slit1:NXaperture/x_gap" },
    { name: "current", value: 100.5, unit: "mA", time, path: "/entry/instrument/source/current" },
    { name: "sensor", value: 12, unit: "K", time, path: "/entry/sample/oven:NXenvironment/sensor/value" },
    { name: "remark", value: "free", time, path: "/entry/my_lab/remarks/first" },
  ];
}
