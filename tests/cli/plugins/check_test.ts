/** `pewatch plugins check`: what it says of right and wrong files, without running them. */
import assert from "node:assert/strict";
import { TempFolder } from "../../temp_folder.ts";
import { readErrors } from "../../../src/cli/plugins/type_check.ts";
import { importPlugin } from "../../../src/cli/plugins/examine.ts";
import { type CliResult, runHere } from "../run_cli.ts";

const GOOD = 'import type { PluginContext } from "pewatch";\nexport const TICKTACK = 3;\n' +
  "export function work(context: PluginContext): void {\n  context.log.info(`tick ${context.tick}`);\n}\n";

/** A folder with files, by their names. */
class Place extends TempFolder {
  constructor(files: Readonly<Record<string, string>>) {
    super();
    for (const [name, text] of Object.entries(files)) {
      if (name.includes("/")) Deno.mkdirSync(this.join(name.split("/")[0]!), { recursive: true });
      Deno.writeTextFileSync(this.join(name), text);
    }
  }

  check(file: string, ...args: string[]): Promise<CliResult> {
    return runHere(["plugins", "check", file, ...args], { cwd: this.path });
  }
}

Deno.test("a right plugin would be loaded: its exports, helpers, rhythm and types are shown", async () => {
  using place = new Place({
    "ring.ts": `import { half } from "./lib/half.ts";\n${GOOD}export const X = half(4);\n`,
    "lib/half.ts": "export const half = (x: number): number => x / 2;\n",
  });
  const { code, out, err } = await place.check("ring.ts");
  assert.equal(code, 0, out + err);
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
  const { code, out } = await place.check("marks.ts", "--json");
  assert.equal(code, 0, out);
  const { taken, name, ticktack, types } = JSON.parse(out);
  assert.deepEqual([taken, name, ticktack, types], [true, "marks", 3, { checked: true, errors: [] }]);
  const names = Array.from(Deno.readDirSync(place.path), ({ name }) => name).sort();
  assert.deepEqual(names, ["imported", "marks.ts"]);
});

Deno.test("wrong types are shown with their lines, though the plugin would be loaded", async () => {
  using place = new Place({ "ring.ts": `${GOOD}const x: string = 5;\nexport { x };\n` });
  const { code, out } = await place.check("ring.ts");
  assert.equal(code, 1);
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
    const { code, out, err } = await place.check("bad.ts");
    assert.equal(code, 1, out + err);
    assert.match(out, words);
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
  const right = await place.check("ring.ts", "--config", "right.toml");
  assert.equal(right.code, 0, right.out);
  assert.match(right.out, /configured by \[plugins\.ring\]/);
  const wrong = await place.check("ring.ts", "--config", "wrong.toml");
  assert.equal(wrong.code, 1);
  assert.match(wrong.out, /\[plugins\.ring\] limit: a number is needed/);
  assert.equal((await place.check("ring.ts", "--config", "none.toml")).code, 2);
});

Deno.test("names that no plugin may have are reported as such", async () => {
  using place = new Place({ "_helper.ts": GOOD, "x_test.ts": GOOD, "x.txt": GOOD });
  for (const name of ["_helper.ts", "x_test.ts", "x.txt"]) assert.equal((await place.check(name)).code, 1, name);
});

Deno.test("a --deno that is none is wrong usage, one of the version is taken; a file that takes a shipped plugin's place is named", async () => {
  using place = new Place({ "03_finalize.ts": GOOD });
  const none = await place.check("03_finalize.ts", "--deno", place.join("none"));
  assert.equal(none.code, 2);
  assert.match(none.err, /none is not there; Deno \d+\.\d+\.\d+ is needed/);
  const right = await place.check("03_finalize.ts", "--deno", Deno.execPath());
  assert.equal(right.code, 0, right.out);
  assert.match(right.out, /warning it would replace the shipped plugin 03_finalize/);
  assert.equal((await place.check("none.ts")).code, 2);
  const folder = await place.check(place.path);
  assert.deepEqual(
    [folder.code, /: this is a folder; name one of its files$/m.test(folder.err)],
    [2, true],
    folder.err,
  );
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
