import assert from "node:assert/strict";
import { join } from "node:path";
import { tablePath } from "../../plugins/lib/frame_tables.ts";
import { isoTime } from "../../plugins/lib/times.ts";
import { tempFolder } from "../daemon/helpers.ts";
import { assertRefused, faultsOf, frameIn, PluginUnderTest } from "./plugin_context.ts";

const SIDECAR = [
  "[metadata]",
  "width=2048",
  "exposureTime=0.133",
  "summedExposures=10",
  'dateString="2011.03.18 : 15:09:04.000"',
  'userComment1="=2+2, ""x"""',
  "userComment2=-5",
  "normalization\\1\\x=1",
  "[centerfinder]",
  "energy=42000",
].join("\n");

Deno.test("csv: a line a frame with the columns that are asked for, and nothing invented where there is no sidecar", async () => {
  using folder = tempFolder();
  const columns = ["number", "name", "bytes", "latency_s", "dark", "exposureTime_s", "dateTime", "metadata/width"];
  await using under = await PluginUnderTest.start("csv", { columns, line_end: "lf" });
  await under.fire(frameIn(folder.path, { sidecar: SIDECAR }));
  await under.fire(frameIn(folder.path, { name: "deep/er/P-00002.tif", number: 2 }));
  const text = Deno.readTextFileSync(join(folder.path, "frames.csv"));
  assert.equal(
    text,
    "number,name,bytes,latency_s,dark,exposureTime_s,dateTime,metadata/width\n" +
      "1,P-00001.tif,1234,0.123,false,0.133,2011-03-18T15:09:04.000,2048\n" +
      "2,deep/er/P-00002.tif,1234,0.123,false,,,\n",
  );
  assert.deepEqual([under.counters, under.lines], [{ lines: 2 }, []]);
});

Deno.test("csv: comments cannot run in a spreadsheet, unless that is asked for", async () => {
  using folder = tempFolder();
  const columns = ["userComment1", "userComment2", "centerfinder/energy"];
  await using guarded = await PluginUnderTest.start("csv", { columns, file: "guarded.csv" });
  await using plain = await PluginUnderTest.start("csv", {
    columns,
    file: "plain.csv",
    guard_formulas: false,
    separator: ";",
  });
  for (const under of [guarded, plain]) await under.fire(frameIn(folder.path, { sidecar: SIDECAR }));
  const [, first] = Deno.readTextFileSync(join(folder.path, "guarded.csv")).split("\r\n");
  const [, second] = Deno.readTextFileSync(join(folder.path, "plain.csv")).split("\r\n");
  assert.match(first!, /^"'=2\+2, .*",-5,42000$/);
  assert.match(second!, /^"?=2\+2, .*;-5;42000$/);
});

Deno.test("csv: every column that can be named can be written", async () => {
  using folder = tempFolder();
  const [fault] = await faultsOf("csv", { columns: ["nothing"] });
  const columns = /there are (.*), and "section\/key"/.exec(fault!)![1]!.split(", ");
  await using under = await PluginUnderTest.start("csv", { columns });
  await under.fire(frameIn(folder.path, { sidecar: SIDECAR }));
  const [header, line] = Deno.readTextFileSync(join(folder.path, "frames.csv")).split("\r\n");
  assert.equal(header, columns.join(","));
  assert.ok(columns.length > 40 && line!.includes(",0.133,10,"));
});

Deno.test("csv: a file a day, beside the frames or at a place of its own", () => {
  const frame = frameIn(join("/output", "x"), { name: "a/b/P.tif", deliveredAt: new Date(2026, 10, 3, 23, 59) });
  assert.equal(tablePath(frame, { file: "f_{date}.csv", beside: "output" }), join("/output", "x", "f_2026-11-03.csv"));
  assert.equal(tablePath(frame, { file: "f.csv", beside: "frame" }), join("/output", "x", "a", "b", "f.csv"));
  const own = join(Deno.build.os === "windows" ? "D:\\logs" : "/logs", "f.csv");
  assert.equal(tablePath(frame, { file: own, beside: "frame" }), own);
});

Deno.test("csv: times say their zone, and are the moment that they were", () => {
  for (const moment of [new Date(0), new Date("2026-07-01T23:30:00.007Z"), new Date("2026-01-01T00:00:00Z")]) {
    assert.match(isoTime(moment), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
    assert.equal(new Date(isoTime(moment)).getTime(), moment.getTime());
    assert.equal(Number(isoTime(moment).slice(11, 13)), moment.getHours());
  }
});

Deno.test("csv: frames whose file cannot be written wait, and are written at the next firing, also without a frame", async () => {
  using folder = tempFolder();
  await using under = await PluginUnderTest.start("csv", { columns: ["name"] });
  // A folder in the file's place is what cannot be opened on every system.
  const path = join(folder.path, "frames.csv");
  Deno.mkdirSync(path);
  await under.fire(frameIn(folder.path), frameIn(folder.path, { number: 2 }));
  assert.equal(under.lines.length, 1);
  Deno.removeSync(path);
  await under.fire();
  assert.equal(Deno.readTextFileSync(path), "name\r\nP-00001.tif\r\nP-00001.tif\r\n");
  assert.match(under.lines[1]!, /is written again$/);
});

Deno.test("csv: a wrong table is refused with what would be right", async () => {
  assert.deepEqual(await faultsOf("csv", {}), []);
  await assertRefused("csv", [
    [{ columns: ["exposure"] }, /^columns\.0: there is no exposure; there are sequence, number, /],
    [{ columns: ["name", "name"] }, /^columns: the column name is there twice/],
    [{ file: "P-00001.tif" }, /ends in \.csv, \.tsv or \.txt/],
    [{ file: "{day}.csv" }, /only \{date\} can stand in braces/],
    [{ file: "D:\today.csv" }, /single quotes/],
    [{ line_end: "CRLF" }, /^line_end: one of "crlf", "lf" is needed/],
    [{ colums: [] }, /^colums: there is no such key; there are columns, file, /],
  ]);
});
