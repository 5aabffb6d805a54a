import assert from "node:assert/strict";
import fc from "fast-check";
import { checkReading, ParameterError, VALUE_BYTES_MAX } from "../../src/parameters/check.ts";
import { CLOSED_GROUPS, OPEN_GROUPS, OWN_FIELDS, parsePlace } from "../../src/parameters/path.ts";
import type { NexusGroup, NexusNode } from "../../src/nexus/tree/tree.ts";
import { sample } from "../qxrd/samples.ts";
import { darkAt, factsWith, settingsWith, treeOf } from "./frame.ts";
import { anyReading, EVERY_KIND } from "./parameters.ts";

const TIME = new Date("2026-07-01T10:00:00Z");

function refusal(candidate: Record<string, unknown>): string {
  try {
    checkReading(candidate);
  } catch (error) {
    assert(error instanceof ParameterError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: `taken: ${Deno.inspect(candidate)}` });
}

Deno.test("what is refused is told by the parameter's name, with the reason and what would be right", () => {
  const two = [TIME, new Date(TIME.getTime() + 1)];
  const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ name: 5, value: 1 }, /parameter a number: its name is no text/],
    [{ value: 1 }, /parameter undefined: its name is no text/],
    [{ name: " ", value: 1 }, /" ": its name is empty/],
    [{ name: "a\nb", value: 1 }, /"a\\nb": its name has a control character; leave that out/],
    [{ name: "a\0b", value: 1 }, /its name has a control character/],
    [{ name: "x".repeat(251), value: 1 }, /its name has 251 characters; at most 250/],
    [{ name: "\ud800", value: 1 }, /its name has half of a surrogate pair/],
    [{ name: "t", value: null }, /parameter t: its value is null; give a number, a text/],
    [{ name: "t" }, /its value is undefined/],
    [{ name: "t", value: {} }, /its value is an object/],
    [{ name: "t", value: () => 1 }, /its value is a function/],
    [{ name: "t", value: Symbol("s") }, /its value is a symbol/],
    [{ name: "t", value: TIME }, /its value is an object/],
    [{ name: "t", value: 2n ** 63n }, /its value is beyond 64 bits; give a number or a text/],
    [{ name: "t", value: "a\0b" }, /its value has a NUL character; leave that out/],
    [{ name: "t", value: "\udc00" }, /half of a surrogate pair/],
    [{ name: "t", value: [] }, /its value has no elements; leave the parameter out, or remove it/],
    [{ name: "t", value: new Float64Array(0) }, /has no elements/],
    [{ name: "t", value: [1, "a"] }, /its value holds a number and, as element 1, a string; give one kind/],
    [{ name: "t", value: [1, [2]] }, /element 1 of its value is a list/],
    [{ name: "t", value: new Array(3) }, /element 0 of its value is undefined/],
    [{ name: "t", value: ["a", "b\0"] }, /element 1 of its value has a NUL/],
    [{ name: "t", value: new Uint8ClampedArray(2) }, /of type Uint8ClampedArray; give a Float64Array/],
    [{ name: "t", value: new DataView(new ArrayBuffer(8)) }, /of type DataView/],
    [{ name: "t", value: new BigUint64Array(1) }, /of type BigUint64Array/],
    [{ name: "t", value: new Uint8Array(VALUE_BYTES_MAX + 1) }, /takes 1048577 bytes; at most 1048576/],
    [{ name: "t", value: "x".repeat(VALUE_BYTES_MAX + 1) }, /takes 1048577 bytes/],
    [{ name: "t", value: new Array(1e9) }, /takes 8000000000 bytes/],
    [{ name: "t", value: { times: [TIME], values: [1, 2] } }, /1 times and 2 values; give as many of both/],
    [{ name: "t", value: { times: two.toReversed(), values: [1, 2] } }, /time 1 of its series goes back/],
    [{ name: "t", value: { times: [TIME, 5], values: [1, 2] } }, /time 1 of its series is a number; give a Date/],
    [{ name: "t", value: { times: 5, values: [1, 2] } }, /its times are a number/],
    [{ name: "t", value: { times: [TIME], values: 1 } }, /its values are a number/],
    [{ name: "t", value: { times: [], values: [] } }, /its series has no elements/],
    [{ name: "t", value: { times: [new Date(NaN)], values: [1] } }, /is no valid Date/],
    [{ name: "t", value: 1, time: 5 }, /its time is a number; give a Date/],
    [{ name: "t", value: 1, time: new Date(NaN) }, /its time is no valid Date/],
    [{ name: "t", value: 1, time: new Date(-1) }, /its time is 1969-12-31T23:59:59.999Z; give one of 1970 to 9999/],
    [{ name: "t", value: 1, unit: 5 }, /its unit is a number/],
    [{ name: "t", value: 1, unit: "K\n" }, /its unit has a control character/],
    [{ name: "t", value: 1, unit: "x".repeat(65) }, /its unit has 65 characters/],
    [{ name: "t", value: 1, origin: "x".repeat(1025) }, /its origin has 1025 characters/],
    [{ name: "t", value: 1, path: 5 }, /its path is a number/],
    [{ name: "t", value: 1, path: "" }, /path "": it does not begin with "\/entry\/"/],
    [{ name: "t", value: 1, path: "sample/temperature" }, /does not begin with/],
    [{ name: "t", value: 1, path: "/entry" }, /does not begin with/],
    [{ name: "t", value: 1, path: "/entry/" }, /"" in it is no NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample//x" }, /"" in it is no NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/../data" }, /"\.\." in it is no NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/a b" }, /"a b" in it is no NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/a\0b" }, /is no NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/Größe" }, /"Größe" in it is no NeXus name/],
    [{ name: "t", value: 1, path: "/entry/x:NXatenuator/y" }, /"NXatenuator" in it is no class/],
    [{ name: "t", value: 1, path: "/entry/x:NXdata/y" }, /"NXdata" in it is no class/],
    [{ name: "t", value: 1, path: "/entry/x:/y" }, /"" in it is no class/],
    [{ name: "t", value: 1, path: "/entry/sample/x:NXlog" }, /its last name is the value's, which has no class/],
    [{ name: "t", value: 1, path: "/entry/sample:NXbeam/x" }, /\/entry\/sample is of class NXsample, not NXbeam/],
    [{ name: "t", value: 1, path: "/entry/data/data2" }, /\/entry\/data is written by pewatch alone/],
    [{ name: "t", value: 1, path: "/entry/instrument/detector/data" }, /is written by pewatch itself/],
    [{ name: "t", value: 1, path: "/entry/definition" }, /is written by pewatch itself/],
    [{ name: "t", value: 1, path: "/entry/start_time/x" }, /is a value of the frame, not a group/],
    [{ name: "t", value: 1, path: "/entry/sample" }, /is a group; name a value in it: "\/entry\/sample\/NAME"/],
    [{ name: "t", value: 1, path: `/entry${"/a".repeat(13)}` }, /13 names deep; at most 12/],
    [{ name: "t", value: 1, path: `/entry/${"a".repeat(1024)}` }, /it has 1031 characters/],
  ];
  for (const [candidate, expected] of cases) {
    const message = refusal({ time: TIME, ...candidate });
    assert.match(message, expected);
    assert.match(message, /^Cannot set parameter /);
    if (typeof candidate.name === "string" && candidate.name === "t") {
      assert.match(message, /^Cannot set parameter t: /);
    }
  }
});

