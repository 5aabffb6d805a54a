import assert from "node:assert/strict";
import type { PluginExport } from "../../../src/cli/plugins/check_worker.ts";
import { judgeExports } from "../../../src/cli/plugins/judge_exports.ts";

function exported(module: Readonly<Record<string, unknown>>): PluginExport[] {
  return Object.entries(module).map(([name, value]) => ({
    name,
    type: typeof value,
    value: typeof value === "number" || typeof value === "string" ? value : null,
  }));
}

const work = () => {};

Deno.test("work and TICKTACK are enough", () => {
  assert.deepEqual(judgeExports(exported({ work, TICKTACK: 3 })), {
    name: null,
    ticktack: 3,
    offset: 0,
    problems: [],
    warnings: [],
  });
});

Deno.test("a work that is missing, misspelt or no function is a problem", () => {
  assert.deepEqual(judgeExports(exported({ work })).warnings, ["exports no TICKTACK; taken as 1"]);
  assert.deepEqual(judgeExports(exported({ TICKTACK: 3 })).problems, ["it exports no function work"]);
  assert.deepEqual(judgeExports(exported({ TICKTACK: 3, Work: work })).problems, [
    "exports Work; did you mean work?",
  ]);
  assert.deepEqual(judgeExports(exported({ TICKTACK: 3, work: 5 })).problems, ["work is not a function but a number"]);
  assert.deepEqual(judgeExports(exported({ TICKTACK: 3, work, setup: "x" })).problems, [
    "setup is not a function but a string",
  ]);
});

Deno.test("names that were most likely meant otherwise are warned of, others are the plugin's own", () => {
  const { problems, warnings } = judgeExports(exported({ work, TICKTAK: 3, setUp: work, helper: work, LIMIT: 4 }));
  assert.deepEqual(problems, []);
  assert.deepEqual(warnings, [
    "exports TICKTAK; did you mean TICKTACK? Taken as 1",
    "exports setUp; did you mean setup?",
  ]);
});

Deno.test("numbers that the scheduler would change are warned of in its words", () => {
  const verdict = judgeExports(exported({ work, TICKTACK: 0.5, TICKTACK_OFFSET: "two", NAME: "" }));
  assert.equal(verdict.ticktack, 1);
  assert.deepEqual(verdict.warnings, [
    "TICKTACK is 0.5, below 1: taken as 1",
    "TICKTACK_OFFSET is two, not a number: taken as 0",
    "NAME is not a text; the file's name is used",
  ]);
  assert.equal(judgeExports(exported({ work, TICKTACK: 1, NAME: "mine" })).name, "mine");
});

Deno.test("a NAME has a bound and no characters that a terminal, a path or a table would take for something else", () => {
  const problems = (NAME: string) => judgeExports(exported({ work, TICKTACK: 1, NAME })).problems;
  for (const name of ["roi", "样品 2", "beam-position_v1.2", "x".repeat(64)]) {
    assert.deepEqual(problems(name), [], name);
  }
  assert.deepEqual(problems("x".repeat(65)), ["its name has 65 characters; at most 64 are allowed"]);
  for (const name of ["a\nb", "\x1b[2J", "a/b", "a\\b", "a\0", "\u202ea", "<b>", '"', "a\tb"]) {
    assert.match(problems(name).join(), /^its name may only contain letters/, JSON.stringify(name));
  }
  assert.deepEqual(problems(" a"), ["its name begins or ends with a blank"]);
});
