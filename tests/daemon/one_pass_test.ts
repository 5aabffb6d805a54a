import assert from "node:assert/strict";
import { join } from "node:path";
import type { Settings } from "../../src/config/settings.ts";
import { type OnePassOptions, runOnePass } from "../../src/daemon/one_pass.ts";
import { memoryLog, settingsIn, source, tempFolder } from "./helpers.ts";
import { MOVES, movingStages } from "./place.ts";

const STAGES = movingStages({ essential: false });

function settingsOf(base: string, tables: Settings["plugins"]["tables"] = MOVES): Settings {
  const settings = settingsIn(base, tables);
  return { ...settings, frames: { ...settings.frames, settle_s: 0, sidecar_wait_s: 0 } };
}

function pass(base: string, options: Partial<OnePassOptions> = {}, tables?: Settings["plugins"]["tables"]) {
  return runOnePass(settingsOf(base, tables), { log: memoryLog(), stages: STAGES, ...options });
}

function putFrames(base: string, count: number): void {
  Deno.mkdirSync(join(base, "raw"), { recursive: true });
  for (let frame = 0; frame < count; frame++) Deno.writeTextFileSync(join(base, "raw", `${frame}.tif`), "frame");
}

Deno.test("runOnePass() delivers everything that is there and comes back", async () => {
  using folder = tempFolder();
  putFrames(folder.path, 50);
  const result = await pass(folder.path);
  assert.equal(result.frames.delivered, 50);
  assert.equal(result.frames.backlog, 0);
  assert.deepEqual([result.aborted, result.stageError], [false, null]);
  assert.equal([...Deno.readDirSync(join(folder.path, "output"))].length, 50);
});

Deno.test("runOnePass() comes back where a frame never moves, and counts it", async () => {
  using folder = tempFolder();
  putFrames(folder.path, 3);
  const tables = { ...MOVES, second: { ...MOVES.second, stuck: "1.tif" } };
  const result = await pass(folder.path, {}, tables);
  assert.deepEqual([result.frames.delivered, result.frames.backlog], [2, 1]);
});

Deno.test("runOnePass() comes back where a stage fails, with its reason", async () => {
  using folder = tempFolder();
  const stages = [...STAGES, source("misbehaves", { essential: true })];
  const tables = { ...MOVES, misbehaves: { how: "throws" } };
  const result = await pass(folder.path, { stages }, tables);
  assert.match(result.stageError ?? "", /misbehaves: firing failed: TypeError: thrown on purpose/);
});

Deno.test("runOnePass() ends by its signal", async () => {
  using folder = tempFolder();
  putFrames(folder.path, 3);
  const result = await pass(folder.path, { signal: AbortSignal.abort() });
  assert.equal(result.aborted, true);
  assert.equal(result.frames.delivered, 0);
});

const IN_THREAD = movingStages();

for (const inThread of [false, true]) {
  Deno.test(`runOnePass(): shipped stages share the caller's thread only where it asks for it: ${inThread}`, async () => {
    using folder = tempFolder();
    putFrames(folder.path, 50);
    const seen = globalThis as { firedHere?: boolean };
    delete seen.firedHere;
    const marks = join(folder.path, "marks.ts");
    Deno.writeTextFileSync(marks, "export function work() { globalThis.firedHere = true; }");
    const stages = [...IN_THREAD, { ...IN_THREAD[0]!, name: "marks", url: `file://${marks}` }];
    const result = await pass(folder.path, { stages, inThread });
    assert.deepEqual([result.frames.delivered, result.stageError, result.aborted], [50, null, false]);
    assert.equal(seen.firedHere === true, inThread);
  });
}

Deno.test("runOnePass() comes back where a stage in its own thread fails, with its reason", async () => {
  // A process of its own: the test runner takes errors that nobody has caught for itself.
  const script = new URL("./stray_errors.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", "--quiet", script] });
  const { success, stdout, stderr } = await child.output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, errors);
  assert.deepEqual(out!.trim().split("\n").map((line) => / failed: (.*) at /.exec(line)?.[1]), [
    "TypeError: thrown on purpose",
    "rejected on purpose",
    "timed on purpose",
  ]);
});

Deno.test("runOnePass(): a user's stage has a thread of its own, also where the shipped ones have none", async () => {
  using folder = tempFolder();
  const settings = settingsOf(folder.path);
  Deno.mkdirSync(settings.plugins.dir, { recursive: true });
  Deno.writeTextFileSync(
    join(settings.plugins.dir, "third.ts"),
    "export function setup() { globalThis.firedHere = true; Deno.exit(3); } export function work() {}",
  );
  const seen = globalThis as { firedHere?: boolean };
  delete seen.firedHere;
  const result = await runOnePass(settings, {
    log: memoryLog(),
    stages: IN_THREAD,
    inThread: true,
    transpiledRoot: join(folder.path, "transpiled"),
  });
  assert.equal(seen.firedHere, undefined);
  assert.match(result.plugins[2]?.lastError ?? "", /A plugin cannot end the program/);
});
