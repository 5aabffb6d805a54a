import assert from "node:assert/strict";
import { join } from "node:path";
import { buildPlugin } from "../../../src/plugins/folder/build.ts";
import { PLUGIN_FILES_MAX } from "../../../src/plugins/folder/graph.ts";
import { FILE_BYTES_MAX } from "../../../src/plugins/folder/module_files.ts";
import type { PluginSource } from "../../../src/plugins/source.ts";
import { userPlace } from "../../../src/plugins/folder/places.ts";
import { type Files, load, TestFolder, WORK } from "./helpers.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The plugin a.ts of a folder with these files. */
async function build(test: TestFolder, name = "a.ts"): Promise<PluginSource> {
  return await buildPlugin(test.path(name), { transpiledRoot: test.copies });
}

/** Its problem without the folder's path. */
async function problemOf(files: Files, name = "a.ts"): Promise<string | undefined> {
  using test = new TestFolder(files);
  const source = await build(test, name);
  assert.equal(source.url === null, source.problem !== null);
  assert.deepEqual(test.copyNames(), source.url === null ? [] : [source.hash]);
  return source.problem?.replaceAll(join(test.plugins, "/"), "");
}

/** What the plugin's work returns. */
async function result(files: Files, name = "a.ts"): Promise<unknown> {
  using test = new TestFolder(files);
  return await (await load(await build(test, name))).work();
}

/** The text of what importing the plugin, or its work, throws, with the user's places and without the folder's path. */
async function failure(files: Files, name = "a.ts"): Promise<string> {
  using test = new TestFolder(files);
  const source = await build(test, name);
  try {
    await (await load(source)).work();
  } catch (error) {
    const { message, stack } = error as Error;
    return userPlace(`${message}\n${stack}`, source.places).replaceAll(join(test.plugins, "/"), "");
  }
  throw new Error("nothing was thrown");
}

Deno.test("what stands in the transpiled copy is the user's text with blanks in place of types", async () => {
  using test = new TestFolder({
    "a.ts": "export function work(é: string, 中 = <const T>(a: T) => a): void {} // 😀\r\n",
  });
  const { url, hash } = await build(test);
  const text = Deno.readTextFileSync(new URL(url ?? ""));
  assert.equal(text, "export function work(é        , 中 =          (a   ) => a)       {} // 😀\r\n");
  assert.match(hash, /^[0-9a-f]{16}$/);
});

Deno.test("helpers are followed through every kind of import, whatever their ending", async () => {
  const files = {
    "a.ts": [
      'import { one } from "./lib/one.ts";',
      'import type { Nothing } from "./nowhere.ts";',
      'export { two } from "./lib/two.mts";',
      'export * from "./lib/three.js";',
      'import five from "./lib/five.json" with { type: "json" };',
      "import * as self from './a.ts';",
      "export async function work(): Promise<unknown> {",
      '  const { four } = await import( /* late */ "./lib/deep/four.mjs");',
      "  const { six } = await import(`./lib/six.ts`);",
      '  const seven = await import("./lib/seven.json", { with: { type: "json" } });',
      "  return [one(), self.two, self.three, four, five, six, seven.default];",
      "}",
    ].join("\n"),
    "lib/one.ts": 'import { back } from "../a.ts";\nexport const one = (): string => typeof back;',
    "lib/two.mts": "export const two: number = 2;",
    "lib/three.js": "export const three = 3;",
    "lib/deep/four.mjs": 'export { two as four } from "../two.mts";',
    "lib/five.json": "[5]",
    "lib/six.ts": "export const six = 6 as number;",
    "lib/seven.json": '{"n":7}',
  };
  files["a.ts"] += "\nexport const back = 1;";
  assert.deepEqual(await result(files), ["number", 2, 3, 2, [5], 6, { n: 7 }]);
});