Deno.test("every kind of value is taken as it is, NaN and infinity too, and the copy is nobody else's", () => {
  for (const reading of EVERY_KIND) {
    const checked = checkReading(reading);
    assert.deepEqual(checked, reading);
    if (typeof reading.value === "object") assert.notEqual(checked.value, reading.value);
    assert.notEqual(checked.time, reading.time);
  }
  const shared = new Float64Array(new SharedArrayBuffer(1024), 8, 2);
  const { value } = checkReading({ name: "shared", value: shared });
  assert((value as Float64Array).buffer instanceof ArrayBuffer && (value as Float64Array).buffer.byteLength === 16);
  class Own extends Float64Array {}
  assert.equal(Object.getPrototypeOf(checkReading({ name: "own", value: Own.of(1) }).value), Float64Array.prototype);
  const before_ms = Date.now();
  const now_ms = checkReading({ name: "now", value: 1 }).time.getTime();
  assert(now_ms >= before_ms && now_ms <= Date.now());
});

Deno.test("a reading that was checked once is taken unchanged again", () => {
  fc.assert(fc.property(anyReading, (reading) => {
    const once = checkReading(reading);
    assert.deepEqual(once, reading);
    assert.deepEqual(checkReading(structuredClone(once)), once);
  }));
});

Deno.test("whatever is given, it is a reading or refused with a ParameterError", () => {
  const wild = fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withSparseArray: true });
  const candidate = fc.record({
    name: fc.oneof(fc.string({ unit: "binary" }), wild),
    value: wild,
    unit: wild,
    time: fc.oneof(fc.date(), wild),
    path: fc.oneof(fc.string().map((end) => `/entry/${end}`), wild),
    origin: wild,
  }, { requiredKeys: [] });
  fc.assert(fc.property(candidate, (one) => {
    try {
      structuredClone(checkReading(one));
    } catch (error) {
      assert(error instanceof ParameterError, String(error));
    }
  }));
});

