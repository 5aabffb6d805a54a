import assert from "node:assert/strict";
import { join } from "node:path";
import { BuildError } from "../../../src/plugins/folder/build_in_worker.ts";
import { buildPlugins } from "../../../src/plugins/folder/build.ts";
import { PluginFolder } from "../../../src/plugins/folder/plugin_folder.ts";
import { load, names, PolledFolder, TestFolder, WORK } from "./helpers.ts";

Deno.test("a missing folder has no plugins and is no problem", async () => {
  using test = new PolledFolder();
  Deno.removeSync(test.plugins);
  assert.equal(await test.settle(), null);
  assert.deepEqual([test.folder.problem, test.sources, test.builds], [null, [], 0]);
});

Deno.test("plugins that lie there from the start are returned by the first poll, by name, and then no more", async () => {
  using test = new PolledFolder({ "b.ts": WORK, "a.js": "export function work() {}", "c.mjs": "export let work;" });
  assert.deepEqual(names(await test.tick()), ["a", "b", "c"]);
  assert.equal(await test.settle(), null);
  assert.equal(test.builds, 1);
});

Deno.test("names that are no plugin's are not looked at", async () => {
  using test = new PolledFolder();
  for (const name of ["_a.ts", ".a.ts", "a.d.ts", "a_test.ts", "a.txt", "a.json", "a.ts~", "a.py", "b/c.ts"]) {
    test.write(name, WORK);
  }
  Deno.mkdirSync(test.path("folder.ts"));
  assert.equal(await test.settle(), null);
  assert.equal(test.builds, 0);
});

Deno.test("a file that is added while pewatch runs is taken once it has kept size and time", async () => {
  using test = new PolledFolder();
  await test.tick();
  test.write("a.ts", WORK.slice(0, 20), { age_ms: 3_600_000 }); // as a program that copies gives it its original's time
  assert.equal(await test.tick(), null);
  test.write("a.ts", WORK, { age_ms: 3_600_000 });
  assert.equal(await test.tick(), null);
  assert.equal(test.builds, 0);
  assert.deepEqual(names(await test.tick()), ["a"]);
});

Deno.test("the old plugin stays while its file is being rewritten", async () => {
  using test = new PolledFolder({ "a.ts": WORK, "b.ts": WORK });
  const before = await test.tick();
  for (let i = 1; i <= 5; i++) {
    test.write("a.ts", "/".repeat(i));
    assert.equal(await test.tick(), null);
  }
  test.write("b.ts", `${WORK}\n`); // something else changes meanwhile, and is seen
  test.write("a.ts", "//////");
  assert.equal(await test.tick(), null);
  test.write("a.ts", "///////");
  const during = await test.tick();
  assert.deepEqual(during?.[0], before?.[0]);
  assert.notEqual(during?.[1]?.hash, before?.[1]?.hash);
  test.write("a.ts", `${WORK}export const done = 1;`);
  const after = await test.settle();
  assert.notEqual(after?.[0]?.hash, before?.[0]?.hash);
  assert.equal((await load(after?.[0])).done, 1);
});

Deno.test("what the build reads is what was seen before: a file written meanwhile waits for the next poll", async () => {
  using test = new PolledFolder({ "a.ts": WORK }, {
    build: (request) => {
      if (test.builds++ === 0) test.write("a.ts", `${WORK}export const second = 2;`);
      return buildPlugins(request, () => {});
    },
  });
  assert.equal(await test.tick(), null);
  assert.equal(test.builds, 1);
  assert.equal((await load((await test.settle())?.[0])).second, 2);
});

Deno.test("a change of a helper alone makes a new plugin, also of a helper's helper and of JSON", async () => {
  using test = new PolledFolder({
    "a.ts": 'import { one } from "./lib/one.ts";\nexport function work() { return one; }',
    "lib/one.ts": 'import two from "../two.json" with { type: "json" };\nexport const one: number = two.value;',
    "two.json": '{ "value": 1 }',
    "b.ts": WORK,
  });
  const first = await test.tick();
  assert.equal((await load(first?.[0])).work(), 1);
  test.write("two.json", '{ "value": 22 }');
  const second = await test.settle();
  assert.equal((await load(second?.[0])).work(), 22);
  assert.notEqual(second?.[0]?.hash, first?.[0]?.hash);
  assert.deepEqual(second?.[1], first?.[1], "the other plugin has the same hash: it need not be started anew");
});

Deno.test("a plugin that comes with a helper waits for the helper too", async () => {
  using test = new PolledFolder();
  await test.tick();
  test.write("a.ts", 'export { work } from "./lib/help.ts";');
  test.write("lib/help.ts", "export functio");
  assert.equal(await test.tick(), null);
  assert.equal(await test.tick(), null);
  test.write("lib/help.ts", WORK);
  assert.deepEqual(names(await test.settle()), ["a"]);
});

