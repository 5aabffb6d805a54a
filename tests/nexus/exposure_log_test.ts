/** What was read during a frame's exposure stands in its file as an NXlog, for h5py, silx and nxcheck, and in the master. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ParameterStore } from "../../src/parameters/store.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { memoryLog } from "../daemon/helpers.ts";
import { sidecarText, Way } from "../frames/way.ts";
import { pythonTest, runPython } from "./python.ts";

const EXPOSURE_MS = 15_000;

/** Seconds of each reading from the beginning of the exposure: the last before, three within, one after its end. */
const POSITIONS: readonly (readonly [after_ms: number, value: number, quality: string])[] = [
  [-700, 1, "VALID"],
  [300, 2, "CHANGING"],
  [5000, 4, "CHANGING"],
  [14_900, 9, "VALID"],
  [15_900, 50, "VALID"],
];

function storeFor(from_ms: number): ParameterStore {
  const store = new ParameterStore({ folder: null, log: memoryLog(), now_ms: () => from_ms + 20_000 });
  const at = (after_ms: number) => new Date(from_ms + after_ms);
  const readings: ParameterReading[] = POSITIONS.map(([after_ms, value, quality]) => ({
    name: "position",
    value,
    unit: "mm",
    time: at(after_ms),
    path: "/entry/sample/positioner_x:NXpositioner/value",
    attributes: { quality, label: "Sample x" },
    over: "exposure",
    until: at(after_ms + 60_000),
  }));
  const quality = { quality: "VALID" };
  store.set([
    ...readings,
    { name: "shutter", value: true, time: at(100), over: "exposure", attributes: quality },
    { name: "shutter", value: false, time: at(9000), over: "exposure", attributes: quality },
    { name: "pressure", value: 7n, time: at(-2000), over: "exposure", attributes: quality, until: at(60_000) },
    { name: "old", value: 3, time: at(-90_000), over: "exposure", until: at(-80_000) },
  ]);
  return store;
}

pythonTest("readings over an exposure are an NXlog with statistics; without any, the last before, marked", async () => {
  using way = new Way({ nexus: { series: true } });
  const spans: number[] = [];
  way.parameters = {
    at: (time_ms, from_ms = time_ms) => {
      spans.push(time_ms - from_ms);
      return Promise.resolve(storeFor(from_ms).at(time_ms, from_ms));
    },
  };
  for (const seed of [1, 2]) way.put({ name: `P-0000${seed}.tif`, seed, sidecar: sidecarText({ seed }) });
  await way.fire(3);
  assert.ok(spans.length > 0 && spans.every((span_ms) => span_ms === EXPOSURE_MS), `${spans}`);
  const files = [join(way.output, "P-00001.nxs"), join(way.output, "P_master.h5")];
  // deno-lint-ignore no-explicit-any -- each of its parts is compared below
  const read = await runPython<any>("exposure_log.py", files);

  assert.ok(Math.abs(read.end_s - read.start_s - EXPOSURE_MS / 1000) < 0.002);
  const { position, shutter, pressure } = read.logs;
  assert.deepEqual(position.values, [2, 4, 9]);
  assert.deepEqual(position.times_s.map((time_s: number) => Math.round(1000 * (time_s - read.start_s))), [
    300,
    5000,
    14_900,
  ]);
  assert.deepEqual(position.statistics, { average_value: 5, minimum_value: 2, maximum_value: 9 });
  assert.deepEqual([position.class, position.within, position.dtype], ["NXlog", 3, "float64"]);
  assert.deepEqual(position.units, { value: "mm", average_value: "mm" });
  assert.equal(position.quality, "CHANGING, VALID");
  assert.deepEqual(read.silx, [2, 4, 9]);
  assert.deepEqual([shutter.values, shutter.dtype, shutter.within], [[1, 0], "int8", 2]);
  assert.equal(shutter.statistics.average_value, 0.5);
  // The last before the exposure: marked by the count of those within it.
  assert.deepEqual([pressure.values, pressure.within, pressure.dtype], [[7], 0, "int64"]);
  assert.ok(pressure.times_s[0] < read.start_s);
  // What had expired is absent, and a note says so.
  assert.equal(read.absent, false);
  assert.match(JSON.stringify(read.notes), /parameter old has no value: its last value had expired/);
  assert.deepEqual(read.nxcheck.errors, 0, read.nxcheck.lines.join("\n"));
  assert.deepEqual(Object.values(read.master), [[5, 5], [0.5, 0.5]], JSON.stringify(read.master));
});