/** Trees with everything that build.ts can put into them, in both profiles. */
function richestTrees(): NexusGroup[] {
  const known = settingsWith({
    beamline: {
      name: "P02.1",
      short_name: "P02.1",
      energy_kev: 60,
      flux_per_s: 1e12,
      experiment_identifier: "E1",
      title: "T",
    },
    source: {
      name: "PETRA III",
      short_name: "P3",
      type: "Synchrotron",
      probe: "x-ray",
      energy_gev: 6,
      current_ma: 100,
    },
    detector: {
      description: "d",
      local_name: "l",
      type: "t",
      serial_number: "s",
      distance_mm: 300,
      x_pixel_size_um: 200,
      y_pixel_size_um: 200,
      beam_center_x_px: 8,
      beam_center_y_px: 8,
      tilt_deg: 1,
      tilt_plane_rotation_deg: 2,
      sensor_material: "CsI",
      sensor_thickness_um: 500,
      bit_depth_readout: 16,
      gain_setting: "g",
      saturation_value: 65535,
    },
    sample: { name: "CeO2", description: "d", chemical_formula: "Ce O2", temperature_k: 300, pressure_gpa: 1 },
  });
  const referenceDark = darkAt("/dark.tif");
  const type = { class: "float", size: 4, order: "little" } as const;
  const darkPlan = { way: "strips", type, path: "/dark.tif", strips: [] } as const;
  const more = { referenceDark, sidecarText: sample("LaB6").bytes, checksum: true, notes: ["a note"] } as const;
  const trees: NexusGroup[] = [];
  for (const profile of ["base", "nxmx"] as const) {
    const settings = { ...known, nexus: { ...known.nexus, profile } };
    trees.push(treeOf(factsWith({ ...more, settings }), { darkPlan }));
    trees.push(treeOf(factsWith({ ...more, settings: settingsWith({ nexus: { profile } }) }), { darkPlan }));
    trees.push(treeOf(factsWith({ settings })));
    trees.push(treeOf(factsWith({ settings: settingsWith({ nexus: { profile } }) })));
  }
  return trees;
}

function* nodesBelow(group: NexusGroup, path: string): Generator<[path: string, node: NexusNode]> {
  for (const child of group.children) {
    const own = path === "" ? child.name : `${path}/${child.name}`;
    yield [own, child];
    if (child.kind === "group" && !CLOSED_GROUPS.has(own)) yield* nodesBelow(child, own);
  }
}

Deno.test("what pewatch writes is either closed to parameters or known to be replaceable: no place is forgotten", () => {
  const met = new Set<string>();
  for (const tree of richestTrees()) {
    const entry = tree.children[0] as NexusGroup;
    for (const [path, node] of nodesBelow(entry, "")) {
      met.add(path);
      const place = parsePlace(`/entry/${path}`);
      if (node.kind === "group" && !CLOSED_GROUPS.has(path)) {
        assert.equal(OPEN_GROUPS.get(path), node.attributes["NX_class"], path);
        assert.equal(typeof place, "string", path);
      } else if (CLOSED_GROUPS.has(path) || OWN_FIELDS.has(path)) {
        assert.equal(typeof place, "string", path);
        assert.equal(typeof parsePlace(`/entry/${path}/x`), "string", path);
      } else {
        assert.equal(node.kind, "field", `${path} is neither closed nor a field`);
        const origin = node.kind === "field" ? node.attributes["origin"] : undefined;
        assert.equal(typeof origin, "string", `${path} is neither closed nor says where it comes from`);
        assert.notEqual(typeof place, "string", path);
      }
    }
  }
  const listed = [...CLOSED_GROUPS, ...OWN_FIELDS, ...OPEN_GROUPS.keys()];
  const never = listed.filter((path) => !met.has(path));
  // The last is what parameters themselves make.
  assert.deepEqual(never, ["instrument/parameters"]);
});
