/** `pewatch plugins check`: what it says of right and wrong files, without running them. */
import assert from "node:assert/strict";
import { readErrors } from "../../../src/cli/plugins/type_check.ts";
import { importPlugin } from "../../../src/cli/plugins/examine.ts";
import { CliPlace } from "../place.ts";
import type { CliResult, Expected } from "../run_cli.ts";

const GOOD = 'import type { PluginContext } from "pewatch";\nexport const TICKTACK = 3;\n' +
  "export function work(context: PluginContext): void {\n  context.log.info(`tick ${context.tick}`);\n}\n";

/** A folder with files, by their names. */
class Place extends CliPlace {
  constructor(files: Readonly<Record<string, string>>) {
    super(null);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  check(expected: Expected, file: string, ...args: string[]): Promise<CliResult> {
    return this.expect(["plugins", "check", file, ...args], expected);
  }
}

Deno.test("a right plugin would be loaded: its exports, helpers, rhythm and types are shown", async () => {
  using place = new Place({
    "ring.ts": `import { half } from "./lib/half.ts";\n${GOOD}export const X = half(4);\n`,
    "lib/half.ts": "export const half = (x: number): number => x / 2;\n",
  });
  const { out } = await place.check({ code: 0 }, "ring.ts");
  assert.match(out, /helpers: lib.half\.ts$/m);
  assert.match(out, /exports: TICKTACK = 3, X = 2, work \(function\)$/m);
  assert.match(out, /fires every 3 ticks, offset 0$/m);
  assert.match(out, /types are right$/m);
  assert.match(out, /^It would be loaded$/m);
});

Deno.test("--json reports the same to programs; neither setup nor work is called", async () => {
  using place = new Place({
    "marks.ts": 'const mark = (name: string) => Deno.writeTextFileSync(import.meta.dirname + "/" + name, "");\n' +
      'mark("imported");\nexport const TICKTACK = 3;\nexport const setup = () => mark("set_up");\n' +
      'export const work = () => mark("worked");\n',
  });
  const { out } = await place.check({ code: 0 }, "marks.ts", "--json");
  const { taken, name, ticktack, types } = JSON.parse(out);
  assert.deepEqual([taken, name, ticktack, types], [true, "marks", 3, { checked: true, errors: [] }]);
  const names = Array.from(Deno.readDirSync(place.path), ({ name }) => name).sort();
  assert.deepEqual(names, ["imported", "marks.ts"]);
});

Deno.test("wrong types are shown with their lines, though the plugin would be loaded", async () => {
  using place = new Place({ "ring.ts": `${GOOD}const x: string = 5;\nexport { x };\n` });
  const { out } = await place.check({ code: 1 }, "ring.ts");
  assert.match(out, /PROBLEM .*ring\.ts:6:7: TS2322: Type 'number' is not assignable to type 'string'/);
  assert.match(out, /^It would be loaded, but its types are wrong$/m);
});

const WRONG: Readonly<Record<string, [text: string, words: RegExp]>> = {
  "broken text is reported with line and column": [
    "export const TICKTACK = 1;\nexport function work( {\n",
    /bad\.ts:\d+:\d+: /,
  ],
  "a file without work": ["export const TICKTACK = 1;\nexport function Work() {}\n", /exports no function .?work/],
  "a helper that is missing": [`import "./none.ts";\n${GOOD}`, /none\.ts/],
  "a module that throws while it is imported": [
    `${GOOD}throw new Error("no luck");\n`,
    /cannot be imported: .*no luck/,
  ],
  "a module that rejects beside": [
    `${GOOD}void Promise.reject(new Error("no luck"));\n`,
    /cannot be imported: .*no luck/,
  ],
  "a module that throws no error": [`${GOOD}throw "no luck";\n`, /cannot be imported: .*no luck/],
  "a module that ends the program": [`${GOOD}Deno.exit(0);\n`, /cannot end the program/],
  "a name that it imports and that is not there": [
    `import { readPicture } from "pewatch";\n${GOOD}export const y = readPicture;\n`,
    /readPicture/,
  ],
};

for (const [name, [text, words]] of Object.entries(WRONG)) {
  Deno.test(`not taken: ${name}`, async () => {
    using place = new Place({ "bad.ts": text });
    const { out } = await place.check({ code: 1, out: words }, "bad.ts");
    assert.match(out, /ok +types not checked, because of the problem below$/m);
    assert.match(out, /^It would not be loaded$/m);
  });
}

Deno.test("an import without an end is given up after its time", async () => {
  using place = new Place({
    "hangs.js": "for (;;);\n",
    "waits.js": "await new Promise(() => setInterval(() => {}, 5));\n",
  });
  for (const name of ["hangs.js", "waits.js"]) {
    const url = new URL(`file://${place.join(name)}`).href;
    const { error } = await importPlugin({ url, name: "x", tables: {} }, 0.3);
    assert.equal(error, "its import did not end within 0.3 s");
  }
});

Deno.test("the plugin's table is checked by its CONFIG", async () => {
  using place = new Place({
    "ring.ts":
      `import * as v from "valibot";\n${GOOD}export const CONFIG = v.object({ limit: v.number("a number is needed") });\n`,
    "right.toml": "[plugins.ring]\nlimit = 5\n",
    "wrong.toml": '[plugins.ring]\nlimit = "5"\n',
  });
  await place.check({ code: 0, out: /configured by \[plugins\.ring\]/ }, "ring.ts", "--config", "right.toml");
  const wrong = /\[plugins\.ring\] limit: a number is needed/;
  await place.check({ code: 1, out: wrong }, "ring.ts", "--config", "wrong.toml");
  await place.check({ code: 2 }, "ring.ts", "--config", "none.toml");
});

Deno.test("names that no plugin may have are reported as such", async () => {
  using place = new Place({ "_helper.ts": GOOD, "x_test.ts": GOOD, "x.txt": GOOD });
  for (const name of ["_helper.ts", "x_test.ts", "x.txt"]) await place.check({ code: 1 }, name);
});

Deno.test("a --deno that is none is wrong usage, one of the version is taken; a file that takes a shipped plugin's place is named", async () => {
  using place = new Place({ "03_finalize.ts": GOOD });
  const none = /none is not there; Deno \d+\.\d+\.\d+ is needed/;
  await place.check({ code: 2, err: none }, "03_finalize.ts", "--deno", place.join("none"));
  const right = /warning it would replace the shipped plugin 03_finalize/;
  await place.check({ code: 0, out: right }, "03_finalize.ts", "--deno", Deno.execPath());
  await place.check({ code: 2 }, "none.ts");
  await place.check({ code: 2, err: /: this is a folder; name one of its files$/m }, place.path);
});

Deno.test("what deno check says becomes one line an error; other trouble is no error of types", () => {
  const url = new URL("./plugin.ts", "file:///plugins/").href;
  const output = `TS2322 [ERROR]: Type 'number' is not assignable.\n  code\n    ~~\n    at ${url}:3:9\n\n` +
    `TS2304 [ERROR]: Cannot find name 'x'.\r\n    at ${url}:4:1\n\nFound 2 errors.\n\nerror: Type checking failed.\n`;
  assert.deepEqual(readErrors(output).map((line) => line.replace(/^.*plugin\.ts/, "plugin.ts")), [
    "plugin.ts:3:9: TS2322: Type 'number' is not assignable.",
    "plugin.ts:4:1: TS2304: Cannot find name 'x'.",
  ]);
  assert.deepEqual(readErrors("error: Module not found"), []);
});
