import assert from "node:assert/strict";
import { packed } from "../../src/nexus/series/packed_parameters.ts";
import { placeByName } from "../../src/nexus/series/series_layout.ts";
import { standingOf, writeMaster } from "../../src/nexus/series/series_master.ts";
import { buildMasterTree, type MasterContents } from "../../src/nexus/series/series_tree.ts";
import { sizeBound } from "../../src/nexus/tree/write_tree.ts";
import { hdf5Test } from "../ffi/hdf5/hdf5_test_case.ts";

function contentsOf(count: number, base = "P"): MasterContents {
  const image = {
    type: { class: "float", size: 4, order: "little" },
    height: 4,
    width: 8,
    countTime_s: 1,
    startTime: "2026-01-01T00:00:00.000+01:00",
    endTime: null,
    parameters: packed([]),
    geometry: { detector: "", wavelength: null },
    place: null,
  } as const;
  const slots = Array.from({ length: count }, (_, number) => {
    const file = `${base}-${String(number).padStart(5, "0")}.nxs`;
    return { number, frame: { ...placeByName(file)!, file, image } };
  });
  const members = new Map([
    ["entry", { nxClass: "NXentry", names: ["sample"] }],
    ["entry/instrument", { nxClass: "NXinstrument", names: ["name", "detector"] }],
    ["entry/instrument/detector", { nxClass: "NXdetector", names: ["data", "description", "distance"] }],
  ]);
  return { series: base, slots, members, notes: ["x: skipped"], now: new Date(0), hdf5Version: "1.10.8" };
}

// Space is reserved for what HDF5 may write; a full volume would end the program otherwise.
for (const [count, base] of [[1, "P"], [100, "P"], [3000, "P"], [300, "样".repeat(60)]] as const) {
  hdf5Test(`a master of ${count} frames of ${base.slice(0, 8)} needs no more space than its bound`, (hdf5, folder) => {
    const contents = contentsOf(count, base);
    writeMaster(hdf5, folder.join("m.h5"), contents);
    const { size } = Deno.statSync(folder.join("m.h5"));
    const bound = sizeBound(buildMasterTree(contents));
    assert.ok(size <= bound, `${size} bytes, bound ${bound}`);
  });
}

hdf5Test("standingOf() knows a master from a frame's file, other files, and nothing", (hdf5, folder) => {
  writeMaster(hdf5, folder.join("ours.h5"), contentsOf(3));
  const frame = hdf5.createFile(folder.join("frame.nxs"));
  frame.root.setAttribute("creator", "pewatch");
  frame.close();
  hdf5.createFile(folder.join("other.h5")).close();
  Deno.writeTextFileSync(folder.join("text.h5"), "text");
  const standings = ["ours.h5", "frame.nxs", "other.h5", "text.h5", "none.h5"].map((name) =>
    standingOf(hdf5, folder.join(name))
  );
  assert.deepEqual(standings, ["ours", "foreign", "foreign", "foreign", "none"]);
});
