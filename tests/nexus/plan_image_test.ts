import assert from "node:assert/strict";
import type { TiffLayout } from "../../src/tiff/layout.ts";
import { planImage, planThroughLibrary } from "../../src/nexus/frame/plan_image.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { factsWith, layoutOfBytes, reversedStrips, settingsWith } from "./frame.ts";

function layoutWith(patch: Partial<TiffLayout>): TiffLayout {
  return { ...layoutOfBytes(makeTiff()), ...patch };
}

function reasonFor(patch: Partial<TiffLayout>): string | null {
  const { plan, unusual } = planImage(factsWith({ layout: layoutWith(patch) }), "/a.tif");
  assert.equal(plan, null);
  assert.equal(unusual?.code, "no_image");
  return unusual.reason;
}

Deno.test("pixels in one range are spliced, from where they are", () => {
  const { plan, unusual } = planImage(factsWith(), "/a.tif");
  assert.deepEqual(plan, {
    way: "splice",
    type: { class: "float", size: 4, order: "little" },
    offset: 8,
    byteCount: 1024,
  });
  assert.equal(unusual, null);
});

Deno.test("pixels that cannot be read safely give a reason each", () => {
  assert.match(reasonFor({ compression: 5 })!, /compressed \(5\)/);
  assert.match(reasonFor({ tiled: true })!, /tiled/);
  assert.match(reasonFor({ samplesPerPixel: 3 })!, /3 samples a pixel/);
  assert.match(reasonFor({ bitsPerSample: 12 })!, /12 bits/);
  assert.match(reasonFor({ bitsPerSample: 16, sampleFormat: "float" })!, /16 bits \(float\)/);
  assert.match(reasonFor({ sampleFormat: "undefined" })!, /undefined/);
  assert.match(reasonFor({ width: 100_000, height: 100_000 })!, /more than/);
});

Deno.test("strips that hold too few rows, or parts of rows, give a reason", () => {
  const strips = [{ offset: 600, byteCount: 512 }, { offset: 8, byteCount: 256 }];
  assert.match(reasonFor({ pixels: null, strips })!, /12 of 16 rows/);
  const torn = [{ offset: 600, byteCount: 500 }, { offset: 8, byteCount: 524 }];
  assert.match(reasonFor({ pixels: null, strips: torn })!, /whole rows/);
});

Deno.test("the last strip may be longer than the rows that are left", () => {
  const strips = [{ offset: 2000, byteCount: 640 }, { offset: 8, byteCount: 640 }];
  const { plan } = planImage(factsWith({ layout: layoutWith({ pixels: null, strips }) }), "/a.tif");
  assert(plan?.way === "strips");
  assert.deepEqual(plan.strips, [
    { offset: 2000, byteCount: 640, firstRow: 0, rows: 10 },
    { offset: 8, byteCount: 384, firstRow: 10, rows: 6 },
  ]);
});

Deno.test("external storage falls back to embedding where the pixels are not one range", () => {
  const settings = settingsWith({ nexus: { image: "external" } });
  const { plan, unusual } = planImage(factsWith({ settings, layout: layoutOfBytes(reversedStrips()) }), "/a.tif");
  assert.equal(plan?.way, "strips");
  assert.match(unusual!.reason, /embedded, not external/);
});

Deno.test("planThroughLibrary() takes what lies in one range too", () => {
  const plan = planThroughLibrary(layoutOfBytes(makeTiff()), "/a.tif");
  assert(typeof plan !== "string" && plan.way === "strips");
  assert.deepEqual(plan.strips, [{ offset: 8, byteCount: 1024, firstRow: 0, rows: 16 }]);
  assert.match(String(planThroughLibrary(layoutWith({ compression: 7 }), "/a.tif")), /compressed/);
});
