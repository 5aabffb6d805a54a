import assert from "node:assert/strict";
import { join } from "node:path";
import { localTime, openLog } from "../../src/log/log.ts";
import { tempFolder } from "./helpers.ts";

function logSettings(file: string) {
  return { level: "info", file, size_mib_max: 1, files_max: 2 } as const;
}

Deno.test("the log writes one line a message, with time and level, from its level up", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "p.log");
  const log = openLog({ settings: logSettings(path), terminal: "none" });
  log.debug("not this");
  log.info("a {brace} {} frame", { brace: "filled in" });
  log.warn("two\r\nlines \x1b[31m");
  await log.close();
  const [first, second, ...rest] = Deno.readTextFileSync(path).split("\n");
  assert.match(first ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d info {2}a \{brace\} \{\} frame$/);
  assert.match(second ?? "", / warn {2}two \| lines \\x1b\[31m$/);
  assert.deepEqual(rest, [""]);
});

Deno.test("the log's terminal lines are JSON where a program reads them", async () => {
  const lines: string[] = [];
  const log = openLog({ settings: logSettings(""), terminal: "json", write: (line) => lines.push(line) });
  log.error("broken", { frame: "a.tif", bytes: 10n, level: "mine" });
  await log.close();
  const record = JSON.parse(lines.join(""));
  assert.equal(record.level, "error");
  assert.equal(record.message, "broken");
  assert.equal(record.frame, "a.tif");
  assert.equal(record.bytes, "10");
});

Deno.test("the log's terminal lines carry no colours where it is no terminal", async () => {
  const lines: string[] = [];
  const log = openLog({ settings: logSettings(""), terminal: "text", write: (line) => lines.push(line) });
  log.error("broken");
  await log.close();
  assert.match(lines.join(""), /^\d\d:\d\d:\d\d\.\d{3} error broken\n$/);
});

Deno.test("a log file that cannot be written is reported, and the terminal goes on", async () => {
  using folder = tempFolder();
  const inTheWay = join(folder.path, "file");
  Deno.writeTextFileSync(inTheWay, "");
  const lines: string[] = [];
  const settings = logSettings(join(inTheWay, "p.log"));
  const log = openLog({ settings, terminal: "text", write: (line) => lines.push(line) });
  log.info("goes on");
  await log.close();
  assert.match(lines[0] ?? "", /warn {2}log\.file: Cannot write /);
  assert.match(lines[1] ?? "", /goes on/);
});

Deno.test("the log puts its file aside at the size that is set", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "p.log");
  const log = openLog({ settings: logSettings(path), terminal: "none" });
  for (let line = 0; line < 3; line++) log.info("x".repeat(600_000));
  await log.close();
  const again = openLog({ settings: logSettings(path), terminal: "none" });
  again.info("new");
  await again.close();
  assert.ok(Deno.statSync(`${path}.1`).size > 1_000_000);
  assert.match(Deno.readTextFileSync(path), /new\n$/);
});

Deno.test("localTime() is the same moment as the clock's", () => {
  assert.equal(Date.parse(localTime(1_700_000_000_123)), 1_700_000_000_123);
});
