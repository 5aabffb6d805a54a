import { strict as assert } from "node:assert";
import type { TangoAttribute } from "../../../ffi/tango/mod.ts";
import { escapeForTango, TangoError } from "../../../ffi/tango/mod.ts";
import { cText, decodeLatin1, encodeLatin1, splitTexts } from "../../../ffi/tango/text.ts";
import { decodeScalar, encodeScalar, encodeValue } from "../../../ffi/tango/values.ts";

Deno.test("all of Latin-1 goes to Tango and back as it is, bytes 0x80 to 0x9f too", () => {
  const text = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join("");
  assert.equal(decodeLatin1(encodeLatin1(text)), text);
  assert.equal(escapeForTango(text), text);
});

Deno.test("a text beyond Latin-1 is escaped where that is asked for, else refused", () => {
  assert.equal(escapeForTango("C:\\Ωλ\0€"), "C:\\\\u03a9\\u03bb\\u0000\\u20ac");
  assert.throws(() => encodeLatin1("€"), TangoError);
  assert.throws(() => cText("a\0b"), TangoError);
});

Deno.test("a C string ends with one NUL, an empty one too", () => {
  assert.deepEqual([...cText("aé")], [0x61, 0xe9, 0]);
  assert.deepEqual([...cText("")], [0]);
});

Deno.test("texts of the database are read as UTF-8 where they are that, else as Latin-1", () => {
  assert.deepEqual(splitTexts(Uint8Array.of(0x61, 0, 0, 0xe9, 0, 0xc3, 0xa9, 0)), ["a", "", "é", "é"]);
  assert.deepEqual(splitTexts(new Uint8Array(0)), []);
});

Deno.test("integers of 64 bits keep every bit, and what does not fit is refused", () => {
  const of = { name: "Big", type: "long64" } as const;
  for (const integer of [2n ** 63n - 1n, -(2n ** 63n), 0n, -1n]) {
    assert.equal(decodeScalar(23, encodeScalar(integer, of)), integer);
  }
  for (const wrong of [2n ** 63n, 1.5, 2 ** 53, "1", null]) {
    assert.throws(() => encodeScalar(wrong, of), TangoError);
  }
});

Deno.test("a list of texts is one after the other, each with its NUL", () => {
  const attribute: TangoAttribute = { name: "Lines", type: "string", format: "spectrum", description: "" };
  const { bytes, x, y } = encodeValue(attribute, ["a", "", "b"]);
  assert.deepEqual([[...bytes], x, y], [[0x61, 0, 0, 0x62, 0], 3, 0]);
  assert.equal(encodeValue(attribute, []).bytes.length, 0);
});

Deno.test("an image must have pixels of its attribute's type", () => {
  const attribute: TangoAttribute = { name: "Preview", type: "ushort", format: "image", description: "" };
  const pixels = Uint16Array.of(1, 2);
  const { bytes, x, y } = encodeValue(attribute, { pixels, width: 2, height: 1 });
  assert.deepEqual([[...bytes], x, y], [[1, 0, 2, 0], 2, 1]);
  assert.throws(() => encodeValue({ ...attribute, type: "double" }, { pixels, width: 2, height: 1 }), TangoError);
});
