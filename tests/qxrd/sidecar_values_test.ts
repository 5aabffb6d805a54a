import assert from "node:assert/strict";
import { decodeValue, doublesOf } from "../../src/qxrd/sidecar_values.ts";
import { decodeKey, decodeStrings } from "../../src/qxrd/sidecar_text.ts";

Deno.test("decodeStrings() resolves each escape that Qt writes", () => {
  assert.equal(decodeStrings(String.raw`\a\b\f\n\r\t\v\"\\\?\'`), "\x07\b\f\n\r\t\v\"\\?'");
});

Deno.test("decodeStrings() takes as many hex or octal digits as there are, and their lower 16 bits", () => {
  assert.equal(decodeStrings(String.raw`\x41`), "A");
  assert.equal(decodeStrings(String.raw`\x20ac!`), "€!");
  assert.equal(decodeStrings(String.raw`\x3\x61*`), "\x03a*");
  assert.equal(decodeStrings(String.raw`\x12320ac`), "€");
  assert.equal(decodeStrings(String.raw`\0\0\x10`), "\0\0\x10");
  assert.equal(decodeStrings(String.raw`\101\60`), "A0");
  assert.equal(decodeStrings(String.raw`\08`), "\x008");
  assert.equal(decodeStrings(String.raw`\xg`), "g");
});

Deno.test("decodeStrings() drops a backslash with a character that is no escape, or with the end of a line", () => {
  assert.equal(decodeStrings(String.raw`a\9b\z`), "ab");
  assert.equal(decodeStrings("a\\\r\nb\\\nc\\"), "abc");
});

Deno.test("decodeStrings() trims blanks outside quotes only", () => {
  assert.equal(decodeStrings("  a b \t"), "a b");
  assert.equal(decodeStrings('  " a "  '), " a ");
  assert.equal(decodeStrings(String.raw`a\t  `), "a\t");
  assert.equal(decodeStrings("   "), "");
});

Deno.test("decodeStrings() makes a list of what commas part outside quotes", () => {
  assert.deepEqual(decodeStrings('a, "b,c" , d '), ["a", "b,c", "d"]);
  assert.deepEqual(decodeStrings(","), ["", ""]);
  assert.equal(decodeStrings('"a,b"'), "a,b");
});

Deno.test("decodeKey() reads percent signs and levels, and leaves what is neither", () => {
  assert.equal(decodeKey(String.raw`normalization\1\val`), "normalization/1/val");
  assert.equal(decodeKey("a%20b%2Fc%U20acd"), "a b/c€d");
  assert.equal(decodeKey("100%"), "100%");
  assert.equal(decodeKey("%zz%U12"), "%zz%U12");
});

Deno.test("decodeValue() reads a QDateTime of Qt 4 and of Qt 5, local, UTC and with an offset", () => {
  const parts = { year: 2017, month: 11, day: 9, hour: 23, minute: 8, second: 28, millisecond: 53 };
  const qt4 = (spec: string) => decodeValue(String.raw`@Variant(\0\0\0\x10\0%\x81\xd3\x4\xf7.\x15` + spec + ")");
  assert.deepEqual(qt4(String.raw`\xff`), { kind: "dateTime", dateTime: parts, spec: "local" });
  assert.deepEqual(qt4(String.raw`\x1`), { kind: "dateTime", dateTime: parts, spec: "local" });
  assert.deepEqual(qt4(String.raw`\x2`), { kind: "dateTime", dateTime: parts, spec: "utc" });
  const qt5 = decodeValue(String.raw`@DateTime(\0\0\0\x10\0\0\0\0\0\0%\x81\xd3\x4\xf7.\x15\x1)`);
  assert.deepEqual(qt5, { kind: "dateTime", dateTime: parts, spec: "utc" });
});

Deno.test("decodeValue() keeps other variants as their bytes, with the name of a class of QXRD's", () => {
  const empty = decodeValue(String.raw`@Variant(\0\0\0\x7f\0\0\0\xfQcepDoubleList\0\0\0\0\0)`);
  assert.deepEqual(empty, { kind: "variant", type: 127, typeName: "QcepDoubleList", bytes: new Uint8Array(4) });
  assert.deepEqual(doublesOf(empty), []);
  const two = String.raw`\0\0\0\x2?\xf8\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0`;
  assert.deepEqual(doublesOf(decodeValue(String.raw`@Variant(\0\0\0\x7f\0\0\0\xfQcepDoubleList\0` + two + ")")), [
    1.5,
    -2,
  ]);
  const number = decodeValue(String.raw`@Variant(\0\0\0\x6?\xf8\0\0\0\0\0\0)`);
  assert.deepEqual(number, {
    kind: "variant",
    type: 6,
    typeName: null,
    bytes: Uint8Array.of(63, 248, 0, 0, 0, 0, 0, 0),
  });
});

Deno.test("doublesOf() does not believe a count that is larger than its bytes", () => {
  const liar = decodeValue(String.raw`@Variant(\0\0\0\x7f\0\0\0\xfQcepDoubleList\0\xff\xff\xff\xff)`);
  assert.equal(doublesOf(liar), undefined);
});

Deno.test("decodeValue() leaves a variant that is cut short the text that it is, or its bytes", () => {
  assert.equal(decodeValue(String.raw`@Variant(\0\0)`), "@Variant(\0\0)");
  assert.deepEqual(decodeValue(String.raw`@Variant(\0\0\0\x7f\xff\xff\xff\xffx)`), {
    kind: "variant",
    type: 127,
    typeName: null,
    bytes: Uint8Array.of(255, 255, 255, 255, 120),
  });
});

Deno.test("decodeValue() knows @Invalid(), @ByteArray(), @String() and the doubled @", () => {
  assert.equal(decodeValue("@Invalid()"), null);
  assert.deepEqual(decodeValue(String.raw`@ByteArray(a\xff\0)`), { kind: "bytes", bytes: Uint8Array.of(97, 255, 0) });
  assert.equal(decodeValue(String.raw`@String(a\0)`), "a\0");
  assert.equal(decodeValue("@@home"), "@home");
  assert.equal(decodeValue("@home"), "@home");
  assert.deepEqual(decodeValue("@@a, b"), ["@a", "b"]);
});
