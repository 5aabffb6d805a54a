/** The checks of the lint stage find what they are for. */
import assert from "node:assert/strict";
import { deadExports, readModule } from "../../build/checks/exports.ts";
import { circlesOf, headerFaults, headerOf, importsOf, refusal } from "../../build/checks/imports.ts";
import { anchorsOf, faultsOf } from "../../build/checks/markdown.ts";
import { faultOfFile, faultsOfFolders } from "../../build/checks/sizes.ts";

Deno.test("an import against the direction of the rooms is refused, one along it is not", () => {
  const why = (from: string, to: string) => refusal({ from, to });
  assert.equal(why("src/daemon/daemon.ts", "src/frames/events.ts"), null);
  assert.match(why("src/frames/stage.ts", "src/daemon/daemon.ts") ?? "", /src\/frames may not import src\/daemon/);
  assert.match(why("src/tango/device.ts", "src/http/server.ts") ?? "", /src\/tango may not import src\/http/);
  assert.match(why("src/time/clock.ts", "src/qxrd/view.ts") ?? "", /src\/time is a leaf/);
  assert.equal(why("src/qxrd/view.ts", "src/time/clock.ts"), null);
  assert.match(why("plugins/roi.ts", "src/frames/stage.ts") ?? "", /plugins import pewatch/);
  assert.equal(why("main.ts", "src/cli/main.ts"), null);
});

Deno.test("imports of every form are seen: types, dynamic ones, exports of other modules", () => {
  const text = 'import type { A } from "./a.ts";\nexport { b } from "../b.ts";\nawait import("./c.ts");\n' +
    'import fs from "node:fs";\n';
  assert.deepEqual(importsOf("x/y.ts", text).map(({ to }) => to), ["x/a.ts", "b.ts", "x/c.ts"]);
});

Deno.test("a circle of three files is named along its way", () => {
  const imports = [["a", "b"], ["b", "c"], ["c", "a"], ["a", "d"]].map(([from, to]) => ({ from: from!, to: to! }));
  assert.deepEqual(circlesOf(imports), [["a", "b", "c", "a"]]);
  assert.deepEqual(circlesOf(imports.slice(1)), []);
});

Deno.test("each folder of src is a room, whose README.md says what may be imported", () => {
  assert.match(headerOf("src/tango"), /^May import: `ffi`.*`src\/daemon`, `src\/config`, `src\/time`, `src\/text`\.$/);
  assert.doesNotMatch(headerOf("src/tango"), /http|cli/);
  assert.equal(headerOf("src/time"), "May import: `src/config`, `src/text`.");
  const right = (room: string) => `# ${room}\n\n${headerOf(room).replaceAll(", ", ",\n")}\n`;
  assert.deepEqual(headerFaults(["src/tango"], right), []);
  assert.match(headerFaults(["src/new"], right).join(), /src\/new is not a room/);
  assert.match(headerFaults([], (room) => room === "ffi" ? null : right(room)).join(), /^ffi\/README.md is missing$/);
  const wrong = (room: string) => room === "ffi" ? "May import: `src/cli`." : right(room);
  assert.match(
    headerFaults([], wrong).join(),
    /^ffi\/README.md does not say: May import: `src\/config`, `src\/time`, `src\/text`\.$/,
  );
});

Deno.test("an export that nobody imports is found; types of signatures and modules used as a whole are not", () => {
  const modules = new Map([
    [
      "a.ts",
      readModule(
        "a.ts",
        "export const used = 1;\nexport const dead = 2;\nexport interface T { x: 1 }\nexport function f(t: T) {}\n",
      ),
    ],
    ["b.ts", readModule("b.ts", 'import { used, f } from "./a.ts";\nexport function run() {}\n')],
    ["c.ts", readModule("c.ts", '(await import("./b.ts")).run();\nexport type Alone = 1;\n')],
  ]);
  assert.deepEqual(deadExports(modules, () => true), ["a.ts: dead", "c.ts: Alone"]);
});

Deno.test("broken links, code spans and tables of a page are found with their lines", () => {
  const text = "# One two\n\nsee [a](b.md), [c](#one-two), [d](#three)\n\nan `open span\n\n`src/none.ts`\n\n" +
    "| a | b |\n| - | - |\n| 1 |   |\n\n`over\nline`\n";
  const faults = faultsOf({ path: "docs/x.md", text }, {
    exists: (path) => path === "docs/x.md",
    anchorsOf: () => anchorsOf(text),
  });
  assert.deepEqual(faults, [
    "docs/x.md:3: the link to b.md leads nowhere",
    "docs/x.md:3: docs/x.md has no heading for #three",
    'docs/x.md:5: a code span is not closed in "an `open span"',
    "docs/x.md:7: there is no src/none.ts",
    "docs/x.md:9: an empty cell beside 1",
    'docs/x.md:13: the code span "`over\\nline`" goes over a line\'s end',
  ]);
});

Deno.test("a short or long file gives its reason at its head, and a folder of src has 15 files at most", () => {
  const why = (head: string, lines: number) => faultOfFile("a.ts", `${head}\n${"x();\n".repeat(lines)}`);
  assert.match(why("/** Adds. */", 29) ?? "", /^a\.ts: 30 lines; .*"A file of its own: "$/);
  assert.equal(why("/** Adds. */", 30), null);
  assert.equal(why("/** Adds. A file of its own: shared. */", 3), null);
  assert.equal(why("/**\n * Adds. A file\n * of its own: shared.\n */", 3), null);
  assert.equal(why("// Adds.\n// A file of its own: shared.", 3), null);
  assert.match(why("x();\n/** A file of its own: no head. */", 3) ?? "", /5 lines/);
  assert.match(why("/** Adds. */", 300) ?? "", /301 lines; .*"One file: "$/);
  assert.equal(why("/** Adds. One file: it is one state. */", 300), null);
  const folder = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}/${i}.ts`);
  assert.deepEqual(faultsOfFolders([...folder("src/a", 15), ...folder("src/a/b", 15)]), []);
  assert.match(faultsOfFolders(folder("ffi/a", 16)).join(), /^ffi\/a: 16 files, at most 15/);
});