Deno.test("a type that is imported without the word type is no harm, in comments neither", async () => {
  const text = `import { PluginContext, API_VERSION, type Logger } from "pewatch";
import { help, Kind } from "./help.ts";
/**
 * @param context {PluginContext}
 */
// PluginContext
export function work(context: PluginContext, kind?: Kind): unknown { return [typeof API_VERSION, help as unknown]; }
`;
  const files = { "a.ts": text, "help.ts": "export type Kind = 1;\nexport const help = 'help';" };
  assert.deepEqual(await result(files), ["number", "help"]);
});

Deno.test("pewatch is the program's own module, shared with it", async () => {
  using test = new TestFolder({
    "a.ts": 'export * as api from "pewatch";\nimport "node:path";\nexport const work = 1;',
  });
  assert.equal((await load(await build(test))).api, await import("pewatch"));
});

Deno.test("what blanks cannot express is made anew: enums, namespaces, parameter properties, angle brackets", async () => {
  const text = `enum Kind { A = "a" }
namespace Space { export const b = "b"; }
class Point { constructor(readonly x: number, private y = <number>2) {} sum() { return this.x + this.y; } }
export function work() { return [Kind.A, Space.b, new Point(1).sum()]; }`;
  assert.deepEqual(await result({ "a.ts": text }), ["a", "b", 3]);
});

Deno.test("places of run-time errors are the user's, in the plugin and in its helpers", async () => {
  const thrown = await failure({
    "a.ts":
      'import { help } from "./my%20lib/h%C3%A9lp%20%231%2520.ts"; interface A { b: 1 }\nexport function work(c?: Array<A>): void { help(c as unknown); }',
    "my lib/hélp #1%20.ts": "export function help<T>(b: T): never {\n  const c: T = b; throw new Error(`no ${c}`); }",
  });
  assert.match(thrown, new RegExp(String.raw`\(?my lib[/\\]hélp #1%20\.ts:2:25\)?\n`));
  assert.match(thrown, /\(a\.ts:2:44\)/);
});

Deno.test("places of run-time errors are the user's where the code was made anew", async () => {
  const text = `enum Kind {
  A,
  B,
}
type Long = {
  a: Kind;
};
export function work(): Long { const a: Kind = Kind.A; throw new Error(String(a)); }
`;
  assert.match(await failure({ "a.ts": text }), /work \(a\.ts:8:62\)/);
});

Deno.test("places of errors at import are the user's", async () => {
  assert.match(await failure({ "a.js": "export const work = 1;\nconst a = 1; const a = 2;" }, "a.js"), /a\.js:2:20\b/);
  assert.match(await failure({ "a.ts": "type B = 1;\n export const work: B = fail();" }), /a\.ts:2:25\b/);
  assert.match(
    await failure({ "a.ts": 'import { gone } from "./b.ts"; export const work = gone;', "b.ts": "export {}" }),
    /gone/,
  );
});

Deno.test("import.meta shows the user's file, and no column moves", async () => {
  const text = "export const work = () => [import.meta.url, import.meta.filename, import.meta.dirname, " +
    'import.meta.resolve("./data #1.csv"), import.meta.resolve("pewatch"), fail];';
  using test = new TestFolder({ "a b.ts": text, "c.ts": text.replace(", fail", "") });
  const thrown = await build(test, "a b.ts");
  const error = await load(thrown).then((plugin) => plugin.work()).catch((error) => error);
  assert.ok(userPlace(error.stack, thrown.places).includes(`${test.path("a b.ts")}:1:158`), error.stack);
  const source = await build(test, "c.ts");
  const [url, filename, dirname, data, api] = (await load(source)).work();
  assert.deepEqual([filename, dirname], [test.path("c.ts"), test.plugins]);
  assert.equal(Deno.readTextFileSync(new URL(url)), text.replace(", fail", ""));
  assert.ok(data.startsWith("file://") && data.endsWith("/plugins/data%20#1.csv"), data);
  assert.match(api, /api\.ts$/);
});

Deno.test("text with BOM, CRLF, a #! line or strange characters is taken", async () => {
  assert.equal(
    await result({ "a.ts": "\ufeff#!/usr/bin/env deno\r\nexport const work = (): string => 'é';\r\n" }),
    "é",
  );
  assert.equal(
    await result({ "a.js": "#!x\nexport const work = () => import.meta.main === undefined ? 0 : 1;" }, "a.js"),
    1,
  );
});

