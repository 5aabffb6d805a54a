import assert from "node:assert/strict";
import { type ReadAs, readValue } from "../../plugins/lib/memcached_value.ts";

function read(value: string | Uint8Array, options: { as?: ReadAs; flags?: number } = {}) {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return readValue({ bytes, size: bytes.length, flags: options.flags ?? 0 }, options.as ?? "auto");
}

Deno.test("readValue knows numbers as programs write them", () => {
  const numbers: [string, number][] = [
    ["295.1", 295.1],
    ["-5", -5],
    ["+5", 5],
    ["5.", 5],
    [".5", 0.5],
    ["1e-3", 1e-3],
    ["1E+05", 1e5],
    [" 7\n", 7],
    ["0", 0],
    ["-0", -0],
    ["-0.0", -0],
    ["nan", NaN],
    ["NaN", NaN],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
  ];
  for (const [text, number] of numbers) assert.ok(Object.is(read(text), number), text);
});

Deno.test("readValue keeps every digit of a whole number, or leaves it as text", () => {
  assert.equal(read("9007199254740993"), 9007199254740993n);
  assert.equal(read("-9223372036854775808"), -9223372036854775808n);
  assert.equal(read("9223372036854775808"), "9223372036854775808");
});

Deno.test("readValue leaves as text what only looks like a number", () => {
  for (const text of ["007", "1,5", "1_000", "0x10", "e5", ".", "-", "+.", "1 2", "5 K", "1e", "infinite", "--5"]) {
    assert.equal(read(text), text);
  }
});

Deno.test("readValue takes lists of one kind", () => {
  assert.deepEqual(read("[1, 2.5, -0]"), [1, 2.5, -0]);
  assert.deepEqual(read('["a", "b"]'), ["a", "b"]);
  for (const text of ["[]", '[1, "a"]', "[[1], [2]]", "[1, 2", "[true]", "[null]", '{"a": 1}']) {
    assert.equal(read(text), text);
  }
});

Deno.test("readValue gives nothing for an empty text", () => {
  for (const text of ["", " ", "\r\n"]) assert.equal(read(text), null);
});

Deno.test("readValue reads texts of both encodings", () => {
  assert.equal(read("20 °C in Größe 样品"), "20 °C in Größe 样品");
  assert.equal(read(Uint8Array.of(0x32, 0x30, 0xb0, 0x43)), "20°C");
});

Deno.test("readValue refuses what is no text, and names the reason", () => {
  assert.throws(() => read(Uint8Array.of(1, 2, 0, 255)), new TypeError("its 4 bytes are not a text"));
  const pickled = Uint8Array.of(0x80, 2, 0x47, 0x40, 0x37, 0x80, 0, 0, 0, 0, 0, 0x2e);
  assert.throws(() => read(pickled, { flags: 1 }), /a pickled object of Python/);
  assert.throws(() => read("F23.5\n.", { flags: 1 }), /a pickled object of Python/);
  // python-memcached marks whole numbers with 2; memcache-client, JSON.
  assert.equal(read("23", { flags: 2 }), 23);
  assert.throws(() => readValue({ bytes: null, size: 2_000_000, flags: 0 }, "auto"), /it has 2000000 bytes/);
});

Deno.test("readValue reads a value in the form that is asked for", () => {
  assert.equal(read("5", { as: "text" }), "5");
  assert.equal(read("nan", { as: "text" }), "nan");
  assert.equal(read("5", { as: "number" }), 5);
  assert.deepEqual(read("[5]", { as: "number" }), [5]);
  assert.throws(() => read("five", { as: "number" }), new TypeError('"five" is not a number'));
  assert.throws(() => read('["a"]', { as: "number" }), TypeError);
});
