/** Settings that clients change: what is refused and why, what is kept over a restart, how folders are held. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { askDaemon } from "../../src/daemon/requests/ask_daemon.ts";
import { type SettingChange, SettingRefusedError } from "../../src/daemon/settings/client_settings.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import type { DaemonStatus } from "../../src/daemon/status.ts";
import { FolderLock } from "../../src/daemon/settings/folder_lock.ts";
import { source, until } from "./helpers.ts";
import { Place } from "./place.ts";
import { LOCK_NAME, SETTINGS_FILE } from "../../src/files/service_names.ts";

/** A daemon with a stage that does nothing: it ticks, and no worker opens a library. */
class IdlePlace extends Place {
  constructor() {
    super([source("counts", { essential: true })]);
  }

  locked(name: string): boolean {
    return [...Deno.readDirSync(this.join(name))].some((entry) => entry.name === LOCK_NAME);
  }
}

async function refused(
  daemon: Daemon,
  key: SettingChange["key"],
  value: SettingChange["value"],
  why: RegExp,
): Promise<void> {
  const before = JSON.stringify(daemon.settings);
  await assert.rejects(daemon.change({ key, value } as SettingChange), (error: unknown) => {
    assert.ok(error instanceof SettingRefusedError, String(error));
    assert.match(error.message, why);
    assert.ok(error.message.length < 1000);
    return true;
  });
  assert.equal(JSON.stringify(daemon.settings), before, "the old value stays");
}

Deno.test("what cannot be a folder of the way is refused with the reason, and the old value stays", async () => {
  await using place = new IdlePlace();
  const daemon = await place.started();
  const { raw, temp, proc } = daemon.settings.folders;
  await refused(daemon, "raw", place.join("none"), /^Cannot set folders\.raw to "\/.*none": directory does not exist$/);
  await refused(daemon, "raw", "raw2", /an absolute path is needed/);
  await refused(daemon, "raw", "", /it is empty/);
  await refused(daemon, "raw", "/a\0b", /NUL character/);
  await refused(daemon, "raw", "/" + "x".repeat(4_000_000), /4000001 characters/);
  Deno.writeTextFileSync(place.join("file"), "");
  await refused(daemon, "proc", place.join("file"), /is a file, a directory is needed/);
  await refused(daemon, "raw", temp, /it is the folder that folders\.temp names too/);
  await refused(daemon, "raw", `${temp}/`, /it is the folder that folders\.temp names too/);
  await refused(daemon, "proc", place.make("raw", "sub"), /it lies inside folders\.raw/);
  await refused(daemon, "proc", place.path, /lies inside it/);
  await refused(daemon, "output_root", raw, /it is the folder that folders\.raw names too/);
  place.make("scratch", "of a person");
  await refused(daemon, "temp", place.join("scratch"), /it contains the folder of a person/);
  if (Deno.build.os !== "windows") {
    await refused(daemon, "raw", "R:\\raw", /a Windows path, but pewatch runs on /);
    Deno.symlinkSync(proc, place.join("link"));
    await refused(daemon, "temp", place.join("link"), /it is a link/);
    await refused(daemon, "output_root", place.join("link"), /it is a link|a pewatch takes frames out of this folder/);
  }
  using _other = FolderLock.take([place.make("others")], {
    pid: 1,
    host: "far",
    since: "2026-01-01",
    program: "pewatch",
  });
  await refused(daemon, "raw", place.join("others"), /process 1 on far \(pewatch\) works on it since 2026-01-01/);
});

Deno.test("the directory of the output is made below the root, and never leaves it", async () => {
  await using place = new IdlePlace();
  const daemon = await place.started();
  await daemon.change({ key: "output_dir", value: "a\\b/c" });
  assert.equal(daemon.settings.folders.output_dir, join("a", "b", "c"));
  assert.ok(Deno.statSync(place.join("output", "a", "b", "c")).isDirectory);
  const refusals: [string, RegExp][] = [
    ["..", /leads out/],
    ["a/../../b", /leads out/],
    ["C:\\x", /names a drive/],
    ["\\\\server\\share", /starts with a slash/],
    ["/etc", /starts with a slash/],
    ["aux", /name of a device/],
    ["a?", /does not allow/],
  ];
  for (const [value, why] of refusals) await refused(daemon, "output_dir", value, why);
  for (const value of ["pewatch-quarantine", "a/PEWATCH-QUARANTINE", ".pewatch-copies"]) {
    await refused(daemon, "output_dir", value, /a name that pewatch uses itself/);
  }
  for (const key of ["output_root", "temp", "proc"] as const) {
    const value = join(daemon.settings.folders.output_root, "pewatch-quarantine");
    await refused(daemon, key, value, /a name that pewatch uses itself/);
  }
  Deno.writeTextFileSync(place.join("output", "file"), "");
  await refused(daemon, "output_dir", "file", /is a file/);
  await daemon.change({ key: "output_dir", value: "" });
  assert.equal(daemon.settings.folders.output_dir, "");
});

