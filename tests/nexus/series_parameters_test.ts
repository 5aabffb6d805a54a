import assert from "node:assert/strict";
import type { FrameParameter } from "../../src/nexus/series/frame_parameters.ts";
import { parametersOfSeries, type SlotParameters } from "../../src/nexus/series/series_parameters.ts";

function parameter(
  name: string,
  value: FrameParameter["value"],
  units: string | null = null,
  path?: string,
): FrameParameter {
  return { name, value, units, path: path ?? `/entry/instrument/parameters/${name}` };
}

function tableOf(slots: readonly SlotParameters[]) {
  const { parameters, notes } = parametersOfSeries(slots, slots.map((slot, at) => slot === null ? null : `${at}.nxs`));
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
    "parameter list: left out in the table of all frames, it has another number of elements: 3.nxs, and 1 more frames",
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
    "parameter T: left out in the table of all frames, its unit is degC, not K: 1.nxs",
    "parameter spectrum: left out in the table of all frames, it is long, or no number and no text: 0.nxs, and 1 more frames",
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
