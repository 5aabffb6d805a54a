/** Other programs read a series' master; PEWATCH_PYTHON names a Python that has them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { pixelsOf, sidecarText, Way } from "../frames/way.ts";
import { PLACED_NXMX } from "./frame.ts";
import { pythonTest, runPython } from "./python.ts";

interface Table {
  readonly values: unknown[];
  readonly units?: string;
  readonly path?: string;
  readonly start?: string;
}

interface Readings {
  readonly h5py: {
    readonly virtual: boolean;
    readonly numbers: number[];
    readonly present: number[];
    readonly files: string[];
    readonly images: (string | null)[];
    readonly count_time: (number | null)[];
    readonly image_key: number[];
    readonly time: Table;
    readonly start_times: string[];
    readonly parameters: Record<string, Table>;
    readonly temperature: Table;
    readonly pressure: number;
    readonly oven: Table;
    readonly source: string;
    readonly same_data: boolean;
    readonly distance: number;
    readonly sample: string;
    readonly start_time: string;
  };
  readonly silx: { readonly valid: boolean; readonly signal: number[]; readonly axes: string[] };
  readonly fabio: { readonly frames: number; readonly first: string };
  readonly nxcheck: { readonly warnings: number; readonly errors: number; readonly lines: string[] };
}

/** When frame `number` was begun, in seconds since 1970; each takes 15 s. */
function startOf(number: number): number {
  return Date.UTC(2020, 5, 1) / 1000 + 20 * number;
}

function frameAt(time_ms: number): number {
  return Math.round((time_ms / 1000 - 15 - startOf(0)) / 20);
}

function readingsOf(frame: number): ParameterReading[] {
  const time = new Date(startOf(frame) * 1000);
  return [
    { name: "temperature", value: 100 + frame, unit: "K", path: "/entry/sample/temperature", time },
    { name: "pressure", value: 3.5, unit: "GPa", path: "/entry/sample/pressure", time },
    { name: "setpoint", value: 10 * frame, unit: "K", path: "/entry/sample/oven/setpoint", time },
    ...(frame === 1 ? [] : [{ name: "operator", value: frame === 3 ? "three" : "four", time }]),
    { name: "position", value: [frame, 10], unit: "mm", time },
  ];
}

for (const profile of ["base", "nxmx"] as const) {
  pythonTest(`h5py, silx, fabio and nxcheck read a master from elsewhere (profile ${profile})`, async () => {
    using way = new Way({
      ...PLACED_NXMX,
      nexus: { image: "embed", profile, series: true },
      folders: { output_dir: "Größe 样品" },
    });
    const base = "Größe 50 %b";
    way.parameters = { at: (time_ms) => Promise.resolve(readingsOf(frameAt(time_ms))) };
    for (const number of [3, 1, 4]) {
      const sidecar = sidecarText({ seed: number, more: `timeStamp=${startOf(number) + 15}` });
      way.put({ name: `${base}-0000${number}.tif`, seed: number, sidecar });
    }
    await way.fire(2);
    const { h5py, silx, fabio, nxcheck } = await runPython<Readings>("series_readers.py", [
      join(way.output, `${base}_master.h5`),
    ]);
    const truth = [1, null, 3, 4].map((number) =>
      number === null ? null : pixelsOf(join(way.output, `${base}-0000${number}.tif`))
    );
    assert.deepEqual(h5py.images, truth);
    assert.equal(h5py.virtual, true);
    assert.deepEqual(h5py.numbers, [1, 2, 3, 4]);
    assert.deepEqual(h5py.present, [1, 0, 1, 1]);
    assert.deepEqual(h5py.files, [1, 0, 3, 4].map((number) => number === 0 ? "" : `${base}-0000${number}.nxs`));
    assert.deepEqual(h5py.count_time, [15, null, 15, 15]);
    assert.deepEqual(h5py.image_key, [0, 3, 0, 0]);
    const starts = [1, null, 3, 4].map((number) => number === null ? null : startOf(number));
    assert.deepEqual(h5py.time.values, starts.map((start) => start === null ? null : start - startOf(1)));
    assert.equal(h5py.time.units, "s");
    assert.equal(Date.parse(h5py.time.start!), startOf(1) * 1000);
    assert.deepEqual(
      h5py.start_times.map((text) => text === "" ? null : Date.parse(text) / 1000),
      starts,
    );
    const path = "/entry/sample/temperature";
    assert.deepEqual(h5py.parameters, {
      temperature: { values: [101, null, 103, 104], units: "K", path },
      pressure: { values: [3.5, null, 3.5, 3.5], units: "GPa", path: "/entry/sample/pressure" },
      setpoint: { values: [10, null, 30, 40], units: "K", path: "/entry/sample/oven/setpoint" },
      operator: { values: ["", "", "three", "four"] },
      position: { values: [[1, 10], [null, null], [3, 10], [4, 10]], units: "mm" },
    });
    // Where the parameter itself stands there is the table too; what is the same for all is that of the first frame.
    assert.deepEqual(h5py.temperature, h5py.parameters.temperature);
    assert.deepEqual(h5py.oven, h5py.parameters.setpoint);
    assert.equal(h5py.pressure, 3.5);
    assert.equal(h5py.source, "PETRA III");
    assert.equal(h5py.same_data, true);
    assert.equal(h5py.distance, 0.3);
    assert.equal(h5py.sample, base);
    assert.equal(Date.parse(h5py.start_time), startOf(1) * 1000);
    assert.deepEqual([silx.valid, silx.signal, silx.axes], [true, [4, 16, 32], ["frame_number", "y", "x"]]);
    assert.deepEqual([fabio.frames, fabio.first], [4, truth[0]]);
    assert.deepEqual([nxcheck.errors, nxcheck.warnings], [0, 0], nxcheck.lines.join("\n"));
  });
}