Deno.test("a helper that is missing is a problem until it comes", async () => {
  using test = new PolledFolder({
    "a.ts": '// one\n  import "./lib/help.ts";\nexport { work } from "./b.ts";',
    "b.ts": WORK,
  });
  const before = await test.tick();
  assert.deepEqual(names(before), ["a!", "b"]);
  assert.equal(
    before?.[0]?.problem,
    `${test.path("a.ts")}:2:10: ./lib/help.ts: there is no file ${test.path(join("lib", "help.ts"))}`,
  );
  test.write("lib/help.ts", "");
  test.write("lib/help.ts", "export {}");
  assert.deepEqual(names(await test.settle()), ["a", "b"]);
});

Deno.test("a removed file takes its plugin away, a renamed one changes places, a short absence is none", async () => {
  using test = new PolledFolder({ "a.ts": WORK, "b.ts": WORK });
  await test.tick();
  Deno.renameSync(test.path("a.ts"), test.path("c.ts"));
  assert.equal(await test.tick(), null);
  assert.deepEqual(names(await test.tick()), ["b", "c"]);
  test.write("d.ts", WORK);
  await test.tick();
  Deno.renameSync(test.path("b.ts"), test.path("b.ts~")); // an editor saves
  assert.deepEqual(names(await test.tick()), ["b", "c", "d"], "d is there, and b still");
  Deno.renameSync(test.path("b.ts~"), test.path("b.ts"));
  assert.equal(await test.settle(), null);
  Deno.removeSync(test.path("b.ts"));
  assert.deepEqual(names(await test.settle()), ["c", "d"]);
  Deno.removeSync(test.plugins, { recursive: true });
  assert.deepEqual(await test.settle(), []);
});

Deno.test("a folder that cannot be read is reported once, and the old plugins stay", async () => {
  if (Deno.build.os === "windows") return;
  using test = new PolledFolder({ "a.ts": WORK });
  await test.tick();
  Deno.renameSync(test.plugins, join(test.base, "away"));
  Deno.symlinkSync(test.plugins, test.plugins); // to itself
  assert.equal(await test.settle(), null);
  assert.equal(test.problems.length, 1);
  assert.match(test.folder.problem ?? "", /the plugins folder cannot be read: /);
  assert.deepEqual(names(test.sources), ["a"]);
  Deno.removeSync(test.plugins);
  Deno.renameSync(join(test.base, "away"), test.plugins);
  assert.equal(await test.settle(), null);
  assert.equal(test.folder.problem, null);
});

Deno.test("a folder of too many entries is reported once, and the old plugins stay", async () => {
  using test = new PolledFolder({ "a.ts": WORK });
  await test.tick();
  for (let i = 0; i < 201; i++) test.write(`p${i}.ts`, WORK);
  assert.equal(await test.settle(), null);
  assert.deepEqual(test.problems, [
    `${test.plugins}: the plugins folder cannot be read: it has 202 plugins; at most 200 are loaded`,
  ]);
  assert.deepEqual(names(test.sources), ["a"]);
  for (let i = 0; i < 201; i++) Deno.removeSync(test.path(`p${i}.ts`));
  await test.tick();
  assert.equal(test.folder.problem, null);
});

Deno.test("a file that may not be read is retried though it does not change", async () => {
  if (Deno.build.os === "windows" || Deno.uid() === 0) return;
  using test = new PolledFolder({ "a.ts": WORK });
  Deno.chmodSync(test.path("a.ts"), 0);
  assert.deepEqual(names(await test.tick()), ["a!"]);
  await test.settle();
  assert.equal(test.builds, 1);
  Deno.chmodSync(test.path("a.ts"), 0o644);
  test.now_ms += 3000;
  assert.deepEqual(names(await test.tick()), ["a"]);
});

Deno.test("a link to a file that does not exist is a problem, one to a file is a plugin", async () => {
  if (Deno.build.os === "windows") return;
  using test = new PolledFolder({ "a.ts": WORK });
  await test.tick();
  Deno.symlinkSync("nowhere.ts", test.path("b.ts"));
  Deno.symlinkSync("a.ts", test.path("c.ts"));
  Deno.symlinkSync(".", test.path("d.ts")); // to a folder
  const sources = await test.settle();
  assert.deepEqual(names(sources), ["a", "b!", "c", "d!"]);
  assert.match(sources?.[1]?.problem ?? "", /b\.ts: it is a link to a file that does not exist$/);
  assert.match(sources?.[3]?.problem ?? "", /d\.ts: it is not a file$/);
  assert.equal(await test.settle(), null);
});

Deno.test("two files of one plugin name are a problem that names both", async () => {
  using test = new PolledFolder({ "a.ts": WORK, "a.js": "export function work() {}", "B.ts": WORK, "b.mts": WORK });
  const sources = await test.tick();
  assert.deepEqual(names(sources), ["B!", "a!"]);
  assert.match(sources?.[1]?.problem ?? "", /a\.js and a\.ts: they have the same plugin name/);
  assert.match(sources?.[0]?.problem ?? "", /B\.ts and b\.mts: /);
  Deno.removeSync(test.path("a.js"));
  assert.deepEqual(names(await test.settle()), ["B!", "a"]);
});

