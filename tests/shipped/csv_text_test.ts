import assert from "node:assert/strict";
import { csvLine, type CsvStyle, type CsvValue } from "../../plugins/lib/csv_text.ts";

const STYLE: CsvStyle = { separator: ",", lineEnd: "\n", guardFormulas: true };

function line(value: CsvValue, style: Partial<CsvStyle> = {}): string {
  return csvLine([value], { ...STYLE, ...style }).trimEnd();
}

Deno.test("csvLine quotes what RFC 4180 wants quoted, and nothing else", () => {
  assert.equal(csvLine(["a", 'say "x"', "1,5", " b", ""], STYLE), 'a,"say ""x""","1,5"," b",\n');
  assert.equal(csvLine(["1,5", "a;b"], { ...STYLE, separator: ";", lineEnd: "\r\n" }), '1,5;"a;b"\r\n');
});

Deno.test("csvLine makes one line of a record, whatever its texts hold", () => {
  assert.equal(line("first\r\nsecond\u2028third\tx\0y"), "first second third x y");
  assert.equal(line("x".repeat(100_000)).length, 32_000);
});

Deno.test("csvLine writes numbers so that they read back the same", () => {
  for (const number of [0.1 + 0.2, -1e-300, 2 ** 53, NaN, -Infinity]) {
    assert.ok(Object.is(Number(line(number)), number));
  }
  assert.equal(line(-0), "-0");
  assert.equal(csvLine([null, undefined, true], STYLE), ",,true\n");
});

Deno.test("csvLine keeps a spreadsheet from running a comment, and leaves numbers alone", () => {
  for (const text of ["=1+1", "@SUM(A1)", "-10 C ramp", "+cmd", " =x", "＝1+1", "－1+1", "-1,5,2"]) {
    assert.match(line(text), /^"?'/);
  }
  for (const text of ["-5", "+1e3", "-.5", "a=b"]) assert.equal(line(text), text);
  assert.equal(line("-1,5", { separator: ";" }), "-1,5");
  assert.equal(line("=1+1", { guardFormulas: false }), "=1+1");
});
