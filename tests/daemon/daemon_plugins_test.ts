/** The daemon with a plugins folder: its lock, its heartbeat, its stop, and the one pass beside it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Settings } from "../../src/config/settings.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { FolderInUseError } from "../../src/daemon/settings/folder_lock.ts";
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { holdInAnotherProcess, memoryLog, quickSettings, tempFolder, until } from "./helpers.ts";
import { MOVES, movingStages } from "./place.ts";

const STAGES = movingStages();

function settingsOf(base: string, state = join(base, "state")): Settings {
  const settings = quickSettings(base, MOVES);
  return {
    ...settings,
    daemon: { ...settings.daemon, state_dir: state },
    frames: { ...settings.frames, settle_s: 0, sidecar_wait_s: 0 },
  };
}

function putPlugin(base: string, name: string, text: string): void {
  Deno.mkdirSync(join(base, "plugins"), { recursive: true });
  Deno.writeTextFileSync(join(base, "plugins", name), text);
}

Deno.test("a second process on the same state folder is kept out by name, until the first one is killed", async () => {
  using other = tempFolder();
  using own = tempFolder();
  const state = join(other.path, "state");
  const child = await holdInAnotherProcess("hold_state.ts", other.path, state);
  const daemon = new Daemon(settingsOf(own.path, state), { log: memoryLog(), stages: STAGES });
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
  await daemon.close();
});

Deno.test("the heart beats on while one plugin burns a core and another holds its import", async () => {
  using folder = tempFolder();
  const settings = settingsOf(folder.path);
  putPlugin(folder.path, "burns.ts", "export const TICKTACK = 1;\nexport function work() { for (;;); }");
  putPlugin(folder.path, "hangs.ts", "await new Promise(() => {});\nexport function work() {}");
  const daemon = new Daemon({ ...settings, plugins: { ...settings.plugins, time_limit_s: 3 } }, {
    log: memoryLog(),
    stages: STAGES,
  });
  await daemon.start();
  const stateOf = (name: string) => daemon.status().plugins.find((plugin) => plugin.name === name);
  try {
    await until(() => stateOf("burns")?.state === "firing", "the burning");
    const from = daemon.status().tick;
    Deno.writeTextFileSync(join(folder.path, "raw", "a.tif"), "frame");
    await until(() => daemon.status().frames.delivered === 1, "the delivery");
    await until(() => daemon.status().tick > from + 10, "ten beats");
    await until(() => (stateOf("burns")?.failures ?? 0) > 0 && (stateOf("hangs")?.failures ?? 0) > 0, "their ends");
  } finally {
    await daemon.close();
  }
});

Deno.test("one pass takes the user's stage from the plugins folder, and no other plugin, beside a running daemon", async () => {
  using folder = tempFolder();
  using frames = tempFolder();
  const settings = settingsOf(folder.path);
  const ran = join(folder.path, "ran");
  putPlugin(folder.path, "other.ts", `Deno.writeTextFileSync(${JSON.stringify(ran)}, "");\nexport function work() {}`);
  putPlugin(
    folder.path,
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
  const daemon = new Daemon({ ...settings, plugins: { ...settings.plugins, dir: join(folder.path, "none") } }, {
    log: memoryLog(),
    stages: STAGES,
  });
  await daemon.start();
  try {
    const { raw, temp, proc, output } = Object.fromEntries(
      ["raw", "temp", "proc", "output"].map((name) => [name, join(frames.path, name)]),
    ) as Record<string, string>;
    Deno.mkdirSync(raw!);
    for (let frame = 0; frame < 5; frame++) Deno.writeTextFileSync(join(raw!, `${frame}.tif`), "frame");
    const folders = { raw: raw!, temp: temp!, proc: proc!, output_root: output!, output_dir: "", allowed: [] };
    const result = await runOnePass({ ...settings, folders }, {
      log: memoryLog(),
      stages: STAGES,
      transpiledRoot: join(frames.path, "plugins"),
    });
    assert.equal(result.frames.delivered, 5);
    const second = result.plugins.find(({ name }) => name === "second")!;
    assert.deepEqual([second.replaces, second.counters["by the user's"]], [true, 5]);
    assert.equal(result.plugins.length, 3);
    assert.throws(() => Deno.statSync(ran));
  } finally {
    await daemon.close();
  }
});

Deno.test("one pass goes on with the shipped stage where the user's gives way, and says so", async () => {
  using folder = tempFolder();
  const settings = settingsOf(folder.path);
  putPlugin(folder.path, "second.ts", "export function work() { throw new Error('never'); }");
  Deno.mkdirSync(join(folder.path, "raw"));
  Deno.writeTextFileSync(join(folder.path, "raw", "a.tif"), "frame");
  const result = await runOnePass(settings, {
    log: memoryLog(),
    stages: STAGES,
    transpiledRoot: join(folder.path, "transpiled"),
  });
  assert.equal(result.frames.delivered, 1);
  assert.equal(result.stageError, null);
  assert.match(
    result.conditions.join(),
    /second: failed 3 times in a row.*never.*; the shipped stage runs in its place/,
  );
});
