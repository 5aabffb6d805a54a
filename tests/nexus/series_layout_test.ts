import assert from "node:assert/strict";
import {
  ABSENT_MAX,
  layOutSlots,
  masterName,
  mayBeOf,
  placeByName,
  type SeriesFrame,
} from "../../src/nexus/series/series_layout.ts";

function frames(...files: string[]): SeriesFrame[] {
  return files.map((file) => ({ ...placeByName(file)!, file }));
}

/** Number and file of each slot. */
function shown(...files: string[]): [number, string | null][] {
  return layOutSlots(frames(...files)).map(({ number, frame }) => [number, frame?.file ?? null]);
}

Deno.test("a frame belongs to the series of its base name", () => {
  assert.equal(placeByName("P-00012.nxs")?.series, "P");
  assert.equal(placeByName("P-00012.nxs")?.number, 12);
  assert.equal(placeByName("Größe 50 %-00001.nxs")?.series, "Größe 50 %");
  assert.equal(placeByName("X-20171109-00001.nxs")?.series, "X-20171109");
});

Deno.test("raw frames are a series of their own; darks, frames without a number and other files are none", () => {
  assert.equal(placeByName("P-00001.raw.nxs")?.series, "P.raw");
  for (const file of ["P-00001.dark.nxs", "P.nxs", "P-00001.tif", "P_master.h5", "P-99999999999.nxs"]) {
    assert.equal(placeByName(file), null, file);
  }
});

Deno.test("a number behind a counter is one of a taken name only where that name is there, or by its digits", () => {
  const beside = (...names: string[]) => (file: string) => names.includes(file);
  assert.deepEqual(placeByName("Fe-1200-00002.nxs"), { series: "Fe-1200", number: 2, phase: -1, collision: -1 });
  assert.deepEqual(placeByName("Fe-1200-00002.nxs", beside("Fe-1200.nxs")), {
    series: "Fe",
    number: 1200,
    phase: -1,
    collision: 2,
  });
  assert.equal(placeByName("P-00001-00002.nxs")?.collision, 2);
});

Deno.test("before a file is opened, its name says whether it may be of a series", () => {
  assert.ok(mayBeOf("P", "P-00001.nxs") && mayBeOf("P.raw", "P-00001.raw.nxs") && mayBeOf("P", "P_00001.nxs"));
  assert.ok(mayBeOf("LaB6_0.3mm", "LaB6_0-00001.3mm-00002.nxs"));
  assert.ok(!mayBeOf("P", "P2-00001.nxs") && !mayBeOf("P", "P-00001.tif") && !mayBeOf("P", "Q-00001.nxs"));
});

Deno.test("no frame's NeXus file can have the name of a master", () => {
  assert.equal(masterName("P"), "P_master.h5");
  assert.ok(!masterName("P-00001.nxs").endsWith(".nxs"));
});

Deno.test("missing numbers have empty slots, and the axis has QXRD's numbers", () => {
  assert.deepEqual(shown("P-00005.nxs", "P-00003.nxs"), [[3, "P-00003.nxs"], [4, null], [5, "P-00005.nxs"]]);
});

Deno.test("numbers count, not their digits", () => {
  assert.deepEqual(shown("P-10.nxs", "P-9.nxs"), [[9, "P-9.nxs"], [10, "P-10.nxs"]]);
});

Deno.test("phases and counters of a taken name stand one after the other under their number", () => {
  assert.deepEqual(
    shown("P-00001-1.nxs", "P-00001-00002.nxs", "P-00001-00001.nxs", "P-00001.nxs", "P-00003.nxs", "P-00001-0.nxs"),
    [
      [1, "P-00001.nxs"],
      [1, "P-00001-00001.nxs"],
      [1, "P-00001-00002.nxs"],
      [1, "P-00001-0.nxs"],
      [1, "P-00001-1.nxs"],
      [2, null],
      [3, "P-00003.nxs"],
    ],
  );
});

Deno.test("too large a gap is left out of the stack, the largest allowed one is not", () => {
  assert.deepEqual(shown("P-1.nxs", "P-99999.nxs"), [[1, "P-1.nxs"], [99999, "P-99999.nxs"]]);
  assert.equal(shown("P-1.nxs", `P-${ABSENT_MAX + 2}.nxs`).length, ABSENT_MAX + 2);
  assert.equal(shown("P-1.nxs", `P-${ABSENT_MAX + 3}.nxs`).length, 2);
  assert.deepEqual(layOutSlots([]), []);
});
