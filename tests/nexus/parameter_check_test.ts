import assert from "node:assert/strict";
import fc from "fast-check";
import { checkReading, ParameterError, VALUE_BYTES_MAX } from "../../src/parameters/check.ts";
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

Deno.test("what is refused is reported by the parameter's name, with the reason and what would be right", () => {
  const two = [TIME, new Date(TIME.getTime() + 1)];
  const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ name: 5, value: 1 }, /parameter a number: its name is not a text/],
    [{ value: 1 }, /parameter undefined: its name is not a text/],
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
    [{ name: "t", value: 1, path: "/entry/" }, /"" in it is not a NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample//x" }, /"" in it is not a NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/../data" }, /"\.\." in it is not a NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/a b" }, /"a b" in it is not a NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/a\0b" }, /is not a NeXus name/],
    [{ name: "t", value: 1, path: "/entry/sample/Größe" }, /"Größe" in it is not a NeXus name/],
    [{ name: "t", value: 1, path: "/entry/x:NXatenuator/y" }, /"NXatenuator" in it is not a class/],
    [{ name: "t", value: 1, path: "/entry/x:NXdata/y" }, /"NXdata" in it is not a class/],
    [{ name: "t", value: 1, path: "/entry/x:/y" }, /"" in it is not a class/],
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
