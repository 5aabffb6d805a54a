import assert from "node:assert/strict";
import fc from "fast-check";
import { faultOnWindows, nameForWindows } from "../../src/config/names/windows_names.ts";

Deno.test("faultOnWindows() knows devices in any case and with any ending, ends that are dropped, and characters", () => {
  for (
    const name of ["CON", "aux.tif", "Nul.tif.metadata", "com1", "LPT9.x", "CONIN$", "con .tif", "x.", "x ", "a:b"]
  ) {
    assert.notEqual(faultOnWindows(name), null, name);
  }
  for (const name of ["CONTROL", "aux1.tif", "com.tif", "P-00001.tif", "Größe 样品.tif", ".hidden", "a.b c"]) {
    assert.equal(faultOnWindows(name), null, name);
  }
});

Deno.test("nameForWindows() gives a name that Windows can have, and leaves such a name as it is", () => {
  assert.equal(nameForWindows("aux.tif"), "_aux.tif");
  assert.equal(nameForWindows("P.tif. "), "P.tif__");
  assert.equal(nameForWindows("a:b?.tif"), "a_b_.tif");
  assert.equal(nameForWindows("P-00001.tif"), "P-00001.tif");
  const part = fc.constantFrom("con", "AUX", ".", " ", ":", "P", "tif", "\u0001", "lpt1", "_", "$");
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")), (name) => {
    const given = nameForWindows(name);
    assert.equal(faultOnWindows(given), null, JSON.stringify([name, given]));
    assert.equal(nameForWindows(given), given);
  }));
});
