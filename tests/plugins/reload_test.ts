/** Files of the plugins folder that come, change and go under a running host, with real workers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { source, until } from "../daemon/helpers.ts";
import { HostHarness } from "./host_harness.ts";

const counting = (word: string) => `
export const TICKTACK = 1;
export function work(context: { counters: { add(name: string): void } }): void {
  context.counters.add("${word}");
}`;

Deno.test("a file that is added runs, one that is changed runs anew, one that is removed is gone, without a restart", async () => {
  await using bench = await HostHarness.started({});
  assert.deepEqual(bench.host.statuses(), []);
  bench.put("mine.ts", counting("first"));
  await bench.tickUntil(() => (bench.status("mine")?.counters["first"] ?? 0) > 1, "the first version's firings");
  const first = bench.status("mine")!;
  assert.equal(first.file, join(bench.path, "plugins", "mine.ts"));
  assert.match(first.version, /^[0-9a-f]{8}$/);
  bench.put("mine.ts", counting("second"));
  await bench.tickUntil(() => (bench.status("mine")?.counters["second"] ?? 0) > 1, "the second version's firings");
  const second = bench.status("mine")!;
  assert.notEqual(second.version, first.version);
  assert.ok(second.counters["first"]! >= 2 && second.firings >= 4, "counters outlive the version");
  bench.put("mine.ts", null);
  await bench.tickUntil(() => bench.host.statuses().length === 0, "its end");
  assert.equal(bench.log.lines.filter((line) => line.startsWith("error")).join(), "");
});

Deno.test("a change of a helper alone is a new version", async () => {
  const text = `import { word } from "./_help.ts";
export const TICKTACK = 1;
export function work(context) { context.counters.add(word); }`;
  const helper = `export const word: string = "one";`;
  await using bench = await HostHarness.started({ "_help.ts": helper, "user.js": text });
  await bench.tickUntil(() => (bench.status("user")?.counters["one"] ?? 0) > 0, "the first helper");
  bench.put("_help.ts", `export const word: string = "two";`);
  await bench.tickUntil(() => (bench.status("user")?.counters["two"] ?? 0) > 0, "the second helper");
});

/** Says in a file that both versions share when it begins and ends; a firing lasts until it is aborted. */
const enclosing = (version: string, journal: string) => `
export const TICKTACK = 1;
const write = (what: string) => Deno.writeTextFileSync(${
  JSON.stringify(journal)
}, "${version} " + what + "\\n", { append: true });
export function setup() { write("setup"); }
export async function work({ signal }: { signal: AbortSignal }): Promise<void> {
  write("begin");
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  write("end");
}
export function teardown() { write("teardown"); }
`;

Deno.test("the old version ends its firing and closes what it opened before the new one begins", async () => {
  await using bench = new HostHarness();
  const journal = join(bench.path, "journal");
  bench.put("turns.ts", enclosing("old", journal));
  await bench.host.start();
  await bench.tickUntil(() => bench.status("turns")?.state === "firing", "the old one's firing");
  await until(() => Deno.readTextFileSync(journal).includes("begin"), "its begin");
  bench.put("turns.ts", enclosing("new", journal));
  await bench.tickUntil(() => Deno.readTextFileSync(journal).includes("new begin"), "the new one's firing");
  assert.deepEqual(Deno.readTextFileSync(journal).trim().split("\n"), [
    "old setup",
    "old begin",
    "old end",
    "old teardown",
    "new setup",
    "new begin",
  ]);
  bench.put("turns.ts", null);
  await bench.tickUntil(() => bench.host.statuses().length === 0, "its end");
  assert.match(Deno.readTextFileSync(journal), /new begin\nnew end\nnew teardown\n$/);
});

Deno.test("a file that cannot be loaded is reported with its line and column, and the previous version keeps running", async () => {
  await using bench = await HostHarness.started({ "edited.ts": counting("good") });
  await bench.tickUntil(() => (bench.status("edited")?.counters["good"] ?? 0) > 0, "the good version");
  bench.put("edited.ts", `export const TICKTACK = 1;\nexport function work( {`);
  await bench.tickUntil(() => bench.status("edited")?.problem !== null, "the problem");
  const status = bench.status("edited")!;
  assert.match(status.problem ?? "", /edited\.ts:2:\d+/);
  assert.equal(status.lastError, status.problem);
  assert.match(
    bench.conditions.get("plugin:edited:file") ?? "",
    /edited\.ts:2:\d+.*; the previous version keeps running/,
  );
  const before = status.counters["good"]!;
  await bench.tickUntil(() => bench.status("edited")!.counters["good"]! > before + 2, "firings meanwhile");
  bench.put("edited.ts", counting("mended"));
  await bench.tickUntil(() => (bench.status("edited")?.counters["mended"] ?? 0) > 0, "the mended version");
  assert.deepEqual([bench.status("edited")!.problem, bench.conditions.size], [null, 0]);
});