Deno.test("names with spaces, Unicode, # and % are taken, on Linux those with ? too", async () => {
  const odd = [
    "my plug in.ts",
    "Größe 中.ts",
    "a#b.ts",
    "100%.ts",
    "a%20b.ts",
    "(1) [2] '3.ts",
    ...Deno.build.os === "windows" ? [] : ["a?b.ts", 'a"b.ts', "a\\b.ts"],
  ];
  for (const name of odd) {
    using test = new TestFolder({ [name]: "export function work(): never { throw new Error('x'); }" });
    const source = await build(test, name);
    assert.equal(source.problem, null);
    assert.equal(source.name, name.slice(0, -3));
    const error = await load(source).then((plugin) => plugin.work()).catch((error) => error);
    assert.ok(userPlace(error.stack, source.places).includes(`${test.path(name)}:1:39`), error.stack);
  }
});

Deno.test("a syntax error is reported with file, line and column, tabs and wide characters counted as one", async () => {
  assert.equal(
    await problemOf({ "a.ts": "let a = 1;\nexport function work( {\n  let b = ;\n}" }),
    "a.ts:3:7: Expected ',', got 'ident'",
  );
  assert.equal(await problemOf({ "a.ts": "\t\tlet 中 = '😀' + ;" }), "a.ts:1:18: Expression expected");
  assert.equal(await problemOf({ "a.ts": "\tlet b = 🎈;" }), "a.ts:1:10: Unexpected character '🎈'");
  assert.equal(
    await problemOf({ "a.js": "export const work = 1;\nimport 'x" }, "a.js"),
    "a.js:2:10: it is not a JavaScript module",
  );
  assert.match(await problemOf({ "a.ts": "enum A {}\nexport = 3;" }) ?? "", /^a\.ts:2:1: Export assignment cannot/);
});

Deno.test("what is not a text is reported as that", async () => {
  assert.equal(await problemOf({ "a.ts": "" }), "a.ts: it is empty");
  assert.match(await problemOf({ "a.ts": bytes("let a;\nlet\0") }) ?? "", /^a\.ts:2:4: it contains NUL bytes/);
  assert.match(await problemOf({ "a.js": bytes("let a;\0") }, "a.js") ?? "", /^a\.js:1:7: it contains NUL bytes/);
  const latin1 = Uint8Array.of(...bytes("// caf"), 0xe9, ...bytes("\n"));
  assert.equal(await problemOf({ "a.ts": latin1 }), "a.ts:1:7: it is not UTF-8 text: save it as UTF-8");
  const utf16 = Uint8Array.of(0xff, 0xfe, ...bytes("a\0"));
  assert.match(await problemOf({ "a.ts": utf16 }) ?? "", /it is not UTF-8 text/);
});

Deno.test("a file that is too large is not read", async () => {
  const problem = await problemOf({ "a.ts": new Uint8Array(10_000_000).fill(0x20) });
  assert.equal(problem, `a.ts: it has 10000000 bytes; at most ${FILE_BYTES_MAX} are read`);
});

