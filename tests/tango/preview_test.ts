/** Previews are made of the last frame, once, when they are asked for, and never two at a time. */
import assert from "node:assert/strict";
import type { FrameEvent } from "../../src/frames/events.ts";
import type { ShrunkImage } from "../../src/tango/shrink.ts";
import { LastPreview, PreviewMaker } from "../../src/tango/preview.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { TempFolder } from "../temp_folder.ts";

const IMAGE: ShrunkImage = { pixels: new Uint16Array(1), width: 1, height: 1, low: 3, high: 9 };
const TIME = new Date(1_700_000_000_000);

function delivered(image: string, dark = false): FrameEvent {
  const roles = { image, sidecar: null, nexus: null };
  return { type: "delivered", frame: image, files: [image], bytes: 1, latency_s: 0, roles, dark };
}

Deno.test("before the first frame there is no preview, and none is made", async () => {
  const preview = new LastPreview(() => assert.fail("none is to be made"), () => {});
  assert.equal(await preview.next(), null);
});

Deno.test("each frame is shown once, with its time, and a dark is none to show", async () => {
  const made: string[] = [];
  const preview = new LastPreview((path) => (made.push(path), Promise.resolve(IMAGE)), () => {});
  preview.frame(delivered("/out/1.tif"), TIME);
  preview.frame(delivered("/out/2.tif"), TIME);
  preview.frame(delivered("/out/3.tif", true), TIME);
  assert.deepEqual(await preview.next(), { image: IMAGE, time: TIME });
  assert.equal(await preview.next(), null);
  assert.deepEqual(made, ["/out/2.tif"]);
});

Deno.test("while one is made, which may take for ever, no other is begun", async () => {
  const { promise, resolve } = Promise.withResolvers<ShrunkImage>();
  let made = 0;
  const preview = new LastPreview(() => (made++, promise), () => {});
  preview.frame(delivered("/out/1.tif"), TIME);
  const first = preview.next();
  preview.frame(delivered("/out/2.tif"), TIME);
  assert.equal(await preview.next(), null);
  resolve(IMAGE);
  assert.deepEqual(await first, { image: IMAGE, time: TIME });
  assert.equal(made, 1);
  assert.notEqual(await preview.next(), null);
});

Deno.test("a frame that cannot be shown gives none, and is not retried", async () => {
  const faults: string[] = [];
  const preview = new LastPreview(() => Promise.reject(new Error("it is gone")), (fault) => void faults.push(fault));
  preview.frame(delivered("/out/1.tif"), TIME);
  assert.deepEqual(await preview.next(), { image: null, time: TIME });
  assert.equal(await preview.next(), null);
  assert.deepEqual(faults, ["it is gone"]);
});

Deno.test("the worker reads a TIFF, says what is wrong with another, and goes on", async () => {
  using temporary = new TempFolder();
  const good = temporary.join("good.tif");
  Deno.writeFileSync(good, makeTiff({ width: 1024, height: 512, bits: 16, format: 1 }));
  using maker = new PreviewMaker();
  const first = await maker.make(good);
  assert.deepEqual([first.width, first.height, first.pixels.length], [512, 256, 512 * 256]);
  await assert.rejects(maker.make(temporary.join("gone.tif")), /Cannot read image .*gone\.tif: it no longer exists/);
  assert.equal((await maker.make(good)).width, 512);
});
