import assert from "node:assert/strict";
import { type FrameParameter, readParameters } from "../../src/nexus/series/frame_parameters.ts";
import { packed, unpacked } from "../../src/nexus/series/packed_parameters.ts";
import { parametersOfSeries } from "../../src/nexus/series/series_parameters.ts";
import type { NexusGroup, NexusNode } from "../../src/nexus/tree/tree.ts";
import { writeTree } from "../../src/nexus/tree/write_tree.ts";
import { hdf5Test } from "../ffi/hdf5/hdf5_test_case.ts";
import { exposureValues } from "./exposure_values.ts";
import { factsWith, treeOf } from "./frame.ts";
import { EVERY_KIND } from "./parameters.ts";

function parameter(
  name: string,
  value: FrameParameter["value"],
  units: string | null = null,
  path?: string,
): FrameParameter {
  return { name, value, units, path: path ?? `/entry/instrument/parameters/${name}` };
}

function tableOf(slots: readonly (readonly FrameParameter[] | null)[]) {
  const packedSlots = slots.map((slot) => slot === null ? null : packed(slot));
  const { parameters, notes } = parametersOfSeries(packedSlots, slots.map((_, at) => `${at}.nxs`));
  const fields = parameters.map(({ field, path, same }) => {
    const value = ArrayBuffer.isView(field.value) ? [...field.value as Float64Array] : field.value;
    return [field.name, value, field.shape ?? null, field.attributes["units"] ?? null, path, same];
  });
  return { fields, notes };
}

Deno.test("numbers are NaN and texts empty where a frame lacks the parameter, and where there is no frame", () => {
  const { fields, notes } = tableOf([
    [parameter("T", 81.5, "K"), parameter("operator", "张")],
    null,
    [],
    [parameter("operator", "B"), parameter("T", 82, "K")],
  ]);
  assert.deepEqual(fields, [
    ["T", [81.5, NaN, NaN, 82], null, "K", null, false],
    ["operator", ["张", "", "", "B"], null, null, null, false],
  ]);
  assert.deepEqual(notes, []);
});

Deno.test("a parameter that is a text in one frame is a text in all; lists of one length are rows", () => {
  const { fields, notes } = tableOf([
    [parameter("x", 1), parameter("list", [1, 2])],
    [parameter("x", "off"), parameter("list", [3, 4])],
    null,
    [parameter("list", [5])],
    [parameter("list", 6)],
  ]);
  assert.deepEqual(fields[0], ["x", ["1", "off", "", "", ""], null, null, null, false]);
  assert.deepEqual(fields[1], ["list", [1, 2, 3, 4, NaN, NaN, NaN, NaN, NaN, NaN], [5, 2], null, null, false]);
  assert.deepEqual(notes, [
    "parameter list: skipped in the table of all frames, it has another number of elements: 3.nxs, and 1 more frames",
  ]);
});

Deno.test("what cannot stand in one array is left out with a note that names the frame", () => {
  const { fields, notes } = tableOf([
    [parameter("T", 300, "K"), parameter("spectrum", null)],
    [parameter("T", 26.85, "degC"), parameter("spectrum", null)],
  ]);
  assert.deepEqual(fields.map(([name, value, , units]) => [name, value, units]), [
    ["T", [300, NaN], "K"],
    ["spectrum", [NaN, NaN], null],
  ]);
  assert.deepEqual(notes, [
    "parameter T: skipped in the table of all frames, its unit is degC, not K: 1.nxs",
    "parameter spectrum: skipped in the table of all frames, it is long, or neither a number nor a text: 0.nxs, and 1 more frames",
  ]);
});

Deno.test("a value that all frames share is known to be the same; absent frames do not count", () => {
  const path = "/entry/sample/temperature";
  const all = tableOf([[parameter("T", 80, "K", path)], null, [parameter("T", 80, "K", path)]]);
  assert.deepEqual(all.fields, [["T", [80, NaN, 80], null, "K", path, true]]);
  const some = tableOf([[parameter("T", 80, "K", path)], []]);
  assert.deepEqual(some.fields, [["T", [80, NaN], null, "K", path, false]]);
});