Deno.test("imports that cannot be followed are reported with their place and the reason", async () => {
  const cases: [text: string, problem: RegExp][] = [
    ['import "../out.ts";', /^a\.ts:1:8: \.\.\/out\.ts: it is outside of the plugins folder/],
    ['\n import "./b/../../c.ts";', /^a\.ts:2:9: .*it is outside/],
    ['import "file:///etc/a.ts";', /^a\.ts:1:8: .*only files in the plugins folder can be imported/],
    ['await import("/etc/a.ts");', /^a\.ts:1:14: .*only files in/],
    ['export * from "https://deno.land/x/a.ts";', /^a\.ts:1:15: https:.*modules are not loaded from the network/],
    ['import "npm:lodash";', /^a\.ts:1:8: npm:lodash: npm packages are not available; plugins import pewatch, valibot/],
    ['await import("npm:lodash");', /^a\.ts:1:14: npm:lodash: npm packages are not available/],
    ['export { x } from "lodash";', /^a\.ts:1:19: lodash: this module is not available; plugins import pewatch/],
    ['import "jsr:@std/path";', /^a\.ts:1:8: jsr:@std\/path: modules are not loaded/],
    ['import "./b";', /^a\.ts:1:8: \.\/b: a module's name must end in .*; did you mean \.\/b\.ts\?$/],
    ['import "./b.js";', /^a\.ts:1:8: \.\/b\.js: there is no file b\.js; did you mean b\.ts\?$/],
    ['import "./gone.ts";', /^a\.ts:1:8: \.\/gone\.ts: there is no file gone\.ts$/],
    ['enum A { B }\nconst c: A = 1; import "./gone.ts";', /^a\.ts:2:24: \.\/gone\.ts: there is no file/],
    ['import a from "./c.json";', /^a\.ts:1:15: .*import a JSON file with \{ type: "json" \}$/],
    ['import a from "./c.json" with { type: "text" };', /^a\.ts:1:15: .*type "text" is not possible$/],
    ['import a from "./c.json" with { type: "json" };', /^c\.json: it is not JSON: /],
    ['import "./%2e%2f.ts";', /^a\.ts:1:8: .*it is not the path of a file$/],
    ['import "./\\u0062.ts";', /^a\.ts:1:8: .*without escapes$/],
    ['import "./b.ts"; import "./d.ts"; ', /d\.js and .*d\.ts: a plugin imports one of the two, not both$/],
    ['import "./folder.ts";', /^folder\.ts: it is not a file$/],
  ];
  for (const [text, problem] of cases) {
    const files = {
      "a.ts": text.includes("a from") || text.includes("enum") ? `${text}\n${WORK}if (a) a;` : `${text}\n${WORK}`,
      "b.ts": 'import "./d.js";',
      "c.json": "{",
      "d.ts": "export {}",
      "d.js": "export {}",
      "folder.ts/x": "",
    };
    assert.match(await problemOf(files) ?? "no problem", problem, text);
  }
});

Deno.test("a deep chain of imports is followed, an endless one is not", async () => {
  const chain = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [
      i === 0 ? "a.ts" : `c${i}.ts`,
      i === count - 1 ? WORK : `export * from "./c${i + 1}.ts";`,
    ]));
  assert.equal(await problemOf(chain(PLUGIN_FILES_MAX)), undefined);
  assert.match(await problemOf(chain(PLUGIN_FILES_MAX + 1)) ?? "", /it has more than 500 files$/);
});

Deno.test("a name that keeps a file from being a plugin is reported", async () => {
  assert.match(
    await problemOf({ "_a.ts": WORK }, "_a.ts") ?? "",
    /_a\.ts: a file whose name begins with _ is a helper, not a plugin$/,
  );
  assert.match(await problemOf({ "a.tsx": WORK }, "a.tsx") ?? "", /must end in \.ts, \.mts, \.js or \.mjs$/);
  assert.match(await problemOf({ "a.ts": "export const TICKTACK = 1;" }) ?? "", /exports no function `work`/);
});

Deno.test("the hash is that of all files, names and the folder; a transpiled copy that is whole is used again, another mended", async () => {
  const files = { "a.ts": 'import "./b.ts";\nexport const work = 1;', "b.ts": "1;" };
  using test = new TestFolder(files);
  const first = await build(test);
  const helper = new URL("b.js", first.url ?? "");
  const before = Deno.statSync(helper).mtime?.getTime();
  assert.deepEqual(await build(test), first);
  assert.equal(Deno.statSync(helper).mtime?.getTime(), before);
  Deno.removeSync(helper);
  assert.deepEqual(await build(test), first);
  assert.equal(Deno.readTextFileSync(helper), "1;");
  assert.deepEqual(test.copyNames(), [first.hash]);
  test.write("b.ts", "2;");
  assert.notEqual((await build(test)).hash, first.hash);
  using other = new TestFolder(files);
  assert.notEqual((await build(other)).hash, first.hash);
});
