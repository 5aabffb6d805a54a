/** What the store of settings writes while several parts of the daemon change it. */
import assert from "node:assert/strict";
import { readSettingsFile } from "../../src/daemon/settings/settings_file.ts";
import { rootsMarked, SettingsStore } from "../../src/daemon/settings/settings_store.ts";
import { TimeLimit } from "../../src/time/time_limit.ts";
import { memoryLog, settingsIn, tempFolder } from "./helpers.ts";

const FAR_MS = 60_000;

Deno.test("a client's setting and an output root that is marked meanwhile are both in the file, in either order", async () => {
  for (const order of ["setting first", "mark first"]) {
    using folder = tempFolder();
    const settings = settingsIn(folder.path);
    Deno.mkdirSync(settings.daemon.state_dir, { recursive: true });
    const store = new SettingsStore(settings, { log: memoryLog(), limit: new TimeLimit() });
    const deadline_ms = performance.now() + FAR_MS;
    const set = () =>
      store.change(({ written }) => ({
        settings: { ...settings, daemon: { ...settings.daemon, max_proc: 2 } },
        written: { ...written, max_proc: { value: 2, instead_of: 7, since: "2026-01-01T00:00:00+00:00" } },
      }), deadline_ms);
    const mark = () => store.useRoots((roots) => rootsMarked(roots, "/output"), deadline_ms);
    await Promise.all(order === "setting first" ? [set(), mark()] : [mark(), set()]);
    const state = readSettingsFile(store.path);
    assert.equal(state.settings.max_proc?.value, 2, order);
    assert.deepEqual(state.roots.marked, ["/output"], order);
    assert.deepEqual(store.roots.marked, ["/output"], order);
    assert.equal(store.settings.daemon.max_proc, 2, order);
  }
});

Deno.test("a change that cannot be written leaves what was, and those behind it apply", async () => {
  using folder = tempFolder();
  const settings = settingsIn(folder.path);
  Deno.writeTextFileSync(settings.daemon.state_dir, "no folder");
  const store = new SettingsStore(settings, { log: memoryLog(), limit: new TimeLimit() });
  const refused = store.change(() => ({ written: {} }), performance.now() + FAR_MS);
  await assert.rejects(refused);
  Deno.removeSync(settings.daemon.state_dir);
  await store.useRoots((roots) => rootsMarked(roots, "/output"), performance.now() + FAR_MS);
  assert.deepEqual(readSettingsFile(store.path).roots.marked, ["/output"]);
});
