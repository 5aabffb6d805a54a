/** Tests of the escape that makes any text fit an ASCII tag. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromAscii, toAscii } from "../../src/tiff/tags/ascii_text.ts";

Deno.test("toAscii() leaves a sidecar's own backslashes as they are", () => {
  const text = "dateTime=@Variant(\\0\\0\\0\\x10\\0%\\x7f)\r\nextraInputs\\size=0\r\n";
  assert.equal(toAscii(text), text);
});

Deno.test("toAscii() escapes NUL, all that is not ASCII, and what looks like its own escape", () => {
  assert.equal(toAscii("Größe\0中🦀"), "Gr\\u{f6}\\u{df}e\\u{0}\\u{4e2d}\\u{1f980}");
  assert.equal(toAscii("\\u{41}"), "\\u{5c}u{41}");
});

Deno.test("toAscii() leaves no name with a colon in a tag, and dates as they are", () => {
  assert.equal(toAscii("Vertical: 1\\n:2"), "Vertical\\u{3a} 1\\n\\u{3a}2");
  assert.equal(toAscii("2024.05.04 : 10:00:00.250"), "2024.05.04 : 10:00:00.250");
});

Deno.test("fromAscii() undoes toAscii() for any text", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\\u{", "}", "\\", "u{", "5c", "3a}", "a:", ":", "\0", "\ud800", "\udc00"),
  );
  fc.assert(
    fc.property(fc.array(piece).map((pieces) => pieces.join("")), (text) => {
      const ascii = toAscii(text);
      // deno-lint-ignore no-control-regex -- NUL is what is looked for
      assert.match(ascii, /^[\x01-\x7f]*$/);
      assert.equal(fromAscii(ascii), text);
    }),
    { numRuns: 5000 },
  );
});
