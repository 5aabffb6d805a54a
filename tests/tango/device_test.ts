/** The device follows the daemon, and what clients want reaches it. */
import assert from "node:assert/strict";
import { SettingRefusedError } from "../../src/daemon/settings/client_settings.ts";
import { Device } from "../../src/tango/device.ts";
import { type MemoryLog, memoryLog, until } from "../daemon/helpers.ts";
import { FakeDaemon, FakeServer, STATUS } from "./fakes.ts";

interface Serving extends AsyncDisposable {
  readonly daemon: FakeDaemon;
  readonly server: FakeServer;
  readonly device: Device;
  readonly log: MemoryLog;
}

function serve(daemon = new FakeDaemon()): Serving {
  const server = new FakeServer();
  const log = memoryLog();
  const makePreview = () => Promise.resolve({ pixels: new Uint16Array(1), width: 1, height: 1, low: 3, high: 9 });
  const device = new Device({ server, daemon, log, makePreview });
  device.follow();
  const serving = device.serve();
  return {
    daemon,
    server,
    device,
    log,
    [Symbol.asyncDispose]: async () => {
      device[Symbol.dispose]();
      await server.stop();
      await serving;
      assert.equal(daemon.listeners, 0, "what listened to the daemon is still there");
    },
  };
}

Deno.test("every attribute but the preview has a value from the start on", async () => {
  await using serving = serve();
  const { values, state } = serving.server;
  assert.deepEqual(Object.fromEntries(values), {
    TickTackPeriod: 1 / 3,
    NumThreads: 4,
    DirRaw: "/base/raw",
    DirTemp: "/base/temp",
    DirProc: "/base/proc",
    DirOutputRoot: "/base/output",
    DirOutput: "",
    MaxProc: 5,
    FramesDelivered: 0,
    FramesFailed: 0,
    DarksRemoved: 0,
    Backlog: 0,
    BytesDelivered: 0,
    FrameRate: 0,
    Latency: null,
    RamDiskFree: 1024n,
    OutputFree: null,
    LastFrame: "",
    LastError: "",
    Plugins: ["01_prepare_raw 3 1 ready"],
    Consumers: ["notify/http://h/f 12 1"],
  });
  assert.deepEqual(state, ["RUNNING", "Waiting for frames"]);
});

Deno.test("each delivered frame is an event of its own", async () => {
  await using serving = serve();
  const { daemon, server } = serving;
  for (const frame of ["a.tif", "b.tif", "c.tif"]) daemon.deliver(frame);
  const eventsOf = (name: string) => server.events.filter(([of]) => of === name).map(([, value]) => value);
  assert.deepEqual(eventsOf("LastFrame"), ["", "a.tif", "b.tif", "c.tif"]);
  assert.deepEqual(eventsOf("FramesDelivered"), [0, 1, 2, 3]);
});

Deno.test("State and Status follow the daemon", async () => {
  await using serving = serve();
  const { daemon, server, device } = serving;
  daemon.now = { ...STATUS, state: "FAULT", text: "/out: the output is full" };
  device.refresh();
  assert.deepEqual(server.state, ["FAULT", "/out: the output is full"]);
});

Deno.test("what is in progress shows: the start, and a stop until the frames are finished", async () => {
  const daemon = new FakeDaemon();
  const server = new FakeServer();
  const makePreview = () => Promise.reject(new Error("none"));
  using device = new Device({ server, daemon, log: memoryLog(), makePreview });
  device.follow();
  assert.equal(server.state?.[0], "RUNNING");
  const serving = device.serve();

  daemon.now = { ...STATUS, running: false, state: "ON", text: "Stopped" };
  const start = Promise.withResolvers<void>();
  daemon.work = start.promise;
  await server.command("Start");
  await until(() => daemon.calls.includes("start"), "the start");
  assert.equal(server.state?.[0], "INIT");
  daemon.now = STATUS;
  start.resolve();
  await until(() => server.state?.[0] === "RUNNING", "the end of the start");

  const { promise, resolve } = Promise.withResolvers<void>();
  daemon.work = promise;
  const stopped = server.command("Stop");
  await until(() => daemon.calls.includes("stop"), "the stop");
  daemon.now = { ...STATUS, running: false, state: "ON", text: "Stopped" };
  device.refresh();
  assert.deepEqual(server.state, ["RUNNING", "Stopping: finishing the frames in progress"]);
  resolve();
  await stopped;
  assert.deepEqual(server.state, ["ON", "Stopped"]);
  await server.stop();
  await serving;
});

Deno.test("a write that is taken is set before it is answered", async () => {
  await using serving = serve();
  const { server, daemon } = serving;
  assert.deepEqual(await server.write("MaxProc", 7n), { accepted: undefined });
  assert.equal(server.values.get("MaxProc"), 7);
  assert.equal(daemon.settings.daemon.max_proc, 7);
});

