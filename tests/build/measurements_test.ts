import assert from "node:assert/strict";
import { csvText, measured, notMeasured, parseCsv } from "../bench/figures.ts";
import { CSV, PAGE, withTable } from "../bench/summary.ts";
import { SUMMARY_ROWS } from "../bench/summary_rows.ts";

Deno.test("the table in docs/measurements.md is that of docs/measurements.csv", () => {
  const page = Deno.readTextFileSync(PAGE), csv = Deno.readTextFileSync(CSV);
  const lines = parseCsv(csv);
  assert.equal(csv, csvText(lines));
  assert.deepEqual(lines.map(({ name }) => name), SUMMARY_ROWS.map(({ name }) => name));
  assert.equal(page, withTable(page, lines), "build/test bench summary writes both");
  assert.ok(csv.length < 5000, `${csv.length} bytes`);
  const other = lines.with(3, { ...lines[3]!, median: "9.99" });
  assert.notEqual(page, withTable(page, other));
});

Deno.test("a figure's median, range and load come back from the CSV, names with commas and quotes too", () => {
  const foreign = 0.034, values = [3, 1, 2.5];
  const line = measured({ name: 'a, "b"', unit: "ms", values, foreign });
  assert.deepEqual(line, {
    name: 'a, "b"',
    unit: "ms",
    median: "2.50",
    smallest: "1.00",
    largest: "3.00",
    load: "3",
    count: "3",
  });
  const lines = [
    line,
    notMeasured("not there"),
    measured({ name: "large", unit: "MB", values: [123.4], foreign: null }),
  ];
  assert.deepEqual(parseCsv(csvText(lines)), lines);
  assert.throws(() => parseCsv("name,unit\nx,y\n"), SyntaxError);
});
