/** Other programs read a series' master; PEWATCH_PYTHON names a Python that has them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pixelsOf, Way } from "../frames/way.ts";

const PYTHON = Deno.env.get("PEWATCH_PYTHON");
const SCRIPT = fileURLToPath(new URL("./series_readers.py", import.meta.url));

interface Readings {
  readonly h5py: {
    readonly virtual: boolean;
    readonly numbers: number[];
    readonly present: number[];
    readonly files: string[];
    readonly images: (string | null)[];
    readonly count_time: (number | null)[];
    readonly same_data: boolean;
    readonly description: string;
    readonly distance: number;
    readonly sample: string;
    readonly start_time: string;
  };
  readonly silx: { readonly valid: boolean; readonly signal: number[]; readonly axes: string[] };
  readonly fabio: { readonly frames: number; readonly first: string };
  readonly nxcheck: { readonly warnings: number; readonly errors: number; readonly lines: string[] };
}

async function readByPython(path: string): Promise<Readings> {
  const { success, stdout, stderr } = await new Deno.Command(PYTHON!, { args: [SCRIPT, path] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)) as Readings;
}

for (const profile of ["base", "nxmx"] as const) {
  Deno.test({
    name: `h5py, silx, fabio and nxcheck read a master from another working directory (profile ${profile})`,
    ignore: PYTHON === undefined,
    async fn() {
      using way = new Way({
        nexus: { image: "embed", profile, series: true },
        source: { name: "PETRA III" },
        beamline: { name: "P02.2", energy_kev: 42.7 },
        detector: {
          distance_mm: 300,
          x_pixel_size_um: 200,
          y_pixel_size_um: 200,
          beam_center_x_px: 16,
          beam_center_y_px: 8,
          sensor_material: "CsI",
          sensor_thickness_um: 500,
        },
        folders: { output_dir: "Größe 样品" },
      });
      const base = "Größe 50 %b";
      for (const number of [3, 1, 4]) way.put({ name: `${base}-0000${number}.tif`, seed: number });
      await way.fire(2);
      const { h5py, silx, fabio, nxcheck } = await readByPython(join(way.output, `${base}_master.h5`));
      const truth = [1, null, 3, 4].map((number) =>
        number === null ? null : pixelsOf(join(way.output, `${base}-0000${number}.tif`))
      );
      assert.deepEqual(h5py.images, truth);
      assert.equal(h5py.virtual, true);
      assert.deepEqual(h5py.numbers, [1, 2, 3, 4]);
      assert.deepEqual(h5py.present, [1, 0, 1, 1]);
      assert.deepEqual(h5py.files, [1, 0, 3, 4].map((number) => number === 0 ? "" : `${base}-0000${number}.nxs`));
      assert.deepEqual(h5py.count_time, [15, null, 15, 15]);
      assert.equal(h5py.same_data, true);
      assert.equal(h5py.distance, 0.3);
      assert.equal(h5py.sample, base);
      assert.match(h5py.start_time, /^2017-11-09T/);
      assert.deepEqual([silx.valid, silx.signal, silx.axes], [true, [4, 16, 32], ["frame_number", "y", "x"]]);
      assert.deepEqual([fabio.frames, fabio.first], [4, truth[0]]);
      assert.deepEqual([nxcheck.errors, nxcheck.warnings], [0, 0], nxcheck.lines.join("\n"));
    },
  });
}
