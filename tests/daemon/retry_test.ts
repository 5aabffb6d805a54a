/** The daemon's order to try the quarantine again; and what its status says of threads and space. */
import assert from "node:assert/strict";
import { shippedStages } from "../../src/plugins/host/shipped.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { quickSettings, settingsIn, until } from "./helpers.ts";
import { Place } from "./place.ts";
import { QUARANTINE_FOLDER } from "../../src/config/names/reserved_names.ts";
import { namesIn } from "../folders.ts";

Deno.test("retryFrames() brings what was mended to the output, and leaves the rest, reported once", async () => {
  await using place = new Place(shippedStages());
  const base = quickSettings(place.path);
  const daemon = place.daemon({ ...base, frames: { ...base.frames, settle_s: 0, sidecar_wait_s: 0 } });
  assert.equal(await daemon.retryFrames(), "pewatch is stopped; start it and try again");
  await daemon.start();
  assert.match(await daemon.retryFrames(), /^The quarantine is empty/);
  for (const name of ["A.tif", "B.tif"]) Deno.writeTextFileSync(place.join("raw", name), "no image");
  await until(() => daemon.status().frames.failed === 2, "the quarantine");
  Deno.writeFileSync(place.join("output", QUARANTINE_FOLDER, "A.tif"), makeTiff());
  const sentences = [await daemon.retryFrames()];
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
  // On a busy machine the first sentence may say that it is in progress.
  const expected = "Retried 2 frames: 1 accepted, 1 stays in quarantine (the log says why)";
  if (sentences[0] !== expected) sentences.push(await daemon.retryFrames());
  assert.ok(
    sentences.some((sentence) => sentence === expected || /1 stays in quarantine/.test(sentence)),
    sentences.join(),
  );
  const left = ["B.tif", "B.tif.pewatch.json", "B.tif.reason.txt"];
  assert.deepEqual(namesIn(place.join("output", QUARANTINE_FOLDER)), left);
  assert.equal(daemon.status().frames.failed, 2);
});

// Fails where retryFrames() looks at `running` alone: whoever asked right after a start was answered that it was stopped.
Deno.test("retryFrames() while the daemon starts is carried out with the first firing", async () => {
  await using place = new Place(shippedStages());
  const base = settingsIn(place.path);
  const daemon = place.daemon({ ...base, frames: { ...base.frames, settle_s: 0, sidecar_wait_s: 0 } });
  place.make("output", QUARANTINE_FOLDER);
  Deno.writeFileSync(place.join("output", QUARANTINE_FOLDER, "A.tif"), makeTiff());
  const started = daemon.start();
  let answer = "stopped";
  while (/stopped/.test(answer)) {
    assert.equal(daemon.running, false, answer);
    answer = await daemon.retryFrames();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await started;
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
});

Deno.test("the status counts the threads that work, and knows the free space of raw and output", async () => {
  await using place = new Place(shippedStages());
  const daemon = place.daemon(settingsIn(place.path));
  assert.equal(daemon.status().threads, 1);
  await daemon.start();
  assert.equal(daemon.status().threads, 1 + shippedStages().length);
  await until(() => daemon.status().space.raw !== null && daemon.status().space.output !== null, "the free space");
  assert.ok(daemon.status().space.raw! > 0);
  await daemon.close();
  assert.equal(daemon.status().threads, 1);
});
