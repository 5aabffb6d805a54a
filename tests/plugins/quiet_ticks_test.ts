/** While nothing waits, the stages behind the first rest, and are woken by what comes. */
import assert from "node:assert/strict";
import { PluginHost } from "../../src/plugins/host/plugin_host.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import { memoryLog, settingsIn, source, tempFolder, until } from "../daemon/helpers.ts";

/** Three stages, of which the first reports what it is given as its table. */
async function stages(base: string, events: readonly FrameEvent[]) {
  const host = new PluginHost({
    sources: [
      source("stage_events", { name: "first", essential: true }),
      source("stage_idle", { name: "second", essential: true }),
      source("stage_idle", { name: "third", essential: true }),
    ],
    log: memoryLog(),
    settings: () => settingsIn(base, { first: { events } }),
    onFrame: () => {},
    onCondition: () => {},
    onBacklog: () => {},
  });
  await host.start();
  const firings = () => host.statuses().map(({ firings }) => firings);
  const idle = () => until(() => host.statuses().every(({ state }) => state === "ready"), "the firings' end");
  return { host, firings, idle };
}

Deno.test("in quiet times only the first stage fires at each tick, the others at each sixth", async () => {
  using folder = tempFolder();
  const { host, firings, idle } = await stages(folder.path, []);
  for (let counter = 1; counter <= 12; counter++) {
    host.tick(counter, { quiet: true });
    await idle();
  }
  assert.deepEqual(firings(), [12, 2, 2]);
  host.tick(13);
  await idle();
  assert.deepEqual(firings(), [13, 3, 3]);
  await host.stop();
});

Deno.test("a claim wakes the second stage, a merge the third; more of them do not, since they look by themselves", async () => {
  using folder = tempFolder();
  const claimed: FrameEvent = { type: "claimed", frame: "P.tif" };
  const merged: FrameEvent = { type: "merged", frame: "P.tif", tagged: true };
  const { host, firings, idle } = await stages(folder.path, [claimed, merged, claimed, merged]);
  host.tick(1, { quiet: true });
  await until(() => firings().join() === "1,1,1", "the stages are woken");
  await idle();
  host.tick(2, { quiet: true });
  await idle();
  assert.deepEqual(firings(), [2, 1, 1]);
  assert.deepEqual(host.statuses().map(({ skips }) => skips), [0, 0, 0]);
  await host.stop();
});
