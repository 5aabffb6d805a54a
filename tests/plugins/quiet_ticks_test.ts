/** While nothing waits, the stages behind the first rest, and are woken by what comes. */
import assert from "node:assert/strict";
import type { FrameEvent } from "../../src/frames/events.ts";
import { settingsIn, source, startHost, tempFolder, until } from "../daemon/helpers.ts";

/** Three stages, of which the first reports what it is given as its table. */
async function stages(base: string, events: readonly FrameEvent[]) {
  const sources = [
    source("stage_events", { name: "first", essential: true }),
    source("stage_idle", { name: "second", essential: true }),
    source("stage_idle", { name: "third", essential: true }),
  ];
  const under = await startHost(sources, settingsIn(base, { first: { events } }));
  const { host } = under;
  const firings = () => host.statuses().map(({ firings }) => firings);
  const idle = () => until(() => host.statuses().every(({ state }) => state === "ready"), "the firings' end");
  return { ...under, firings, idle };
}

Deno.test("in quiet times only the first stage fires at each tick, the others at each sixth", async () => {
  using folder = tempFolder();
  await using under = await stages(folder.path, []);
  const { host, firings, idle } = under;
  for (let counter = 1; counter <= 12; counter++) {
    host.tick(counter, { quiet: true });
    await idle();
  }
  assert.deepEqual(firings(), [12, 2, 2]);
  host.tick(13);
  await idle();
  assert.deepEqual(firings(), [13, 3, 3]);
});

Deno.test("a claim wakes the second stage, a merge the third; more of them do not, since they look by themselves", async () => {
  using folder = tempFolder();
  const claimed: FrameEvent = { type: "claimed", frame: "P.tif" };
  const merged: FrameEvent = { type: "merged", frame: "P.tif", tagged: true };
  await using under = await stages(folder.path, [claimed, merged, claimed, merged]);
  const { host, firings, idle } = under;
  host.tick(1, { quiet: true });
  await until(() => firings().join() === "1,1,1", "the stages are woken");
  await idle();
  host.tick(2, { quiet: true });
  await idle();
  assert.deepEqual(firings(), [2, 1, 1]);
  assert.deepEqual(host.statuses().map(({ skips }) => skips), [0, 0, 0]);
});