Deno.test("max_proc is a whole number from 1 to 9", async () => {
  await using place = new IdlePlace();
  const daemon = place.daemon();
  for (const value of [0, 10, 2.5, NaN]) {
    await refused(daemon, "max_proc", value, /a whole number from 1 to 9/);
  }
  await daemon.change({ key: "max_proc", value: 9 });
  assert.equal(daemon.settings.daemon.max_proc, 9);
});

Deno.test("what clients have written holds after a restart, over the configuration, with what it replaced", async () => {
  await using place = new IdlePlace();
  const first = place.daemon();
  const heard: string[] = [];
  first.onSettings((settings) => heard.push(settings.folders.raw));
  await first.start();
  const raw = place.make("raw2");
  await first.change({ key: "raw", value: raw });
  await first.change({ key: "max_proc", value: 3 });
  assert.deepEqual(heard, [raw, raw]);
  await first.close();
  const { settings } = JSON.parse(Deno.readTextFileSync(place.join("state", SETTINGS_FILE)));
  assert.deepEqual([settings.raw.value, settings.raw.instead_of], [raw, place.join("raw")]);

  const second = place.daemon();
  assert.equal(second.settings.folders.raw, raw);
  assert.equal(second.settings.daemon.max_proc, 3);
  await second.close();
  // As the file itself says.
  const content = JSON.parse(Deno.readTextFileSync(place.join("state", SETTINGS_FILE)));
  Deno.writeTextFileSync(place.join("state", SETTINGS_FILE), JSON.stringify({ ...content, settings: {} }));
  assert.equal(place.daemon().settings.folders.raw, place.join("raw"));
});

Deno.test("a default from elsewhere holds over the configuration, but changes nothing that a client has written", async () => {
  await using place = new IdlePlace();
  const first = place.daemon();
  await first.changeDefault({ key: "max_proc", value: 7 });
  assert.equal(first.settings.daemon.max_proc, 7);
  await first.change({ key: "max_proc", value: 2 });
  await first.changeDefault({ key: "max_proc", value: 8 });
  assert.equal(first.settings.daemon.max_proc, 2);
  await first.close();
  assert.equal(place.daemon().settings.daemon.max_proc, 2);
});

Deno.test("a folder that a client had set and that is gone at the start is waited for, and reported", async () => {
  await using place = new IdlePlace();
  const first = await place.started();
  await first.change({ key: "temp", value: place.make("temp2") });
  await first.close();
  Deno.removeSync(place.join("temp2"), { recursive: true });

  const second = await place.started();
  await until(() => second.status().state === "FAULT", "the fault");
  assert.match(second.status().text, /folders\.temp, which a client has set to .*temp2, cannot be used: .*frames wait/);
  assert.equal(fired(second), 0, "a stage has worked without its folder's lock");
  place.make("temp2");
  await until(() => second.status().state === "RUNNING", "the end of the fault");
  assert.ok(place.locked("temp2"));
  await until(() => fired(second) > 0, "the stage's firing");
});

Deno.test("a file of settings that is damaged is set aside, and the configuration applies", async () => {
  await using place = new IdlePlace();
  place.make("state");
  Deno.writeTextFileSync(place.join("state", SETTINGS_FILE), '{"version":1,"settings":{"max_proc":');
  const daemon = place.daemon();
  assert.equal(daemon.settings.daemon.max_proc, 5);
  assert.ok(place.log.lines.some((line) => /^error what clients have set cannot be read .*\.damaged/.test(line)));
});

Deno.test("a value that does not fit the configuration any more is skipped, and reported", async () => {
  await using place = new IdlePlace();
  const first = await place.started();
  await first.change({ key: "temp", value: place.make("other") });
  await first.close();
  const settings = place.settings();
  const second = place.daemon({ ...settings, folders: { ...settings.folders, proc: place.join("other") } });
  assert.equal(second.settings.folders.temp, place.join("temp"));
  assert.ok(place.log.lines.some((line) => line.startsWith("error") && line.includes("a client had set this")));
});

Deno.test("what the last run had in temp and proc is taken up, though the configuration names others now", async () => {
  await using place = new IdlePlace();
  const first = await place.started();
  await first.close();
  const settings = place.settings();
  const folders = { ...settings.folders, temp: place.join("temp2"), proc: place.join("proc2") };
  const second = await place.started({ ...settings, folders });
  for (const name of ["temp", "temp2", "proc", "proc2"]) assert.ok(place.locked(name), name);
  await second.close();
  Deno.removeSync(place.join("temp2"), { recursive: true });
  const third = await place.started();
  await until(() => third.status().state === "RUNNING", "that it runs without the folder that is gone");
  assert.equal(third.status().conditions.length, 0);
});

Deno.test("a change that cannot be kept over a restart is refused", async () => {
  await using place = new IdlePlace();
  const daemon = await place.started();
  Deno.renameSync(place.join("state"), place.join("away"));
  Deno.writeTextFileSync(place.join("state"), "in the way");
  const raw = place.make("raw2");
  await refused(daemon, "raw", raw, /it cannot be kept over a restart/);
  FolderLock.take([raw]).release();
});

