/** At the start the device's properties are asked for, no longer than frames can wait. */
import assert from "node:assert/strict";
import type { Settings } from "../../src/config/settings.ts";
import { DeviceProperties, type DevicePropertiesOptions } from "../../src/tango/device_properties.ts";
import { type SettingChange, SettingRefusedError } from "../../src/daemon/settings/client_settings.ts";
import { type MemoryLog, memoryLog, settingsIn } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { FakeDaemon, FakeLibrary } from "./fakes.ts";

function settingsOf(base: string, database = "host:10000") {
  const settings = settingsIn(base);
  return { ...settings, tango: { ...settings.tango, enabled: true, database } };
}

function library(properties: Promise<Map<string, string[]>>): FakeLibrary {
  return Object.assign(new FakeLibrary(), { properties });
}

/** As a start that succeeds. */
async function startSettings(settings: Settings, options: DevicePropertiesOptions): Promise<Settings> {
  const properties = new DeviceProperties(settings, { databaseCause: () => Promise.resolve("refused"), ...options });
  const found = await properties.settingsAtStart();
  assert.deepEqual((options.log as MemoryLog).lines.slice(linesBefore.get(options.log) ?? 0), [], "said too early");
  properties.report();
  await Promise.resolve();
  linesBefore.set(options.log, (options.log as MemoryLog).lines.length);
  return found;
}

/** Lines of each log that starts before have left. */
const linesBefore = new WeakMap<object, number>();

const SEVEN = () => library(Promise.resolve(new Map([["MaxProc", ["7"]]])));

Deno.test("without a database nothing is asked for", async () => {
  const settings = settingsOf("/base", "");
  const away = library(Promise.reject(new Error("asked")));
  away.properties.catch(() => {});
  assert.equal(await startSettings(settings, { library: away, log: memoryLog() }), settings);
});

Deno.test("properties are applied, and shown", async () => {
  using temporary = new TempFolder();
  const log = memoryLog();
  const settings = await startSettings(settingsOf(temporary.path), { library: SEVEN(), log });
  assert.equal(settings.daemon.max_proc, 7);
  assert.deepEqual(log.lines, ["info Tango: MaxProc = 7, a property of pewatch/daemon/1"]);
});

Deno.test("a database that does not answer leaves the properties that were read last", async () => {
  using temporary = new TempFolder();
  const log = memoryLog();
  const settings = settingsOf(temporary.path);
  await startSettings(settings, { library: SEVEN(), log: memoryLog() });
  const silent = library(new Promise(() => {}));
  assert.equal((await startSettings(settings, { library: silent, log, limit_ms: 10 })).daemon.max_proc, 7);
  assert.match(
    log.lines[0]!,
    /^warn Tango: the properties of .* cannot be read: .* did not answer within .*; those that were read/,
  );
  const away = library(Promise.reject(new Error("The Tango database does not answer")));
  assert.equal((await startSettings(settings, { library: away, log })).daemon.max_proc, 7);
});

Deno.test("what is remembered of another device or database, or is damaged, does not count", async () => {
  using temporary = new TempFolder();
  const settings = settingsOf(temporary.path);
  await startSettings(settings, { library: SEVEN(), log: memoryLog() });
  const away = () => library(Promise.reject(new Error("away")));
  const log = memoryLog();
  const other = settingsOf(temporary.path, "other:10000");
  assert.equal((await startSettings(other, { library: away(), log })).daemon.max_proc, 5);
  assert.match(log.lines[0]!, /cannot be read: away; the configuration's values apply/);
  Deno.writeTextFileSync(temporary.join("state", "tango_properties.json"), "{");
  assert.equal((await startSettings(settings, { library: away(), log })).daemon.max_proc, 5);
});

Deno.test("a wrong property is reported as an error by its name", async () => {
  using temporary = new TempFolder();
  const log = memoryLog();
  const wrong = library(Promise.resolve(new Map([["MaxProc", ["0"]]])));
  assert.equal((await startSettings(settingsOf(temporary.path), { library: wrong, log })).daemon.max_proc, 5);
  assert.match(
    log.lines.join(),
    /^error Tango: property MaxProc: 0 cannot be used: .*; the configuration's value applies/,
  );
});

Deno.test("what the daemon refuses of properties that are read again is tried at the next time, what holds is not", async () => {
  using temporary = new TempFolder();
  const settings = settingsOf(temporary.path);
  const properties = new DeviceProperties(settings, { library: SEVEN(), log: memoryLog() });
  const daemon = new FakeDaemon(temporary.path);
  daemon.refusal = new SettingRefusedError("Cannot set daemon.max_proc to 7: pewatch is busy");
  await assert.rejects(properties.apply(daemon), /pewatch is busy/);
  daemon.refusal = null;
  await properties.apply(daemon);
  assert.equal(daemon.settings.daemon.max_proc, 7);
  daemon.calls.length = 0;
  await properties.apply(daemon);
  assert.deepEqual(daemon.calls, []);
});

// Fails where the first property that is refused keeps the others from holding.
Deno.test("of properties that are read again one that is refused holds up no other", async () => {
  using temporary = new TempFolder();
  const settings = settingsOf(temporary.path);
  const wanted = new Map([["MaxProc", ["7"]], ["DirOutput", ["night"]]]);
  const properties = new DeviceProperties(settings, { library: library(Promise.resolve(wanted)), log: memoryLog() });
  const asked: string[] = [];
  const changeDefault = (change: SettingChange) => {
    asked.push(change.key);
    return asked.length === 1 ? Promise.reject(new SettingRefusedError("pewatch is busy")) : Promise.resolve();
  };
  await assert.rejects(properties.apply({ changeDefault }), /pewatch is busy/);
  assert.deepEqual(asked.toSorted(), ["max_proc", "output_dir"]);
});
