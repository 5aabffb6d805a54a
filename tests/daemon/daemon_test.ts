import assert from "node:assert/strict";
import { join } from "node:path";
import { Daemon } from "../../src/daemon/daemon.ts";
import { FolderInUseError } from "../../src/daemon/settings/folder_lock.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import { memoryLog, quickSettings, source, tempFolder, until } from "./helpers.ts";
import { MOVES, movingStages } from "./place.ts";

const STAGES = movingStages({ essential: false });

Deno.test("Daemon brings files through its stages, counts them and reports to its listeners", async () => {
  using folder = tempFolder();
  const log = memoryLog();
  const daemon = new Daemon(quickSettings(folder.path, MOVES), { log, stages: STAGES });
  const steps: FrameEvent[] = [];
  daemon.onFrame((event) => steps.push(event));
  assert.equal(daemon.status().state, "ON");
  await daemon.start();
  try {
    Deno.writeTextFileSync(join(folder.path, "raw", "a.tif"), "frame");
    await until(() => daemon.status().frames.delivered === 1, "the delivery");
    assert.equal(daemon.status().state, "RUNNING");
    // Each worker reports in its own time: a later stage may be heard first.
    await until(() => steps.length === 3, "all steps");
    assert.deepEqual(steps.map((step) => step.type).toSorted(), ["claimed", "claimed", "delivered"]);
    assert.equal(Deno.readTextFileSync(join(folder.path, "output", "a.tif")), "frame");
    assert.ok(log.lines.some((line) => line.startsWith("info a.tif: delivered, ")));
  } finally {
    await daemon.close();
  }
  assert.equal(daemon.status().state, "ON");
});

Deno.test("Daemon starts again after a stop, and goes on with what it left", async () => {
  using folder = tempFolder();
  const daemon = new Daemon(quickSettings(folder.path, MOVES), { log: memoryLog(), stages: STAGES });
  await daemon.start();
  await daemon.stop();
  Deno.writeTextFileSync(join(folder.path, "temp", "left.tif"), "frame");
  await Promise.all([daemon.start(), daemon.start()]);
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
  await Promise.all([daemon.stop(), daemon.stop()]);
  assert.equal(daemon.running, false);
  await daemon.close();
});

Deno.test("a second Daemon on one of the first one's folders does not start, and locks no other", async () => {
  using folder = tempFolder();
  using other = tempFolder();
  const first = new Daemon(quickSettings(folder.path, MOVES), { log: memoryLog(), stages: STAGES });
  await first.start();
  try {
    const settings = quickSettings(other.path, MOVES);
    for (const shared of ["raw", "temp", "proc"]) {
      const folders = { ...settings.folders, [shared]: join(folder.path, shared) };
      const second = new Daemon({ ...settings, folders }, { log: memoryLog(), stages: STAGES });
      await assert.rejects(second.start(), FolderInUseError);
      assert.equal(second.running, false);
    }
    const third = new Daemon(settings, { log: memoryLog(), stages: STAGES });
    await third.start();
    await third.close();
  } finally {
    await first.close();
  }
});

Deno.test("Daemon logs a condition once, not at each firing", async () => {
  using folder = tempFolder();
  const log = memoryLog();
  const tables = { misbehaves: { how: "throws" } };
  const daemon = new Daemon(quickSettings(folder.path, tables), { log, stages: [source("misbehaves")] });
  await daemon.start();
  await until(() => daemon.status().state === "ALARM", "the alarm: no stage fails");
  await daemon.close();
  assert.match(daemon.status().conditions.join(), /misbehaves: failed 3 times in a row/);
  assert.equal(daemon.status().frames.lastError, daemon.status().conditions[0]);
});

Deno.test("a stage that refuses is a FAULT with its reason, which another start does not carry on", async () => {
  using folder = tempFolder();
  const settings = quickSettings(folder.path);
  const daemon = new Daemon(settings, { log: memoryLog(), stages: [source("refuses", { essential: true })] });
  await daemon.start();
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
  await daemon.close();
});
