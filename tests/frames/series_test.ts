/** Masters of series along the way of frames. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { readLayoutOfFile } from "../../src/tiff/layout.ts";
import { imageBytes, nodeAt } from "../nexus/frame.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { endAtEachStep } from "./crash.ts";
import { libraries, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

const SERIES = { nexus: { image: "embed", profile: "base", series: true } } as const;
const PIXELS = 32 * 16;

function readMaster(path: string) {
  const tree = readTree(libraries.hdf5, path);
  const valueOf = (name: string) => {
    const node = nodeAt(tree, name);
    return node?.kind === "dataset" ? node.value : assert.fail(name);
  };
  return {
    numbers: valueOf("entry/data/frame_number") as number[],
    present: valueOf("entry/data/present") as number[],
    files: valueOf("entry/frames/file_name") as string[],
    stack: new Float32Array(imageBytes(libraries.hdf5, path).buffer),
  };
}

/** Each slot is the image of its TIFF, or NaN. */
function assertMaster(way: Way, master: string, numbers: readonly (readonly [number, string | null])[]): void {
  const folder = join(way.output, ...master.split("/").slice(0, -1));
  const read = readMaster(join(way.output, ...master.split("/")));
  assert.deepEqual(read.numbers, numbers.map(([number]) => number));
  assert.deepEqual(read.files, numbers.map(([, file]) => file ?? ""));
  assert.deepEqual(read.present, numbers.map(([, file]) => file === null ? 0 : 1));
  numbers.forEach(([, file], slot) => {
    const image = read.stack.subarray(slot * PIXELS, (slot + 1) * PIXELS);
    if (file === null) assert.ok(image.every(Number.isNaN));
    else assert.deepEqual(image, pixelsIn(join(folder, file.replace(/\.nxs$/, ".tif"))));
  });
}

function pixelsIn(tiff: string): Float32Array {
  const { offset, byteCount } = readLayoutOfFile(tiff).pixels!;
  return new Float32Array(Deno.readFileSync(tiff).slice(offset, offset + byteCount).buffer);
}

// Fails where the file names alone are asked: one master "Fe" of 200 slots.
Deno.test("series whose names end in a number have a master each, with and without sidecars", async () => {
  using way = new Way(SERIES);
  let seed = 0;
  for (const kelvin of [1200, 1300]) {
    for (const number of [1, 2, 3]) {
      const name = `Fe-${kelvin}-0000${number}.tif`;
      const text = sidecarText({ seed: number, more: `fileBase=${name}` });
      way.put({ name, seed: ++seed, sidecar: kelvin === 1200 ? text : null });
    }
  }
  await way.fire(3);
  way.put({ name: "Fe-1200-00002.tif", seed: ++seed, sidecar: sidecarText({ more: "fileBase=Fe-1200-00002.tif" }) });
  await way.fire(3);
  const masters = way.delivered().filter((name) => name.endsWith("_master.h5"));
  assert.deepEqual(masters, ["Fe-1200_master.h5", "Fe-1300_master.h5"]);
  assertMaster(way, "Fe-1200_master.h5", [
    [1, "Fe-1200-00001.nxs"],
    [2, "Fe-1200-00002.nxs"],
    [2, "Fe-1200-00002-00001.nxs"],
    [3, "Fe-1200-00003.nxs"],
  ]);
  assertMaster(way, "Fe-1300_master.h5", [1, 2, 3].map((number) => [number, `Fe-1300-0000${number}.nxs`]));
});

Deno.test("a master has each frame of its series and its folder, and grows with it", async () => {
  using way = new Way(SERIES);
  way.put({ name: "P-00001.tif", seed: 1 }, { name: "Q-00001.tif", seed: 2 }, { name: "a/P-00007.tif", seed: 3 });
  await way.fire(2);
  assertMaster(way, "P_master.h5", [[1, "P-00001.nxs"]]);
  assertMaster(way, "a/P_master.h5", [[7, "P-00007.nxs"]]);
  assertMaster(way, "Q_master.h5", [[1, "Q-00001.nxs"]]);
  way.put({ name: "P-00004.tif", seed: 4 }, { name: "P-00002.tif", seed: 5 });
  await way.fire(2);
  assertMaster(way, "P_master.h5", [[1, "P-00001.nxs"], [2, "P-00002.nxs"], [3, null], [4, "P-00004.nxs"]]);
  assert.deepEqual(way.inProgress(), []);
  assert.equal(way.heard.conditions.size, 0);
});

Deno.test("without nexus.series there is no master and no mark", async () => {
  using way = new Way();
  way.put({ name: "P-00001.tif", seed: 1 });
  await way.fire(1);
  assert.deepEqual(filesBelow(way.settings.folders.proc), []);
  await way.fire(1);
  assert.ok(!way.delivered().some((name) => name.endsWith(".h5")));
});