Deno.test("a write that is refused says why in the daemon's words, and the old value stays", async () => {
  await using serving = serve();
  const { server, daemon, log } = serving;
  daemon.refusal = new SettingRefusedError(
    'Cannot set folders.raw to "/x": it lies in folders.output_root, /data/folders.raw',
  );
  // By the names that clients know.
  assert.deepEqual(await server.write("DirRaw", "/x"), {
    refused: 'Cannot set DirRaw to "/x": it lies in DirOutputRoot, /data/folders.raw',
  });
  assert.equal(server.values.get("DirRaw"), "/base/raw");
  assert.deepEqual(log.lines.filter((line) => line.startsWith("error")), []);
});

Deno.test("a slow command does not hold up what others want", async () => {
  await using serving = serve();
  const { daemon, server } = serving;
  const { promise, resolve } = Promise.withResolvers<void>();
  daemon.work = promise;
  const slow = server.command("Start");
  assert.deepEqual(await server.command("PluginInfo", ""), { accepted: "01_prepare_raw 3 1 ready" });
  resolve();
  assert.deepEqual(await slow, { accepted: undefined });
});

Deno.test("a Stop that takes longer than a client waits is accepted in time", async () => {
  await using serving = serve();
  const { promise, resolve } = Promise.withResolvers<void>();
  serving.daemon.work = promise;
  const begin_ms = performance.now();
  assert.deepEqual(await serving.server.command("Stop"), { accepted: undefined });
  assert.ok(performance.now() - begin_ms > 300, "it did not wait");
  resolve();
});

Deno.test("a Start that fails shows why, until something else is done", async () => {
  await using serving = serve();
  const { daemon, server, log } = serving;
  daemon.now = { ...STATUS, running: false, state: "ON", text: "Stopped" };
  daemon.work = Promise.reject(new Error("the folder /x is gone"));
  assert.deepEqual(await server.command("Start"), { accepted: undefined });
  await until(() => server.state?.[0] === "FAULT", "the fault");
  assert.equal(server.state?.[1], "Start failed: the folder /x is gone");
  assert.ok(log.lines.includes("error Tango: Start failed: the folder /x is gone"));
  daemon.work = Promise.resolve();
  await server.command("Start");
  await until(() => server.state?.[0] === "ON", "the daemon's own state");
});

Deno.test("Retry and ReloadPlugins reach the daemon", async () => {
  await using serving = serve();
  const { daemon, server } = serving;
  assert.deepEqual(await server.command("Retry"), { accepted: "2 frames are retried" });
  assert.deepEqual(await server.command("ReloadPlugins"), { accepted: undefined });
  assert.deepEqual(daemon.calls, ["retryFrames", "reloadPlugins"]);
});

Deno.test("PluginInfo of one plugin describes it, of none lists those that there are", async () => {
  await using serving = serve();
  const { server } = serving;
  assert.deepEqual(await server.command("PluginInfo", "01_Prepare_RAW"), {
    accepted: [
      "01_prepare_raw 3 1 ready",
      "shipped with pewatch",
      "7 firings, the last took 12 ms, the longest 46 ms; 1 skipped, 2 failed",
      "claimed: 3",
      "last error: the disk is full",
    ].join("\n"),
  });
  assert.deepEqual(await server.command("PluginInfo", "other"), {
    refused: "There is no plugin other; there are 01_prepare_raw",
  });
});

Deno.test("the preview is set before a read of it goes on", async () => {
  await using serving = serve();
  const { daemon, server } = serving;
  await server.demand("Preview");
  assert.equal(server.values.has("Preview"), false);
  daemon.deliver("a.tif");
  await server.demand("Preview");
  const { width, height } = server.values.get("Preview") as { width: number; height: number };
  assert.deepEqual([width, height], [1, 1]);
  assert.deepEqual([server.values.get("PreviewLow"), server.values.get("PreviewHigh")], [3, 9]);
  const time = server.times.get("Preview");
  assert.ok(time instanceof Date);
  assert.deepEqual([server.times.get("PreviewLow"), server.times.get("PreviewHigh")], [time, time]);
});

Deno.test("at the program's end writes and commands are refused, and reads go on", async () => {
  await using serving = serve();
  const { device, daemon, server } = serving;
  device.end();
  assert.deepEqual(await server.command("Start"), { refused: "pewatch is stopping" });
  assert.deepEqual(await server.write("MaxProc", 7n), { refused: "pewatch is stopping" });
  assert.deepEqual(daemon.calls, []);
  daemon.deliver("last.tif");
  assert.equal(server.values.get("LastFrame"), "last.tif");
});
