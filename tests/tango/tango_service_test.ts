/** The server's life beside the daemon's: what hinders its start is reported and retried, and its end is reported. */
import assert from "node:assert/strict";
import { TangoError } from "../../ffi/tango/mod.ts";
import type { TangoSettings } from "../../src/config/settings.ts";
import { DeviceProperties } from "../../src/tango/device_properties.ts";
import { TangoService } from "../../src/tango/tango_service.ts";
import { type MemoryLog, memoryLog, settingsIn, until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { FakeDaemon, FakeLibrary, type FakeServer } from "./fakes.ts";

interface Facing extends AsyncDisposable {
  readonly face: TangoService;
  readonly daemon: FakeDaemon;
  readonly library: FakeLibrary;
  readonly server: FakeServer;
  readonly log: MemoryLog;
  readonly killed: string[];
}

interface FacingOptions {
  /** What the first starts come to. */
  readonly faults?: readonly Error[];
  readonly retry_ms?: number;
}

function face(tango: Partial<TangoSettings>, { faults = [], retry_ms = 1 }: FacingOptions = {}): Facing {
  const temporary = new TempFolder();
  const library = new FakeLibrary();
  library.server.startFaults.push(...faults);
  const log = memoryLog();
  const killed: string[] = [];
  const base = settingsIn(temporary.path);
  const settings = { ...base, tango: { ...base.tango, ...tango } };
  const daemon = new FakeDaemon(temporary.path);
  const face = new TangoService({
    settings: settings.tango,
    daemon,
    log,
    library,
    properties: new DeviceProperties(settings, { library, log }),
    onKilled: (why) => void killed.push(why),
    retry_ms,
    databaseCause: () => Promise.resolve("connection refused"),
  });
  face.start();
  return {
    face,
    daemon,
    library,
    server: library.server,
    log,
    killed,
    [Symbol.asyncDispose]: async () => {
      await face.stop();
      temporary[Symbol.dispose]();
    },
  };
}

function serves({ log }: Facing): () => boolean {
  return () => log.lines.some((line) => line.includes("Tango device ready"));
}

Deno.test("without a database it listens on this computer, with one wherever clients are", async () => {
  await using without = face({});
  await until(serves(without), "the server");
  const names = { server: "PEWatchDaemon", instance: "1", device: "pewatch/daemon/1" };
  assert.deepEqual(without.server.places, [{ ...names, endpoint: "127.0.0.1:0" }]);
  await using with_ = face({ database: "host:10000" });
  await until(serves(with_), "the server");
  assert.deepEqual(with_.server.places, [{ ...names, database: "host:10000" }]);
  await using both = face({ database: "host:10000", endpoint: "0.0.0.0:4000" });
  await until(serves(both), "the server");
  assert.deepEqual(both.server.places, [{ ...names, database: "host:10000", endpoint: "0.0.0.0:4000" }]);
});

Deno.test("a database that is away is waited for, and reported once", async () => {
  const away = () => new TangoError("The Tango database at host:10000 does not answer", "database_away");
  await using facing = face({ database: "host:10000" }, { faults: [away(), away(), away()] });
  await until(serves(facing), "the server");
  assert.equal(facing.server.places.length, 4);
  const warnings = facing.log.lines.filter((line) => line.startsWith("warn"));
  assert.deepEqual(warnings, [
    "warn Tango: The Tango database at host:10000 does not answer (connection refused). Retrying every 5 s; frames are " +
    "still delivered",
  ]);
});

Deno.test("a device that is not registered is reported with what to do, and served once it is", async () => {
  const fault = new TangoError("pewatch/daemon/1 is not registered", "not_registered");
  await using facing = face({ database: "host:10000" }, { faults: [fault] });
  await until(serves(facing), "the server");
  assert.match(facing.log.lines.join("\n"), /warn Tango: .* is not registered; pewatch tango register does it/);
});

Deno.test("what no retry mends ends the attempts, and is reported", async () => {
  await using facing = face({}, { faults: [new TangoError("Cannot start a second server")] });
  await until(() => facing.log.lines.some((line) => line.startsWith("error")), "the error");
  assert.equal(facing.server.places.length, 1);
  assert.deepEqual(facing.killed, []);
});

Deno.test("a client's Kill is reported to the program, an end of our own is not", async () => {
  await using facing = face({});
  await until(serves(facing), "the server");
  facing.server.kill();
  await until(() => facing.killed.length > 0, "the news of the kill");
  assert.deepEqual(facing.killed, ["a Tango client killed the server"]);

  await using ended = face({});
  await until(serves(ended), "the server");
  await ended.face.stop();
  assert.deepEqual(ended.killed, []);
});

Deno.test("a face that still waits for a database ends at once", async () => {
  await using facing = face({ database: "host:10000" }, {
    faults: [new TangoError("away", "database_away")],
    retry_ms: 60_000,
  });
  await until(() => facing.log.lines.length > 0, "the first attempt");
  const begin_ms = performance.now();
  await facing.face.stop();
  assert.ok(performance.now() - begin_ms < 1000);
});

Deno.test("properties that were not known at the start are asked for once it is served, and at Init", async () => {
  await using facing = face({ database: "host:10000" });
  const { daemon, library, server } = facing;
  library.properties = Promise.resolve(new Map([["MaxProc", ["7"]]]));
  await until(() => daemon.calls.length > 0, "the property");
  assert.deepEqual(daemon.calls, ["changeDefault max_proc 7"]);
  library.properties = Promise.resolve(new Map([["DirOutput", ["a"]]]));
  server.notify("init");
  await until(() => daemon.calls.length === 3, "what is new");
  // The one that is gone gives way to the configuration's.
  assert.deepEqual(daemon.calls.slice(1).sort(), ["changeDefault max_proc 5", "changeDefault output_dir a"]);
});

Deno.test("a property that cannot hold yet is reported once, and tried until it holds", async () => {
  await using facing = face({ database: "host:10000" });
  const { daemon, library, log } = facing;
  library.properties = Promise.resolve(new Map([["MaxProc", ["7"]]]));
  daemon.refusal = new Error("Cannot set daemon.max_proc to 7: pewatch is busy");
  await until(() => daemon.calls.length > 2, "several attempts");
  assert.equal(log.lines.filter((line) => /^warn .*are not applied yet: .*pewatch is busy/.test(line)).length, 1);
  daemon.refusal = null;
  await until(() => daemon.settings.daemon.max_proc === 7, "the property");
});

Deno.test("the start gives at once, and the end waits for no start that hangs", async () => {
  const library = new FakeLibrary();
  const settings = settingsIn("/base");
  const log = memoryLog();
  const properties = new DeviceProperties(settings, { library, log });
  const options = { settings: settings.tango, daemon: new FakeDaemon(), log, library, properties, onKilled: () => {} };
  const face = new TangoService(options);
  face.start();
  await until(() => log.lines.some((line) => line.includes("Tango device ready")), "the server");
  await face.stop();

  library.server.start = () => new Promise(() => {});
  const hanging = new TangoService(options);
  const begin_ms = performance.now();
  hanging.start();
  assert.ok(performance.now() - begin_ms < 100);
  await hanging.stop();
});
