/** The shell files of build run under `pipefail`: no program of a pipe may stop before the one before it has written all. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TempFolder } from "../temp_folder.ts";

const ROOT = join(import.meta.dirname!, "..", "..");

/** What reads only the start of its input: the program before it is ended by SIGPIPE, and with it the run. */
const STOPS_EARLY = /\|\s*(head\b|grep -[a-zA-Z]*[qm]|sed [^|]*\dq|awk [^|]*\bexit\b)/;

async function report(results: string[]): Promise<{ code: number; output: string }> {
  using work = new TempFolder();
  Deno.mkdirSync(work.join("unit"));
  for (const [index, text] of results.entries()) Deno.writeTextFileSync(work.join("unit", `${index}.xml`), text);
  Deno.writeTextFileSync(work.join("unit.counts"), "7 0\n");
  const script = `set -euo pipefail; work=$1; asked=unit; . "$2/build/lib/lanes.sh"; report_stages`;
  const command = new Deno.Command("bash", { args: ["-c", script, "-", work.path, ROOT], stderr: "piped" });
  const { code, stdout } = await command.output();
  return { code, output: new TextDecoder().decode(stdout) };
}

Deno.test("no pipe of the shell files ends in a program that stops reading early", async () => {
  const names = (await readdir(join(ROOT, "build"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const shell = [];
  for (const name of [...names, join(ROOT, ".ci/run")]) {
    const text = await readFile(name, "utf8");
    if (/^#!.*bash|^# shellcheck shell=bash/m.test(text)) shell.push({ name, text });
  }
  assert.ok(shell.length > 20);
  for (const { name, text } of shell) {
    for (const [index, line] of text.split("\n").entries()) {
      assert.doesNotMatch(line, STOPS_EARLY, `${name}:${index + 1}`);
    }
  }
});

Deno.test("the report ends with the sum, however many tests there are, and with none", async () => {
  const cases = Array.from(
    { length: 20_000 },
    (_, index) => `<testcase name="test ${index} ${"x".repeat(80)}" classname="./tests/a_test.ts" time="${index}.5">\n`,
  );
  const many = await report([cases.slice(0, 10_000).join(""), cases.slice(10_000).join("")]);
  assert.equal(many.code, 0, many.output);
  assert.match(many.output, /\n19999\.5 s +tests\/a_test\.ts: test 19999 x+\n/);
  assert.equal(many.output.match(/ s +tests\/a_test\.ts/g)?.length, 15);
  assert.match(many.output, /\n7 passed, 0 failed\n$/);
  const none = await report([]);
  assert.equal(none.code, 0, none.output);
  assert.match(none.output, /\n7 passed, 0 failed\n$/);
});
