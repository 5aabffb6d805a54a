import assert from "node:assert/strict";
import { FolderInUseError } from "../../src/daemon/settings/folder_lock.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import { quickSettings, source, until } from "./helpers.ts";
import { movingStages, Place } from "./place.ts";

const STAGES = movingStages({ essential: false });

Deno.test("Daemon brings files through its stages, counts them and reports to its listeners", async () => {
  await using place = new Place(STAGES);
  const daemon = place.daemon();
  const steps: FrameEvent[] = [];
  daemon.onFrame((event) => steps.push(event));
  assert.equal(daemon.status().state, "ON");
  await daemon.start();
  Deno.writeTextFileSync(place.join("raw", "a.tif"), "frame");
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
  assert.equal(daemon.status().state, "RUNNING");
  // Each worker reports in its own time: a later stage may be heard first.
  await until(() => steps.length === 3, "all steps");
  assert.deepEqual(steps.map((step) => step.type).toSorted(), ["claimed", "claimed", "delivered"]);
  assert.equal(Deno.readTextFileSync(place.join("output", "a.tif")), "frame");
  assert.ok(place.log.lines.some((line) => line.startsWith("info a.tif: delivered, ")));
  await daemon.close();
  assert.equal(daemon.status().state, "ON");
});

Deno.test("Daemon starts again after a stop, and goes on with what it left", async () => {
  await using place = new Place(STAGES);
  const daemon = await place.started();
  await daemon.stop();
  Deno.writeTextFileSync(place.join("temp", "left.tif"), "frame");
  await Promise.all([daemon.start(), daemon.start()]);
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
  await Promise.all([daemon.stop(), daemon.stop()]);
  assert.equal(daemon.running, false);
});

Deno.test("a second Daemon on one of the first one's folders does not start, and locks no other", async () => {
  await using place = new Place(STAGES);
  await using other = new Place(STAGES);
  await place.started();
  for (const shared of ["raw", "temp", "proc"]) {
    const second = other.daemon(other.settings({ [shared]: place.join(shared) }));
    await assert.rejects(second.start(), FolderInUseError);
    assert.equal(second.running, false);
  }
  await other.started();
});

Deno.test("Daemon logs a condition once, not at each firing", async () => {
  await using place = new Place([source("misbehaves")]);
  const daemon = await place.started(quickSettings(place.path, { misbehaves: { how: "throws" } }));
  await until(() => daemon.status().state === "ALARM", "the alarm: no stage fails");
  await daemon.close();
  assert.match(daemon.status().conditions.join(), /misbehaves: failed 3 times in a row/);
  assert.equal(daemon.status().frames.lastError, daemon.status().conditions[0]);
});

Deno.test("a stage that refuses is a FAULT with its reason, which another start does not carry on", async () => {
  await using place = new Place([source("refuses", { essential: true })]);
  const daemon = await place.started(quickSettings(place.path));
  await until(() => daemon.status().state === "FAULT", "the fault");
  assert.match(daemon.status().text, /^refuses: does not run: there is no such detector/);
  await daemon.stop();
  assert.deepEqual([daemon.status().state, daemon.status().text], [
    "ON",
    "Stopped; frames wait until the command Start",
  ]);
  await daemon.start();
  await until(() => daemon.status().state === "FAULT", "the fault");
  assert.equal(daemon.status().conditions.length, 1);
});
