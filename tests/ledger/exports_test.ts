import assert from "node:assert/strict";
import type { PlacedLine } from "../../src/ledger/audit.ts";
import { csvLines, filesBelow, sha256Line } from "../../src/ledger/exports.ts";
import { deliveredEntry } from "./lines.ts";

Deno.test("names that a spreadsheet would run are texts in the CSV, numbers and times stay, checksums keep the names", () => {
  const names = ["=1+1.tif", "+A.tif", "-10 C.tif", "@x.tif"];
  const head = { sequence: 7, time: "2026-01-01T00:00:00.000Z", previous: "", number: 3, version: 1 };
  const lines = names.map((name) => {
    const files = [{ name, role: "image" as const, size: 10, sha256: "ab".repeat(32) }];
    return { ...head, ...deliveredEntry(1, { frame: name, folder: "", files, latency_s: -0.25 }) } as PlacedLine;
  });
  const files = filesBelow(lines, "/data/out");
  const rows = [...csvLines(files)].slice(1).map((row) => row.split(","));
  assert.deepEqual(rows.map(([, , , frame, path]) => [frame, path]), names.map((name) => [`'${name}`, `'${name}`]));
  assert.deepEqual(rows.map((row) => [row[0], row[6], row[10]]), names.map(() => ["7", "10", "-0.25"]));
  assert.deepEqual(rows[0]![1], head.time);
  assert.equal(sha256Line("ab", files[0]!.path), "ab  =1+1.tif");
});
