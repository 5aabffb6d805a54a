import assert from "node:assert/strict";
import { join } from "node:path";
import type { Settings } from "../../src/config/settings.ts";
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { memoryLog, settingsIn, source, tempFolder } from "./helpers.ts";

const TABLES = {
  first: { from: "raw", to: "temp", type: "claimed" },
  second: { from: "temp", to: "proc", type: "claimed" },
  third: { from: "proc", to: "output", type: "delivered" },
};
const STAGES = ["first", "second", "third"].map((name) => source("moves", { name }));

function settingsOf(base: string, tables: Settings["plugins"]["tables"] = TABLES): Settings {
  const settings = settingsIn(base, tables);
  return { ...settings, frames: { ...settings.frames, settle_s: 0, sidecar_wait_s: 0 } };
}

function putFrames(base: string, count: number): void {
  Deno.mkdirSync(join(base, "raw"), { recursive: true });
  for (let frame = 0; frame < count; frame++) Deno.writeTextFileSync(join(base, "raw", `${frame}.tif`), "frame");
}

Deno.test("runOnePass() delivers everything that is there and comes back", async () => {
  using folder = tempFolder();
  putFrames(folder.path, 50);
  const result = await runOnePass(settingsOf(folder.path), { log: memoryLog(), stages: STAGES });
  assert.equal(result.frames.delivered, 50);
  assert.equal(result.frames.backlog, 0);
  assert.deepEqual([result.aborted, result.stageError], [false, null]);
  assert.equal([...Deno.readDirSync(join(folder.path, "output"))].length, 50);
});

Deno.test("runOnePass() comes back where a frame never moves, and counts it", async () => {
  using folder = tempFolder();
  putFrames(folder.path, 3);
  const tables = { ...TABLES, second: { ...TABLES.second, stuck: "1.tif" } };
  const result = await runOnePass(settingsOf(folder.path, tables), { log: memoryLog(), stages: STAGES });
  assert.deepEqual([result.frames.delivered, result.frames.backlog], [2, 1]);
});

Deno.test("runOnePass() comes back where a stage fails, with its reason", async () => {
  using folder = tempFolder();
  const stages = [...STAGES, source("misbehaves", { essential: true })];
  const tables = { ...TABLES, misbehaves: { how: "throws" } };
  const result = await runOnePass(settingsOf(folder.path, tables), { log: memoryLog(), stages });
  assert.match(result.stageError ?? "", /misbehaves: firing failed: TypeError: thrown on purpose/);
});

Deno.test("runOnePass() ends by its signal", async () => {
  using folder = tempFolder();
  putFrames(folder.path, 3);
  const result = await runOnePass(settingsOf(folder.path), {
    log: memoryLog(),
    stages: STAGES,
    signal: AbortSignal.abort(),
  });
  assert.equal(result.aborted, true);
  assert.equal(result.frames.delivered, 0);
});