Deno.test("a file that cannot be loaded from the start is shown with its reason, and runs when it is mended", async () => {
  await using bench = await HostHarness.started({ "bad.ts": `export const TICKTACK: = 1;` });
  await bench.tickUntil(() => bench.status("bad") !== undefined, "its status");
  const { state, lastError, file } = bench.status("bad")!;
  assert.equal(state, "refused");
  assert.match(lastError ?? "", /bad\.ts:1:\d+/);
  assert.equal(file, join(bench.path, "plugins", "bad.ts"));
  assert.match(bench.host.retry("bad") ?? "", /bad\.ts:1:\d+/);
  bench.put("bad.ts", counting("fine"));
  await bench.tickUntil(() => (bench.status("bad")?.counters["fine"] ?? 0) > 0, "the mended version");
});

Deno.test("an error in a firing is reported with the place in the user's file", async () => {
  const text = "interface Nothing {\n  a: number;\n}\nexport const TICKTACK = 1;\n" +
    'export function work() {\n  throw new Error("here");\n}';
  await using bench = await HostHarness.started({ "fails.ts": text });
  await bench.tickUntil(() => typeof bench.status("fails")?.lastError === "string", "the failure");
  const file = join(bench.path, "plugins", "fails.ts");
  assert.equal(bench.status("fails")!.lastError, `firing failed: here at ${file}:6:9`);
});

Deno.test("a suspended plugin comes back when its file changes, or when somebody asks", async () => {
  await using bench = new HostHarness();
  const flag = join(bench.path, "flag");
  const text = `export const TICKTACK = 1;
export function work() { Deno.statSync(${JSON.stringify(flag)}); }`;
  bench.put("needs.ts", text);
  await bench.host.start();
  await bench.tickUntil(() => bench.status("needs")?.state === "aside", "that it is suspended");
  assert.equal(bench.status("needs")!.failuresInRow, 3);
  assert.match(bench.conditions.get("plugin:needs") ?? "", /failed 3 times in a row: .*; suspended until/);
  bench.put("needs.ts", `${text}\n`);
  await bench.tickUntil(() => bench.status("needs")!.failures === 6, "three failures of the changed file");
  await until(() => bench.status("needs")!.state === "aside", "that it is suspended again");
  Deno.writeTextFileSync(flag, "");
  assert.equal(bench.host.retry("needs"), null);
  await bench.tickUntil(() => bench.status("needs")!.state === "ready", "that it works");
  assert.equal(bench.conditions.size, 0);
  assert.match(bench.host.retry("nobody") ?? "", /there is no plugin nobody/);
});

Deno.test("of two plugins with one name the second is refused by name, until the name is free", async () => {
  const named = (word: string) => `${counting(word)}\nexport const NAME = "twin";`;
  await using bench = await HostHarness.started({ "a.ts": named("a") });
  await bench.tickUntil(() => bench.status("twin")?.counters["a"] !== undefined, "the first");
  bench.put("b.ts", named("b"));
  await bench.tickUntil(() => bench.status("b")?.state === "refused", "the refusal");
  assert.match(bench.status("b")!.lastError ?? "", /the name twin is already used by plugin a$/);
  bench.put("a.ts", null);
  await bench.tickUntil(() => bench.status("twin")?.counters["b"] !== undefined, "the second");
});

Deno.test("a plugin cannot take the name of a stage's file", async () => {
  const text = `${counting("mine")}\nexport const NAME = "02_merge_data";`;
  const shipped = [source("counts", { name: "02_merge_data", essential: true })];
  await using bench = await HostHarness.started({ "mine.ts": text }, { shipped });
  await bench.tickUntil(() => bench.status("mine")?.state === "refused", "the refusal");
});
