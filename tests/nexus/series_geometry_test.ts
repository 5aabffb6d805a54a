/** What a series' master says of the geometry is what each of its frames says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { libraries, sidecarText, Way } from "../frames/way.ts";
import { nodeAt, valueAt } from "./frame.ts";

/** The master of three frames with these distances and energies. */
async function masterOf(way: Way, of: readonly { distance: number; energy: number; tilt?: number }[]): Promise<string> {
  of.forEach(({ distance, energy, tilt = 0 }, index) => {
    const more = "[centerfinder]\ncenterX=20.5\ncenterY=30.5\ndetectorXPixelSize=200\ndetectorYPixelSize=200\n" +
      `detectorDistance=${distance}\nenergy=${energy}\nimplementTilt=true\ndetectorTilt=${tilt}\ntiltPlaneRotation=90\n`;
    way.put({ name: `P-0000${index}.tif`, seed: index, sidecar: sidecarText({ seed: index, more }) });
  });
  await way.fire(2);
  return join(way.output, "P_master.h5");
}

/** Through the master's link into a frame's file. */
function throughLink(master: string, path: string): unknown {
  using file = libraries.hdf5.openFile(master);
  using dataset = file.root.open(path);
  assert(dataset?.kind === "dataset", path);
  return dataset.read({ elementsMax: 3 });
}

const DETECTOR = "entry/instrument/detector";

Deno.test("a geometry that all frames share is the master's, with the chain and the module", async () => {
  using way = new Way({ nexus: { series: true } });
  const master = await masterOf(way, [1, 2, 3].map(() => ({ distance: 300, energy: 42_700, tilt: 1 })));
  assert.equal(throughLink(master, `${DETECTOR}/distance`), 0.3);
  assert.equal(throughLink(master, `${DETECTOR}/depends_on`), `/${DETECTOR}/transformations/tilt`);
  assert.deepEqual(throughLink(master, `${DETECTOR}/module/data_size`), [16, 32]);
  assert.notEqual(nodeAt(readTree(libraries.hdf5, master), "entry/instrument/beam"), undefined);
  assert.equal(nodeAt(readTree(libraries.hdf5, master), "entry/process/notes"), undefined);
});

// Fails without sharedGeometry in series_tree.ts: the first frame's then stood for all.
Deno.test("a geometry or wavelength that differs from frame to frame is left out, and a note says so", async () => {
  const frame = { distance: 300, energy: 42_700 };
  const cases = [
    [[frame, { ...frame, distance: 400 }], /place of the detector differs/, true, false],
    [[{ ...frame, tilt: 1 }, { ...frame, tilt: 2 }], /place of the detector differs/, true, false],
    [[frame, { ...frame, energy: 60_000 }], /wavelength differs/, false, true],
  ] as const;
  for (const [frames, note, moved, retuned] of cases) {
    using way = new Way({ nexus: { series: true } });
    const master = await masterOf(way, frames);
    const tree = readTree(libraries.hdf5, master);
    for (const name of ["distance", "module", "transformations", "depends_on", "beam_center_x"]) {
      assert.equal(nodeAt(tree, `${DETECTOR}/${name}`) === undefined, moved, name);
    }
    assert.equal(nodeAt(tree, "entry/instrument/beam") === undefined, retuned);
    assert.match(String(valueAt(libraries.hdf5, master, "entry/process/notes/data")), note);
  }
});
