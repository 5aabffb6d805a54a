/** Frames as plugins get them, in real workers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openTiffLibrary } from "../../ffi/tiff/mod.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import { mergeTags } from "../../src/tiff/merge_tags.ts";
import { settingsIn, source, startHost, until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { ServedWorker, SharedServices } from "./served_worker.ts";

async function started(shared: SharedServices, config: Record<string, unknown> = {}): Promise<ServedWorker> {
  const worker = new ServedWorker(shared, { file: "takes_frames", config });
  assert.equal(await worker.start(), null);
  return worker;
}

Deno.test("a plugin is handed each frame once, over its firings", async () => {
  const shared = new SharedServices();
  shared.deliver(2);
  using worker = await started(shared);
  shared.deliver(3);
  await worker.fire();
  await worker.fire();
  shared.deliver(1);
  await worker.fire();
  assert.deepEqual(worker.lines, ["3 4 5", "", "6"]);
});

Deno.test("what a plugin has not taken comes at its next firing, and in its next worker", async () => {
  const shared = new SharedServices();
  using worker = await started(shared, { take: 2 });
  shared.deliver(7);
  await worker.fire();
  await worker.fire();
  assert.deepEqual(worker.lines, ["1 2", "3 4"]);
  worker[Symbol.dispose]();
  using next = await started(shared);
  shared.deliver(1);
  await next.fire();
  assert.deepEqual(next.lines, ["5 6 7 8"]);
});

Deno.test("the frame that a worker died of counts as seen, the next ones come again", async () => {
  const shared = new SharedServices();
  using worker = await started(shared, { dies_of: 3 });
  shared.deliver(5);
  await assert.rejects(worker.fire(), /died of a frame/);
  using next = await started(shared, { dies_of: 3 });
  await next.fire();
  assert.deepEqual(next.lines, ["4 5"]);
});

Deno.test("a plugin that falls behind misses the oldest frames, counted and reported once", async () => {
  const shared = new SharedServices({ kept: 3 });
  using worker = await started(shared);
  shared.deliver(10);
  await worker.fire();
  shared.deliver(5);
  await worker.fire();
  assert.deepEqual(worker.lines, ["8 9 10", "13 14 15"]);
  assert.equal(shared.counters.get("frames missed"), 9);
  assert.deepEqual(shared.log.lines, [
    "warn takes_frames: fell behind and missed 7 frames; the ledger does not have them any more",
  ]);
});

Deno.test("a plugin that does not loop over frames asks for nothing", async () => {
  const shared = new SharedServices();
  using worker = await started(shared, { take: 0 });
  shared.deliver(10);
  await worker.fire();
  assert.deepEqual(worker.messages.map(({ type }) => type), ["log"]);
});

Deno.test("a loop ends at half of the time limit, and goes on at the next firing", async () => {
  const shared = new SharedServices();
  using worker = new ServedWorker(shared, { file: "takes_frames", config: { slow_ms: 60 }, time_limit_s: 0.2 });
  await worker.start();
  shared.deliver(6);
  for (let firing = 0; firing < 6; firing++) await worker.fire();
  assert.ok(worker.lines[0]!.length < "1 2 3 4".length, worker.lines[0]);
  assert.equal(worker.lines.filter((line) => line !== "").join(" "), "1 2 3 4 5 6");
});

Deno.test("a plugin that comes after 10,000 frames sees them all in one firing, and none again", async () => {
  const shared = new SharedServices();
  using worker = await started(shared);
  shared.deliver(10_001);
  assert.equal(await worker.fire(), null);
  assert.equal(worker.lines[0]?.slice(0, 6), "2 3 4 ");
  worker[Symbol.dispose]();
  using next = await started(shared);
  await next.fire();
  assert.deepEqual([next.lines, shared.counters.get("frames missed")], [[""], 1]);
});

const SIDECAR = `[metadata]\nexposureTime=0.25\nuserComment1="ruby, heated"\nwidth=16\nheight=16\n`;

function delivered(path: string, sidecar: string | null): FrameEvent {
  const files = sidecar === null ? [path] : [path, sidecar];
  const roles = { image: path, sidecar, nexus: null };
  return { type: "delivered", frame: "a/P-1.tif", files, bytes: 1, latency_s: 1, roles, dark: true, again: true };
}

async function read(event: FrameEvent): Promise<{ message: string; fields: Record<string, unknown> | null }> {
  const shared = new SharedServices();
  using worker = new ServedWorker(shared, { file: "reads_frames" });
  assert.equal(await worker.start(), null);
  shared.services.frame(event);
  assert.equal(await worker.fire(), null);
  const log = worker.messages.find((message) => message.type === "log");
  assert.ok(log !== undefined);
  return { message: log.message, fields: log.fields };
}

Deno.test("a delivered frame has its pixels, its sidecar and its tags", async () => {
  using folder = new TempFolder();
  const [image, sidecar] = [folder.join("P-1-00001.tif"), folder.join("P-1-00001.tif.metadata")];
  Deno.writeFileSync(image, makeTiff({ bits: 8, pixels: new Uint8Array(256).fill(3) }));
  Deno.writeTextFileSync(sidecar, SIDECAR);
  using tiff = openTiffLibrary();
  const tags = { sidecarText: SIDECAR, parametersJson: null, imageDescription: null };
  mergeTags(tiff, image, { keys: [["exposureTime", "0.25"]], ...tags }, { fsync: false });
  const { message, fields } = await read(delivered(image, sidecar));
  assert.equal(message, "a/P-1.tif");
  assert.deepEqual(fields, {
    shape: "16x16",
    kind: "Uint8Array",
    sum: 768,
    exposure_s: 0.25,
    comment: "ruby, heated",
    tag: "0.25",
    dark: true,
    again: true,
    files: { image, sidecar, nexus: null, all: [image, sidecar] },
    at: 1_700_000_000_000,
  });
});

Deno.test("a delivered frame without sidecar and tags has none, and no error", async () => {
  using folder = new TempFolder();
  const image = folder.join("P-1.tif");
  Deno.writeFileSync(image, makeTiff());
  const { fields } = await read(delivered(image, null));
  assert.deepEqual([fields?.["exposure_s"], fields?.["comment"], fields?.["tag"]], [undefined, undefined, undefined]);
  const sidecar = folder.join("P-1.tif.metadata");
  Deno.writeTextFileSync(sidecar, "this is no sidecar");
  const unreadable = await read(delivered(image, sidecar));
  assert.equal(unreadable.fields?.["exposure_s"], undefined);
});

Deno.test("a delivered file that is gone is named", async () => {
  using folder = new TempFolder();
  const [image, sidecar] = [folder.join("P-1.tif"), folder.join("P-1.tif.metadata")];
  const noImage = await read(delivered(image, null));
  assert.equal(noImage.message, `ImageError: Cannot read image ${image}: it no longer exists`);
  Deno.writeFileSync(image, makeTiff());
  const noSidecar = await read(delivered(image, sidecar));
  assert.equal(noSidecar.message, `FrameFileError: Cannot read sidecar of a/P-1.tif: ${sidecar} no longer exists`);
});

Deno.test("what a stage delivers reaches the plugins of the same host, roles by the endings", async () => {
  const tables = { delivers: { count: 3 }, takes_frames: {} };
  await using under = await startHost(
    [source("delivers"), source("takes_frames")],
    settingsIn(join("/nowhere"), tables),
  );
  under.host.tick(1);
  const idle = () => under.host.statuses().every(({ state }) => state === "ready");
  await until(idle, "the first firings");
  under.host.tick(2);
  await until(idle, "the second firings");
  const numbers = under.log.lines.flatMap((line) => /^info takes_frames: (.*)$/.exec(line)?.[1]?.split(" ") ?? []);
  const handed = numbers.filter((text) => text !== "");
  assert.deepEqual(handed, ["1", "2", "3", "4", "5", "6"].slice(0, handed.length));
  assert.ok(handed.length >= 3, `only ${handed}`);
});

Deno.test("an event that is no frame is not kept", async () => {
  const shared = new SharedServices();
  using worker = await started(shared);
  for (
    const wrong of [
      { files: [1, 2] },
      { files: "x" },
      { files: ["x".repeat(5000)] },
      { files: Array(200).fill("/out/P.tif") },
      { frame: 5 },
      { roles: { image: null, sidecar: null, nexus: null } },
      { roles: null },
    ]
  ) {
    shared.deliver(1, wrong as never);
  }
  shared.deliver(1);
  await worker.fire();
  assert.deepEqual(worker.lines, ["1"]);
});
