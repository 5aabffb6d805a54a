import assert from "node:assert/strict";
import { Hdf5Error } from "../../ffi/hdf5/mod.ts";
import { readTree } from "../../src/nexus/tree/read_tree.ts";
import { hdf5Test } from "../ffi/hdf5/hdf5_test_case.ts";
import { sample } from "../qxrd/samples.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { deliver, factsWith, nodeAt, settingsWith } from "./frame.ts";

hdf5Test("readTree() shows groups, values, attributes, shapes and links", (hdf5, folder) => {
  const facts = factsWith({ sidecarText: sample("LaB6").bytes });
  const { path } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts });
  const tree = readTree(hdf5, path);
  assert.equal(tree.name, "/");
  assert.equal(tree.attributes["NX_class"], "NXroot");
  const distance = nodeAt(tree, "entry/instrument/detector/distance");
  assert.deepEqual(distance, {
    kind: "dataset",
    name: "distance",
    attributes: { units: "m", origin: "sidecar [centerfinder] detectorDistance" },
    type: "float64",
    filters: [],
    shape: [],
    value: 0.3,
    cut: false,
  });
  // Pixels are not read.
  const image = nodeAt(tree, "entry/data/data");
  assert(image?.kind === "dataset");
  assert.equal(image.value, null);
  assert.deepEqual(nodeAt(tree, "entry/instrument/detector/data"), {
    kind: "link",
    name: "data",
    link: "hard",
    target: "/entry/data/data",
  });
});

hdf5Test("readTree() says how a dataset is compressed", (hdf5, folder) => {
  const facts = factsWith({ settings: settingsWith({ nexus: { compression: "gzip" } }) });
  const { path } = deliver(hdf5, folder.path, { tiff: makeTiff(), facts });
  const image = nodeAt(readTree(hdf5, path), "entry/data/data");
  assert(image?.kind === "dataset");
  assert.deepEqual(image.filters, ["shuffle", "gzip"]);
});

hdf5Test("readTree() keeps its limits", (hdf5, folder) => {
  const file = hdf5.createFile(folder.join("a.h5"));
  for (let index = 0; index < 10; index++) file.root.createValue(`v${index}`, "x".repeat(100)).close();
  using deep = file.root.createGroup("w");
  deep.createGroup("deeper").close();
  file.root.linkSoft("z", "/nowhere");
  file.close();
  const few = readTree(hdf5, folder.join("a.h5"), { nodesMax: 4, textMax: 7 });
  assert.equal(few.children.length, 4);
  assert.equal(few.omitted, 8);
  const [first] = few.children;
  assert(first?.kind === "dataset");
  assert.equal(first.value, "xxxxxxx");
  assert.equal(first.cut, true);
  const shallow = nodeAt(readTree(hdf5, folder.join("a.h5"), { depthMax: 1 }), "w");
  assert(shallow?.kind === "group");
  assert.equal(shallow.omitted, 1);
  assert.deepEqual(nodeAt(readTree(hdf5, folder.join("a.h5")), "z"), {
    kind: "link",
    name: "z",
    link: "soft",
    target: "/nowhere",
  });
});

hdf5Test("readTree() ends where a group holds itself", (hdf5, folder) => {
  const file = hdf5.createFile(folder.join("a.h5"));
  using group = file.root.createGroup("a");
  group.linkHard("again", "/a");
  group.linkHard("root", "/");
  file.close();
  const tree = readTree(hdf5, folder.join("a.h5"));
  assert.deepEqual(nodeAt(tree, "a/again"), { kind: "link", name: "again", link: "hard", target: "/a" });
});

hdf5Test("readTree() of what is no HDF5 file is an error that leaves nothing open", (hdf5, folder) => {
  Deno.writeTextFileSync(folder.join("a.nxs"), "text");
  assert.throws(() => readTree(hdf5, folder.join("a.nxs")), Hdf5Error);
  const file = hdf5.createFile(folder.join("b.nxs"));
  file.root.createValue("x", "y".repeat(100_000)).close();
  file.close();
  Deno.truncateSync(folder.join("b.nxs"), 50_000);
  assert.throws(() => readTree(hdf5, folder.join("b.nxs")), Hdf5Error);
});