Deno.test("names that NeXus does not take get one of their own", () => {
  const { fields } = tableOf([[parameter("m x", 1), parameter("m/x", 2), parameter("m_x", 3)]]);
  assert.deepEqual(fields.map(([name, value]) => [name, value]), [["m_x", [1]], ["m_x_2", [2]], ["m_x_3", [3]]]);
});

/** The tree without the list of numbers, as files of before have it. */
function withoutNumbers(node: NexusNode): NexusNode {
  if (node.kind !== "group") return node;
  const attributes = Object.entries(node.attributes).filter(([name]) => name !== "numbers" && name !== "units");
  return { ...node, attributes: Object.fromEntries(attributes), children: node.children.map(withoutNumbers) };
}

hdf5Test("the list of numbers in a frame's file says what is read where each parameter stands", (hdf5, folder) => {
  const time = new Date(0);
  const some = [
    ...EVERY_KIND,
    ...exposureValues(3).slice(0, 8),
    { name: "ratio", value: 0.5, unit: "", time },
    { name: "cut off", value: NaN, unit: "K", time },
    { name: "zero", value: -0, unit: "K", time },
    { name: "infinite", value: -Infinity, time },
    { name: "placed", value: 3n, unit: "mm", path: "/entry/sample/position:NXpositioner/value", time },
  ];
  for (const parameters of [some, some.slice(-1)]) {
    const tree = treeOf({ ...factsWith({}), parameters });
    const read = [tree, withoutNumbers(tree) as NexusGroup].map((one) => {
      const path = folder.join("a.h5");
      writeTree(hdf5, path, one);
      using file = hdf5.openFile(path);
      return readParameters(file.root);
    });
    assert.equal(read[0]!.length, parameters.length);
    assert.deepEqual(read[0], read[1]);
  }
});

Deno.test("a thousand parameters of each frame are all in the table; what is too much is named, and nothing else is lost", () => {
  const frame = (number: number) =>
    packed(Array.from({ length: 1000 }, (_, index) => parameter(`motor ${index}`, index + number / 7, "mm")));
  const slots = [frame(0), null, frame(2), frame(3)];
  const files = ["0.nxs", null, "2.nxs", "3.nxs"];
  const all = parametersOfSeries(slots, files);
  assert.equal(all.parameters.length, 1000);
  assert.deepEqual([all.notes, all.skipped], [[], null]);
  const last = all.parameters[999]!;
  assert.deepEqual([...last.field.value as Float64Array], [999, NaN, 999 + 2 / 7, 999 + 3 / 7]);
  assert.equal(new Set(slots.map((slot) => slot?.table)).size, 2, "one table for all frames");

  const some = parametersOfSeries(slots, files, { valuesMax: 3990 });
  assert.equal(some.parameters.length, 997);
  assert.deepEqual(some.parameters, all.parameters.slice(0, 997));
  assert.deepEqual(some.notes, [some.skipped]);
  assert.equal(
    some.skipped,
    "parameters skipped in the master, which holds 3,990 values of all frames: motor 997, motor 998, motor 999; " +
      "each frame's own file has them",
  );
});

Deno.test("a frame's parameters come out of their packing as they went in", () => {
  const all = [
    parameter("T", -0, "K"),
    parameter("cut off", NaN),
    parameter("text", "", ""),
    parameter("list", [1, NaN]),
    parameter("long", null, "mm", "/entry/sample/long"),
    parameter("infinite", -Infinity, "=K"),
  ];
  assert.deepEqual(all.map((_, place) => unpacked(packed(all), place)), all);
  assert.notEqual(packed(all).table, packed(all.slice(1)).table);
});

hdf5Test("a thousand parameters are read of a frame's file", (hdf5, folder) => {
  const time = new Date(0);
  const parameters = Array.from({ length: 1000 }, (_, index) => ({ name: `m${index}`, value: index / 3, time }));
  const path = folder.join("a.h5");
  writeTree(hdf5, path, treeOf({ ...factsWith({}), parameters }));
  using file = hdf5.openFile(path);
  assert.deepEqual(readParameters(file.root).map(({ name, value }) => ({ name, value, time })), parameters);
  assert.equal(readParameters(file.root, { max: 3 }).length, 3);
});
