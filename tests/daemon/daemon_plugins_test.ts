/** The daemon with a plugins folder: its lock, its heartbeat, its stop, and the one pass beside it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderInUseError } from "../../src/daemon/settings/folder_lock.ts";
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { holdInAnotherProcess, memoryLog, tempFolder, until } from "./helpers.ts";
import { movingStages, Place } from "./place.ts";

const STAGES = movingStages();

function putPlugin(place: Place, name: string, text: string): void {
  Deno.writeTextFileSync(join(place.make("plugins"), name), text);
}

Deno.test("a second process on the same state folder is kept out by name, until the first one is killed", async () => {
  using other = tempFolder();
  await using own = new Place();
  const state = join(other.path, "state");
  const child = await holdInAnotherProcess("hold_state.ts", other.path, state);
  const settings = own.settings();
  const daemon = own.daemon({ ...settings, daemon: { ...settings.daemon, state_dir: state } });
  try {
    await assert.rejects(daemon.start(), (error: unknown) => {
      assert.ok(error instanceof FolderInUseError);
      assert.equal(error.folder, join(state, "plugins"));
      assert.equal(error.holder?.pid, child.pid);
      assert.match(error.message, new RegExp(`process ${child.pid} on .*, since \\d{4}-`));
      return true;
    });
    assert.equal(daemon.running, false);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  await daemon.start();
});

Deno.test("the heart beats on while one plugin burns a core and another holds its import", async () => {
  await using place = new Place();
  const settings = place.settings();
  putPlugin(place, "burns.ts", "export const TICKTACK = 1;\nexport function work() { for (;;); }");
  putPlugin(place, "hangs.ts", "await new Promise(() => {});\nexport function work() {}");
  const daemon = await place.started({ ...settings, plugins: { ...settings.plugins, time_limit_s: 3 } });
  const stateOf = (name: string) => daemon.status().plugins.find((plugin) => plugin.name === name);
  await until(() => stateOf("burns")?.state === "firing", "the burning");
  const from = daemon.status().tick;
  Deno.writeTextFileSync(place.join("raw", "a.tif"), "frame");
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
  await until(() => daemon.status().tick > from + 10, "ten beats");
  await until(() => (stateOf("burns")?.failures ?? 0) > 0 && (stateOf("hangs")?.failures ?? 0) > 0, "their ends");
});

Deno.test("one pass takes the user's stage from the plugins folder, and no other plugin, beside a running daemon", async () => {
  await using place = new Place();
  await using frames = new Place();
  const settings = place.settings();
  const ran = place.join("ran");
  putPlugin(place, "other.ts", `Deno.writeTextFileSync(${JSON.stringify(ran)}, "");\nexport function work() {}`);
  putPlugin(
    place,
    "second.ts",
    `import type { PluginContext } from "pewatch";
export function work({ folders, report, counters }: PluginContext): void {
  for (const { name } of [...Deno.readDirSync(folders.temp)].filter(({ name }) => !name.startsWith("."))) {
    Deno.renameSync(folders.temp + "/" + name, folders.proc + "/" + name);
    report.event({ type: "claimed", frame: name });
    counters.add("by the user's");
  }
}`,
  );
  await place.started({ ...settings, plugins: { ...settings.plugins, dir: place.join("none") } });
  const raw = frames.make("raw");
  for (let frame = 0; frame < 5; frame++) Deno.writeTextFileSync(join(raw, `${frame}.tif`), "frame");
  const result = await runOnePass({ ...settings, folders: frames.settings().folders }, {
    log: memoryLog(),
    stages: STAGES,
    transpiledRoot: frames.join("plugins"),
  });
  assert.equal(result.frames.delivered, 5);
  const second = result.plugins.find(({ name }) => name === "second")!;
  assert.deepEqual([second.replaces, second.counters["by the user's"]], [true, 5]);
  assert.equal(result.plugins.length, 3);
  assert.throws(() => Deno.statSync(ran));
});

Deno.test("one pass goes on with the shipped stage where the user's gives way, and says so", async () => {
  await using place = new Place();
  putPlugin(place, "second.ts", "export function work() { throw new Error('never'); }");
  Deno.writeTextFileSync(join(place.make("raw"), "a.tif"), "frame");
  const result = await runOnePass(place.settings(), {
    log: memoryLog(),
    stages: STAGES,
    transpiledRoot: place.join("transpiled"),
  });
  assert.equal(result.frames.delivered, 1);
  assert.equal(result.stageError, null);
  assert.match(
    result.conditions.join(),
    /second: failed 3 times in a row.*never.*; the shipped stage runs in its place/,
  );
});