Deno.test("darks that are kept and frames without a number are in no master", async () => {
  using way = new Way({ ...SERIES, dark: { policy: "keep" } });
  way.put(
    { name: "P-00001.tif", seed: 1 },
    { name: "P-00002.tif", seed: 2, sidecar: sidecarText({ seed: 2, dark: true }) },
    { name: "P-00003.dark.tif", seed: 3, sidecar: sidecarText({ seed: 3, dark: true }) },
    { name: "P.tif", seed: 4 },
  );
  await way.fire(2);
  assertMaster(way, "P_master.h5", [[1, "P-00001.nxs"]]);
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("a frame of another size is skipped and reported once", async () => {
  using way = new Way(SERIES);
  const image = makeTiff({ width: 4, height: 4, pixels: new Uint8Array(64) });
  way.put({ name: "P-00000.tif", image, sidecar: sidecarText({ width: 4, height: 4 }) });
  way.put({ name: "P-00001.tif", seed: 1 }, { name: "P-00002.tif", seed: 2 });
  await way.fire(2);
  way.put({ name: "P-00003.tif", seed: 3 });
  await way.fire(2);
  assertMaster(way, "P_master.h5", [[1, "P-00001.nxs"], [2, "P-00002.nxs"], [3, "P-00003.nxs"]]);
  const reported = way.heard.lines.filter((line) => line.includes("P-00000.nxs: skipped, it is of 4 x 4 pixels"));
  assert.equal(reported.length, 1);
});

// Fails without standingOf (series_master.ts).
Deno.test("another's file of the master's name stays as it is, and is reported once", async () => {
  using way = wayOf([{ name: "P-00001.tif" }], SERIES);
  await way.fire(1);
  const frame = Deno.readFileSync(join(way.output, "P-00001.nxs"));
  Deno.writeFileSync(join(way.output, "P_master.h5"), frame);
  Deno.writeTextFileSync(join(way.output, "Q_master.h5"), "not even HDF5");
  way.put({ name: "P-00002.tif", seed: 2 }, { name: "Q-00001.tif", seed: 3 });
  await way.fire(3);
  assert.deepEqual(way.read("P_master.h5"), frame);
  assert.equal(way.text("Q_master.h5"), "not even HDF5");
  assert.equal(way.heard.lines.filter((line) => line.includes("was not written by pewatch")).length, 2);
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("an output that is away keeps the marks, and the master is written when it is back", async () => {
  using way = wayOf([{ name: "P-00001.tif", seed: 1 }], SERIES);
  await way.fire(1);
  const { output_root, proc } = way.settings.folders;
  Deno.renameSync(output_root, `${output_root}-away`);
  await way.fire(2);
  assert.match(way.heard.conditions.get("series") ?? "", /P_master\.h5 cannot be written.*does not exist/);
  assert.equal(filesBelow(proc).length, 1);
  assert.throws(() => Deno.statSync(output_root), Deno.errors.NotFound);
  Deno.renameSync(`${output_root}-away`, output_root);
  way.restart();
  await way.fire(1);
  assertMaster(way, "P_master.h5", [[1, "P-00001.nxs"]]);
  assert.deepEqual(way.inProgress(), []);
  assert.equal(way.heard.conditions.size, 0);
});

Deno.test("a folder that somebody took away with its frames leaves no mark behind", async () => {
  using way = wayOf([{ name: "a/P-00001.tif", seed: 1 }], SERIES);
  await way.fire(1);
  Deno.renameSync(join(way.output, "a"), join(way.output, "b"));
  await way.fire(1);
  assert.deepEqual(way.inProgress(), []);
  assert.equal(way.heard.conditions.size, 0);
});

Deno.test("a damaged mark is reported and removed", async () => {
  using way = new Way(SERIES);
  Deno.writeTextFileSync(join(way.settings.folders.proc, ".series-1.json"), "");
  Deno.writeTextFileSync(join(way.settings.folders.proc, ".series-2.json"), '{"id":"2","nexus":"../x"}');
  await way.fire(1);
  assert.equal(way.heard.lines.filter((line) => line.includes("is damaged")).length, 2);
  assert.deepEqual(way.inProgress(), []);
});

/** Fails without markSeries before discardClaim (deliver.ts), or removeMark after publishMaster (series_masters.ts). */
Deno.test("a stop at any step loses no mark, and the master is complete in the end", async () => {
  const complete = [[1, "P-00001.nxs"], [2, null], [3, "P-00003.nxs"]] as const;
  const steps = await endAtEachStep({
    prepare: async () => {
      const way = wayOf([{ name: "P-00001.tif", seed: 1 }], SERIES);
      await way.fire(2);
      way.put({ name: "P-00003.tif", seed: 3 });
      return way;
    },
    work: (way) => way.fire(2),
    whole: (way) => assertMaster(way, "P_master.h5", complete),
    ended: async (way, when) => {
      // Whatever has the master's name is a whole one, the old or the new.
      const { numbers, stack } = readMaster(join(way.output, "P_master.h5"));
      assert.equal(stack.length, numbers.length * PIXELS, when);
      assert.deepEqual(stack.subarray(0, PIXELS), pixelsIn(join(way.output, "P-00001.tif")), when);
      way.restart();
      await way.fire(3);
      assertMaster(way, "P_master.h5", complete);
      assert.deepEqual(way.inProgress(), [], when);
      assert.deepEqual(way.delivered({ hidden: true }).filter((name) => /(^|\/)\.|\.part/.test(name)), [], when);
    },
  });
  assert.ok(steps > 40, `${steps} steps were counted`);
});