Deno.test("a top-level file without work is a helper where another imports it, else a problem", async () => {
  using test = new PolledFolder({
    "a.ts": 'import { one } from "./one.ts";\nexport const work = () => one;',
    "one.ts": "export const one = 1;",
    "two.ts": "export const two = 2;",
    "star.ts": 'export * from "./lib/impl.ts";',
    "lib/impl.ts": WORK,
  });
  const sources = await test.tick();
  assert.deepEqual(names(sources), ["a", "star", "two!"]);
  assert.match(sources?.[2]?.problem ?? "", /two\.ts: it exports no function `work`, and no plugin imports it$/);
});

Deno.test("a helper that is broken is the problem of its plugin, not one of its own", async () => {
  using test = new PolledFolder({ "a.ts": `import "./one.ts";\n${WORK}`, "one.ts": "export const one = ;" });
  const sources = await test.tick();
  assert.deepEqual(names(sources), ["a!"]);
  assert.equal(sources?.[0]?.problem, `${test.path("one.ts")}:1:20: Expression expected`);
});

Deno.test("a build that hangs or dies over a file is that file's problem, and no other's", async () => {
  using test: PolledFolder = new PolledFolder({ "a.ts": WORK, "bad.ts": WORK }, {
    build: (request) => {
      test.builds++;
      const bad = test.path("bad.ts");
      if (!request.spoilt.has(bad)) return Promise.reject(new BuildError("it came to no end within 30 s", bad));
      return buildPlugins(request, () => {});
    },
  });
  const sources = await test.tick();
  assert.deepEqual(names(sources), ["a", "bad!"]);
  assert.match(sources?.[1]?.problem ?? "", /bad\.ts: it cannot be read: it came to no end/);
  assert.equal(await test.settle(), null);
  assert.equal(test.builds, 2);
  test.write("bad.ts", `${WORK}\n`); // it is retried
  await test.settle();
  assert.equal(test.builds, 4);
});

Deno.test("a build that fails altogether is reported once and retried after a while", async () => {
  let works = false;
  using test = new PolledFolder({ "a.ts": WORK }, {
    build: (request) => {
      test.builds++;
      return works ? buildPlugins(request, () => {}) : Promise.reject(new Error("no memory"));
    },
  });
  assert.equal(await test.settle(), null);
  assert.equal(test.builds, 1);
  assert.deepEqual(test.problems, [`${test.plugins}: the plugins cannot be transpiled: no memory`]);
  works = true;
  test.now_ms += 3000;
  assert.deepEqual(names(await test.tick()), ["a"]);
  await test.tick();
  assert.equal(test.folder.problem, null);
});

Deno.test("a poll during another returns null", async () => {
  using test = new PolledFolder({ "a.ts": WORK });
  const [one, two] = await Promise.all([test.tick(), test.tick()]);
  assert.deepEqual([names(one), two, test.builds], [["a"], null, 1]);
});

Deno.test("transpiled copies that nobody uses are removed: at the start, and when they are no longer in use", async () => {
  using test = new PolledFolder({ "a.ts": WORK });
  for (const name of ["0123456789abcdef", "0123456789abcdef.01234567.part", "notes"]) {
    Deno.mkdirSync(join(test.copies, name), { recursive: true });
    Deno.writeTextFileSync(join(test.copies, name, "a.js"), "");
  }
  const first = (await test.tick())?.[0]?.hash ?? "";
  assert.deepEqual(test.copyNames(), [first, "notes"].sort());
  test.write("a.ts", `${WORK}\n`);
  const second = (await test.settle())?.[0]?.hash ?? "";
  assert.equal(await test.folder.prune([first]), 0, "the old one still runs");
  assert.deepEqual(test.copyNames(), [first, second, "notes"].sort());
  assert.equal(await test.folder.prune([]), 1);
  assert.deepEqual(test.copyNames(), [second, "notes"].sort());
});

Deno.test("the worker strips what the daemon runs, and the main thread goes on meanwhile", async () => {
  using test = new TestFolder({
    "a.ts": "enum Kind { One = 1 }\nexport function work(): Kind { return Kind.One; }",
    "b.ts": "export function work( {",
  });
  const large = WORK + "{ const y: number = 1; }\n".repeat(10_000);
  for (let i = 0; i < 20; i++) test.write(`c${i}.ts`, large, { age_ms: 3_600_000 });
  const folder = new PluginFolder({ folder: test.plugins, transpiledRoot: test.copies });
  let longest_ms = 0;
  const start = performance.now();
  let last = start;
  const timer = setInterval(() => {
    longest_ms = Math.max(longest_ms, performance.now() - last);
    last = performance.now();
  }, 1);
  const sources = await folder.poll();
  clearInterval(timer);
  const whole_ms = performance.now() - start;
  assert.deepEqual(names(sources)?.slice(0, 2), ["a", "b!"]);
  assert.equal((await load(sources?.[0])).work(), 1);
  assert.ok(longest_ms < whole_ms / 3, `the main thread stood still for ${longest_ms} of ${whole_ms} ms`);
});
