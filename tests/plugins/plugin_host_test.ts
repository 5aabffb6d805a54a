import assert from "node:assert/strict";
import { join } from "node:path";
import type { PluginStatus } from "../../src/plugins/host/plugin_status.ts";
import { type HostUnderTest, settingsIn, source, startHost, tempFolder, until } from "../daemon/helpers.ts";

function statusOf({ host }: HostUnderTest, index = 0): PluginStatus {
  const status = host.statuses()[index];
  assert.ok(status !== undefined);
  return status;
}

async function fireOnce(under: HostUnderTest): Promise<string | null> {
  const plugin = under.host.plugins[0];
  assert.ok(plugin !== undefined);
  return await plugin.fire(1);
}

function misbehaving(table: Readonly<Record<string, unknown>>, options?: { essential: boolean }) {
  return startHost([source("misbehaves", options)], settingsIn("/nowhere", { misbehaves: table }));
}

Deno.test("a plugin fires at its ticks, with its table, under its own name", async () => {
  await using under = await startHost([source("counts")], settingsIn("/nowhere", { counts: { word: "hello" } }));
  for (let counter = 1; counter <= 6; counter++) {
    under.host.tick(counter);
    await until(() => statusOf(under).state === "ready", "the firing's end");
  }
  const status = statusOf(under);
  assert.deepEqual([status.name, status.ticktack, status.offset, status.firings], ["counts", 2, 1, 2]);
  assert.deepEqual(status.counters, { calls: 2 });
  assert.deepEqual(under.log.lines, ["info counts: fired at 3 with hello", "info counts: fired at 5 with hello"]);
  assert.ok(
    status.lastTime_ms !== null && status.longestTime_ms !== null && status.longestTime_ms >= status.lastTime_ms,
  );
});

Deno.test("a firing still in progress is not fired again but counted as skipped", async () => {
  using folder = tempFolder();
  const paths = { go: join(folder.path, "go"), done: join(folder.path, "done") };
  await using under = await startHost([source("waits")], settingsIn(folder.path, { waits: paths }));
  for (let counter = 1; counter <= 4; counter++) under.host.tick(counter);
  await until(() => statusOf(under).counters["begun"] === 1, "the firing's begin");
  assert.equal(statusOf(under).state, "firing");
  assert.deepEqual([statusOf(under).firings, statusOf(under).skips], [1, 3]);
  Deno.writeTextFileSync(paths.go, "");
  await until(() => statusOf(under).state === "ready", "the firing's end");
  under.host.tick(5);
  await until(() => statusOf(under).firings === 2, "the next firing");
  assert.equal(statusOf(under).skips, 3);
});

