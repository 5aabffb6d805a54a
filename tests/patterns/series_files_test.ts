import assert from "node:assert/strict";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { publishPattern } from "../../src/patterns/pattern_text.ts";
import { SeriesFiles } from "../../src/patterns/series/series_files.ts";
import { nodeAt } from "../nexus/frame.ts";
import { TempFolder } from "../temp_folder.ts";
import { framesIn, makerOf, patternOf } from "./simulated.ts";

type Hdf5 = ReturnType<typeof openHdf5Library>;

function seriesFiles(hdf5: Hdf5, folder: string, now_ms: () => number = () => 0): SeriesFiles {
  return new SeriesFiles({ hdf5, settings: defaultSettings(folder), workFolder: folder, writer: "test", now_ms });
}

/** Of each image a pattern by these settings. */
function madeOf(folder: string, images: readonly string[], table: Record<string, unknown> = { npt: 50 }) {
  const maker = makerOf(folder, table);
  return images.map((image) => patternOf(image, maker));
}

function read(hdf5: Hdf5, path: string, place: string) {
  const node = nodeAt(readTree(hdf5, path, { elementsMax: 1e6 }), place);
  assert.ok(node?.kind === "dataset", `${path} has no ${place}`);
  return node;
}

const namesIn = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.includes("patterns")).toSorted();

Deno.test("a series grows row by row, also after a restart, and each frame has one row", async () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  const images = await framesIn(folder.path, { count: 5 }), all = madeOf(folder.path, images);
  const path = folder.join("CeO2_patterns.h5");
  let now = 0;
  const files = seriesFiles(hdf5, folder.path, () => now);
  await files.add(folder.path, all[0]!);
  assert.deepEqual(await files.flush(), []);
  assert.deepEqual(read(hdf5, path, "entry/data/I").shape, [1, 50]);
  await files.add(folder.path, all[1]!);
  await files.flush();
  assert.deepEqual(read(hdf5, path, "entry/data/I").shape, [1, 50], "within the pause");
  assert.equal(files.isChanged, true);
  now = 10_000;
  await files.flush();
  assert.deepEqual(read(hdf5, path, "entry/data/I").shape, [2, 50]);
  // Another process goes on; the frame that it sees again has no second row.
  const later = seriesFiles(hdf5, folder.path);
  for (const pattern of all.slice(1)) await later.add(folder.path, pattern);
  await later.flush({ all: true });
  assert.deepEqual(namesIn(folder.path), ["CeO2_patterns.h5"]);
  const names = read(hdf5, path, "entry/frames/name");
  assert.deepEqual(names.value, images.map((image) => image.split("/").at(-1)));
  const intensity = read(hdf5, path, "entry/data/I"), sigma = read(hdf5, path, "entry/data/I_errors");
  assert.deepEqual(intensity.value, all.flatMap(({ made }) => [...made.pattern.intensity]));
  assert.deepEqual(sigma.value, all.flatMap(({ made }) => [...made.pattern.sigma!]));
  assert.equal(hdf5.openObjects, 0);
  assert.deepEqual([...Deno.readDirSync(folder.path)].filter(({ name }) => name.startsWith(".")), []);
});

Deno.test("other settings begin another file; one of somebody else, or that he has changed, is not written over", async () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  const images = await framesIn(folder.path);
  const [one, two, three] = madeOf(folder.path, images),
    [other] = madeOf(folder.path, images, { npt: 50, split: "no" });
  Deno.writeTextFileSync(folder.join("CeO2_patterns.h5"), "somebody's own");
  Deno.symlinkSync("/dev/null", folder.join("CeO2_patterns-00001.h5"));
  const files = seriesFiles(hdf5, folder.path);
  await files.add(folder.path, one!);
  await files.add(folder.path, other!);
  await files.flush({ all: true });
  assert.equal(Deno.readTextFileSync(folder.join("CeO2_patterns.h5")), "somebody's own");
  assert.deepEqual(namesIn(folder.path).slice(-4), [
    "CeO2_patterns-00001.h5",
    "CeO2_patterns-00002.h5",
    "CeO2_patterns-00003.h5",
    "CeO2_patterns.h5",
  ]);
  Deno.writeTextFileSync(folder.join("CeO2_patterns-00002.h5"), "changed");
  await files.add(folder.path, two!);
  await files.flush({ all: true });
  assert.equal(Deno.readTextFileSync(folder.join("CeO2_patterns-00002.h5")), "changed");
  assert.deepEqual(read(hdf5, folder.join("CeO2_patterns-00004.h5"), "entry/data/I").shape, [2, 50]);
  // The folder is away: the rows wait, and are there when it is back.
  Deno.renameSync(folder.path, `${folder.path}-away`);
  await files.add(folder.path, three!);
  const problems = await files.flush({ all: true });
  assert.match(problems.join(), /CeO2_patterns-00004\.h5 cannot be written/);
  Deno.renameSync(`${folder.path}-away`, folder.path);
  assert.deepEqual(await files.flush({ all: true }), []);
  assert.deepEqual(read(hdf5, folder.join("CeO2_patterns-00004.h5"), "entry/data/I").shape, [3, 50]);
});

Deno.test("rows that a crash took are made again from the .xye, of this series and these settings alone", async () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  const images = [
    ...await framesIn(folder.path, { count: 4 }),
    ...await framesIn(folder.path, { count: 1, base: "Si" }),
  ];
  const all = madeOf(folder.path, images), others = madeOf(folder.path, images, { npt: 50, split: "no" });
  const files = seriesFiles(hdf5, folder.path);
  await files.add(folder.path, all[0]!);
  await files.flush();
  // The .xye of all are there, and the rows of the others never came to the file.
  for (const pattern of [...all, ...others]) {
    await publishPattern(folder.path, pattern, { writer: "test", fsync: false });
  }
  Deno.writeTextFileSync(folder.join("else.xye"), "1 2 3\n");
  const later = seriesFiles(hdf5, folder.path);
  await later.add(folder.path, all[3]!);
  await later.flush({ all: true });
  const path = folder.join("CeO2_patterns.h5"), ofSeries = all.slice(0, 4);
  assert.deepEqual(read(hdf5, path, "entry/frames/name").value, ofSeries.map(({ source }) => source.image));
  assert.deepEqual(read(hdf5, path, "entry/data/I").value, ofSeries.flatMap(({ made }) => [...made.pattern.intensity]));
  assert.deepEqual(
    read(hdf5, path, "entry/data/I_errors").value,
    ofSeries.flatMap(({ made }) => [...made.pattern.sigma!]),
  );
  const totals = read(hdf5, path, "entry/frames/total_counts").value;
  assert.deepEqual(totals, ofSeries.map(({ made }) => made.pattern.total));
});