Deno.test("a stopped daemon keeps its folders, answers, and changes; it starts again in the same process", async () => {
  await using place = new IdlePlace();
  const daemon = await place.started();
  await daemon.stop();
  assert.equal(daemon.status().state, "ON");
  const { value } = await askDaemon(place.settings(), { what: "status" });
  assert.equal((value as DaemonStatus).running, false, "it does not answer other commands");
  const settings = place.settings();
  const second = place.daemon({ ...settings, daemon: { ...settings.daemon, state_dir: place.join("state2") } });
  await assert.rejects(second.start(), { name: "FolderInUseError" });
  await daemon.change({ key: "raw", value: place.make("raw2") });
  await daemon.start();
  assert.equal(daemon.status().state, "RUNNING");
  await daemon.close();
  for (const name of ["raw", "raw2", "temp", "proc"]) assert.equal(place.locked(name), false, name);
});

Deno.test("a change that comes while the daemon stops for long is refused in time, and not made later", async () => {
  await using place = new IdlePlace();
  const settings = place.settings();
  const plugins = { ...settings.plugins, tables: { waits: { go: place.join("go"), done: place.join("done") } } };
  const daemon = new Daemon({ ...settings, plugins }, { log: place.log, stages: [source("waits")] });
  await daemon.start();
  await until(() => daemon.status().plugins[0]?.state === "firing", "the firing that hangs");
  const stopped = daemon.close();
  const begin_ms = performance.now();
  await refused(daemon, "max_proc", 4, /busy with a start, a stop or another change/);
  assert.ok(performance.now() - begin_ms < 6000, "in time");
  Deno.writeTextFileSync(place.join("go"), "");
  await stopped;
  assert.equal(daemon.settings.daemon.max_proc, 5);
});

function fired(daemon: Daemon): number {
  return daemon.status().plugins[0]?.firings ?? 0;
}

Deno.test("a draining folder is released when firings of before are over and a stage finds it empty", async () => {
  await using place = new IdlePlace();
  const stages = ["first", "second"].map((name) => source("empties_left", { name, essential: true }));
  const daemon = new Daemon(place.settings(), { log: place.log, stages });
  await daemon.start();
  try {
    const firings = () => daemon.status().plugins.find(({ name }) => name === "first")!.counters["begun"] ?? 0;
    Deno.writeTextFileSync(place.join("raw", "second"), "");
    await until(
      () => daemon.status().plugins.some(({ name, skips }) => name === "second" && skips > 0),
      "a long firing",
    );
    await daemon.change({ key: "temp", value: place.make("temp2") });
    const before = firings();
    await until(() => firings() > before + 3, "firings of the first stage since the change");
    assert.ok(place.locked("temp"), "the older firing of the second may still put a claim there");
    Deno.removeSync(place.join("raw", "second"));
    await until(() => !place.locked("temp"), "that it is released");
    assert.deepEqual(JSON.parse(Deno.readTextFileSync(place.join("state", SETTINGS_FILE))).left, []);
  } finally {
    await daemon.close();
  }
});

Deno.test("a folder that is set again before it is empty is no left one any more, and stays locked", async () => {
  await using place = new IdlePlace();
  const daemon = await place.started();
  const { temp } = daemon.settings.folders;
  const other = place.make("temp2");
  await daemon.change({ key: "temp", value: other });
  await refused(daemon, "proc", temp, /frames are still in progress in .*the temp folder before/);
  await daemon.change({ key: "temp", value: temp });
  const { left } = JSON.parse(Deno.readTextFileSync(place.join("state", SETTINGS_FILE)));
  assert.deepEqual(left, [{ kind: "temp", path: other, until_ms: null }]);
  assert.ok(place.locked("temp"));
});

// Fails without faultOfRoot() in check_change.ts.
Deno.test("a client chooses beside what is configured, or below folders.allowed, and nowhere else", async () => {
  await using place = new IdlePlace();
  const base = place.settings();
  const elsewhere = place.make("elsewhere", "raw");
  const output = place.make("way", "output");
  const folders = { ...base.folders, output_root: output };
  for (const name of ["raw", "temp", "proc"] as const) folders[name] = place.make("way", name);
  const daemon = await place.started({ ...base, folders });
  await refused(daemon, "raw", elsewhere, /clients may only choose folders below/);
  await refused(daemon, "output_root", place.make("other", "output"), /clients may only choose folders below/);
  if (Deno.build.os === "linux") {
    Deno.symlinkSync(place.join("elsewhere"), place.join("way", "link"));
    await refused(daemon, "raw", place.join("way", "link", "raw"), /link: it is a link/);
  }
  await daemon.change({ key: "raw", value: place.make("way", "raw2") });
  // Back to what is configured, whatever holds now.
  await daemon.change({ key: "raw", value: folders.raw });
  await daemon.close();
  const allowed = [place.join("elsewhere")];
  const second = await place.started({ ...base, folders: { ...folders, allowed } });
  await refused(second, "raw", place.join("way", "raw2"), /may only choose folders below/);
  await second.change({ key: "raw", value: elsewhere });
});