Deno.test("stop() waits for the firing in progress, aborts its signal, and calls teardown after it", async () => {
  using folder = tempFolder();
  const paths = { go: join(folder.path, "go"), done: join(folder.path, "done") };
  const under = await startHost([source("waits")], settingsIn(folder.path, { waits: paths }));
  under.host.tick(1);
  await until(() => statusOf(under).counters["begun"] === 1, "the firing's begin");
  let stopped = false;
  const stopping = under.host.stop().then(() => stopped = true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(stopped, false);
  Deno.writeTextFileSync(paths.go, "");
  await stopping;
  assert.equal(Deno.readTextFileSync(paths.done), "aborted: true");
  Deno.statSync(`${paths.done}.teardown`);
  assert.equal(statusOf(under).state, "stopped");
  under.host.tick(2);
  assert.equal(statusOf(under).firings, 1);
});

for (
  const [how, message] of [
    ["throws", /firing failed: TypeError: thrown on purpose at misbehaves\.ts:\d+/],
    ["rejects", /firing failed: rejected on purpose/],
    ["dies", /firing failed: the worker died: /],
  ] as const
) {
  Deno.test(`a plugin that ${how} has failed, and fires again`, async () => {
    await using under = await misbehaving({ how, until: 1 });
    assert.match(await fireOnce(under) ?? "", message);
    const failed = statusOf(under);
    assert.deepEqual([failed.state, failed.failures, failed.failuresInRow], ["failed", 1, 1]);
    assert.match(failed.lastError ?? "", message);
    if (how === "dies") return; // a new worker counts its firings anew and dies again: the next test
    assert.equal(await fireOnce(under), null);
    assert.deepEqual([statusOf(under).state, statusOf(under).failuresInRow], ["ready", 0]);
  });
}

Deno.test("a plugin whose worker dies gets a new one, until it died too often in a row", async () => {
  await using under = await misbehaving({ how: "dies" });
  for (let counter = 1; counter <= 6; counter++) {
    under.host.tick(counter);
    await until(() => statusOf(under).state !== "firing" && statusOf(under).state !== "starting", "the firing's end");
  }
  assert.deepEqual([statusOf(under).state, statusOf(under).firings, statusOf(under).failures], ["aside", 3, 3]);
  const condition = /^misbehaves: failed 3 times in a row: .*; suspended until its file changes /;
  assert.match(under.conditions.get("plugin:misbehaves") ?? "", condition);
  // The daemon logs conditions: a line of the host's own would be the second.
  assert.ok(!under.log.lines.some((line) => line.includes("suspended")), under.log.lines.join("\n"));
});

Deno.test("a rejection between two firings is a failure too", async () => {
  await using under = await misbehaving({ how: "rejects later", until: 1 });
  assert.equal(await fireOnce(under), null);
  await until(() => statusOf(under).failures === 1, "the late failure");
  assert.match(statusOf(under).lastError ?? "", /failed between firings: later on purpose/);
});

Deno.test("a stage that failed too often is retried now and then, and its condition is taken back", async () => {
  await using under = await misbehaving({ how: "throws", until: 3 }, { essential: true });
  for (let counter = 1; counter <= 29; counter++) {
    under.host.tick(counter);
    await until(() => statusOf(under).state !== "firing", "the firing's end");
  }
  assert.deepEqual([statusOf(under).state, statusOf(under).firings], ["aside", 3]);
  assert.equal(under.conditions.size, 1);
  under.host.tick(30);
  await until(() => statusOf(under).state === "ready", "the firing that goes well");
  assert.equal(under.conditions.size, 0);
});

Deno.test("a plugin that cannot be imported has failed, and the others fire", async () => {
  await using under = await startHost([source("import_throws"), source("counts")], settingsIn("/nowhere"));
  assert.equal(statusOf(under).state, "failed");
  assert.match(statusOf(under).lastError ?? "", /cannot be imported: no import on purpose at import_throws\.ts:3/);
  under.host.tick(3);
  await until(() => statusOf(under, 1).counters["calls"] === 1, "the other one's firing");
  for (let counter = 6; statusOf(under).state !== "aside"; counter += 3) {
    under.host.tick(counter);
    await until(() => statusOf(under).state !== "starting", "the start's end");
  }
  assert.deepEqual([statusOf(under).failures, statusOf(under).firings], [3, 0]);
});

Deno.test("a module without work is reported", async () => {
  await using under = await startHost([source("no_work")], settingsIn("/nowhere"));
  assert.match(statusOf(under).lastError ?? "", /it exports no function `work`/);
});

Deno.test("a plugin whose setup refuses is shown with its reason and never fired", async () => {
  await using under = await startHost([source("refuses")], settingsIn("/nowhere"));
  for (let counter = 1; counter <= 3; counter++) under.host.tick(counter);
  const status = statusOf(under);
  assert.deepEqual([status.state, status.firings, status.failures], ["refused", 0, 0]);
  assert.match(status.lastError ?? "", /there is no such detector/);
  assert.equal(under.log.lines[0], "warn refuses: TICKTACK is 0, below 1: taken as 1");
});

Deno.test("a firing that floods the log is cut, and says how much is left out", async () => {
  await using under = await misbehaving({ how: "floods" });
  assert.equal(await fireOnce(under), null);
  assert.equal(under.log.lines.length, 1001);
  assert.equal(under.log.lines.at(-1), "warn misbehaves: 4000 more log messages of one firing were dropped");
});

Deno.test("fields that cannot be posted do not fail the firing", async () => {
  await using under = await misbehaving({ how: "posts functions" });
  assert.equal(await fireOnce(under), null);
  assert.deepEqual(under.log.lines, ["info misbehaves: with a function"]);
});
