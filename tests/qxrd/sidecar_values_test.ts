import assert from "node:assert/strict";
import { decodeValue, doublesOf, type SidecarClock } from "../../src/qxrd/sidecar_values.ts";
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

/** A QString in a QDataStream, as QSettings escapes it. */
function qString(text: string): string {
  const hex = (code: number) => String.raw`\x` + code.toString(16);
  const bytes = [0, 0, 0, 2 * text.length, ...[...text].flatMap((letter) => [0, letter.charCodeAt(0)])];
  return bytes.map(hex).join("");
}

Deno.test("decodeValue() reads a QDateTime of Qt 4 and of Qt 5, local, UTC and with an offset", () => {
  const parts = { year: 2017, month: 11, day: 9, hour: 23, minute: 8, second: 28, millisecond: 53 };
  const qt4 = (spec: string) => decodeValue(String.raw`@Variant(\0\0\0\x10\0%\x81\xd3\x4\xf7.\x15` + spec + ")");
  const read = (clock: SidecarClock) => ({ kind: "dateTime", dateTime: parts, clock });
  assert.deepEqual(qt4(String.raw`\xff`), read({ kind: "local", summer: null }));
  assert.deepEqual(qt4(String.raw`\0`), read({ kind: "local", summer: false }));
  assert.deepEqual(qt4(String.raw`\x1`), read({ kind: "local", summer: true }));
  assert.deepEqual(qt4(String.raw`\x2`), read({ kind: "offset", offset_s: 0 }));
  assert.deepEqual(qt4(String.raw`\x3`), read({ kind: "unknown" }));
  assert.deepEqual(qt4(String.raw`\x4`), read({ kind: "unknown" }));
  const qt5 = (rest: string) =>
    decodeValue(String.raw`@DateTime(\0\0\0\x10\0\0\0\0\0\0%\x81\xd3\x4\xf7.\x15` + rest + ")");
  assert.deepEqual(qt5(String.raw`\0`), read({ kind: "local", summer: null }));
  assert.deepEqual(qt5(String.raw`\x1`), read({ kind: "offset", offset_s: 0 }));
  assert.deepEqual(qt5(String.raw`\x2\xff\xff\xce\xc8`), read({ kind: "offset", offset_s: -12_600 }));
  assert.deepEqual(qt5(String.raw`\x2\xff`), read({ kind: "unknown" }));
  assert.deepEqual(qt5(String.raw`\x3` + qString("Asia/Kathmandu")), read({ kind: "zone", name: "Asia/Kathmandu" }));
  // As QTimeZone writes a zone of a fixed offset: before Qt 6.5, and since.
  const fixed = qString("OffsetFromUtc") + qString("UTC+01:00") + String.raw`\0\0\xe\x10` + qString("UTC+01:00");
  assert.deepEqual(qt5(String.raw`\x3` + fixed), read({ kind: "offset", offset_s: 3600 }));
  const ahead = qString("AheadOfUtcBy") + String.raw`\0\0\xe\x10`;
  assert.deepEqual(qt5(String.raw`\x3` + ahead), read({ kind: "offset", offset_s: 3600 }));
  assert.deepEqual(qt5(String.raw`\x3` + qString("QTimeZone::UTC")), read({ kind: "offset", offset_s: 0 }));
  assert.deepEqual(qt5(String.raw`\x3` + qString("QTimeZone::LocalTime")), read({ kind: "local", summer: null }));
  for (const rest of ["", qString(""), qString("-No Time Zone Specified!"), String.raw`\xff\xff\xff\xff`]) {
    assert.deepEqual(qt5(String.raw`\x3` + rest), read({ kind: "unknown" }), rest);
  }
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
