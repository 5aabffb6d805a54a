/** Values in a documented configuration. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "smol-toml";
import { fillIn, tomlValue } from "../../../src/cli/init/fill_in.ts";

Deno.test("a value is replaced under its own table, and nothing else changes", () => {
  const text = "# raw = 1\n[a]\nraw = 1\n[b]\n# why\nraw = 2\n";
  assert.equal(
    fillIn(text, [{ table: "b", key: "raw", value: "R:\\raw" }]),
    "# raw = 1\n[a]\nraw = 1\n[b]\n# why\nraw = 'R:\\raw'\n",
  );
});

Deno.test("a key that is not there is an error, not a silence", () => {
  assert.throws(() => fillIn("[a]\nx = 1\n", [{ table: "a", key: "y", value: 1 }]), RangeError);
  assert.throws(() => fillIn("x = 1\n", [{ table: "a", key: "x", value: 1 }]), RangeError);
});

Deno.test("any text comes back from TOML as it was", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assert.equal(parse(`x = ${tomlValue(text)}`)["x"], text);
  }));
  assert.equal(parse(`x = ${tomlValue("it's\r\n\u007f\\")}`)["x"], "it's\r\n\u007f\\");
});
