import assert from "node:assert/strict";
import type { BuildRequest } from "../../../src/plugins/folder/build.ts";
import { BuildError, buildInWorker } from "../../../src/plugins/folder/build_in_worker.ts";
import { TestFolder, WORK } from "./helpers.ts";

function requestFor(test: TestFolder): BuildRequest {
  return {
    folder: test.plugins,
    transpiledRoot: test.copies,
    candidates: [test.path("a.ts")],
    settled: new Map(),
    trustAge_s: 0,
    spoilt: new Map(),
  };
}

function workerOf(code: string): Worker {
  return new Worker(`data:text/javascript,${encodeURIComponent(code)}`, { type: "module" });
}

const HANGS = 'onmessage = () => { postMessage({ type: "file", path: "/p/a.ts" }); for (;;); };';
const DIES =
  'onmessage = () => { postMessage({ type: "file", path: "/p/a.ts" }); setTimeout(() => { throw new Error("a\\nb"); }); };';

Deno.test("the worker's answer comes whole through the post", async () => {
  using test = new TestFolder({ "a.ts": `enum A { B }\n${WORK}` });
  const { plugins, states } = await buildInWorker(requestFor(test), { limit_ms: 30_000 });
  assert.deepEqual([plugins[0]?.source.problem, [...states.keys()]], [null, [test.path("a.ts")]]);
  assert.ok(Array.isArray(plugins[0]?.source.places?.files["a.js"]?.map));
});

Deno.test("a worker that hangs is ended, and the file that it was at is named", async () => {
  using test = new TestFolder();
  const build = buildInWorker(requestFor(test), { limit_ms: 500, start: () => workerOf(HANGS) });
  await assert.rejects(build, new BuildError("it did not finish within 0.5 s", "/p/a.ts"));
});

Deno.test("a worker that dies takes nothing with it, and the file that it was at is named", async () => {
  using test = new TestFolder();
  const build = buildInWorker(requestFor(test), { limit_ms: 30_000, start: () => workerOf(DIES) });
  await assert.rejects(
    build,
    (error: BuildError) => error.path === "/p/a.ts" && /^[^\n]*Error: a b/.test(error.message),
  );
  await assert.rejects(buildInWorker(requestFor(test), { limit_ms: 30_000, start: () => workerOf("import 'x:y';") }), {
    name: "BuildError",
    path: null,
  });
});

Deno.test("a file over which the compiler of types breaks down is named, in words for whoever wrote it", async () => {
  using test = new TestFolder({ "a.ts": `${WORK}\nexport const x = ${"[".repeat(10_000)}` });
  await assert.rejects(
    buildInWorker(requestFor(test), { limit_ms: 30_000 }),
    (error: BuildError) =>
      error.path === test.path("a.ts") && /the compiler failed .*nested too deeply/.test(error.message),
  );
});

Deno.test("a folder of transpiled copies that cannot be written is reported and worth another try", async () => {
  using test = new TestFolder({ "a.ts": WORK });
  Deno.writeTextFileSync(test.copies, "a file in its place");
  const { plugins } = await buildInWorker(requestFor(test), { limit_ms: 30_000 });
  assert.match(plugins[0]?.source.problem ?? "", /a\.ts: its transpiled copy cannot be written: /);
  assert.deepEqual([plugins[0]?.later, plugins[0]?.retry], [true, true]);
});
