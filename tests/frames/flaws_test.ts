/**
 * Invariants 5 and 7: what is not whole yet is waited for, flawed sidecars are said, darks follow the policy. Images that
 * nobody can read: tests/e2e/bad_images_test.ts, folders that vanish: tests/e2e/folders_test.ts.
 */
import assert from "node:assert/strict";
import { firedWayOf, imageBytes, setOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

const SET = setOf("P");

function withHeader(bytes: Uint8Array, offset: number): Uint8Array {
  new DataView(bytes.buffer).setUint32(4, offset, true);
  return bytes;
}

Deno.test("an image whose header is still 0 is waited for", async () => {
  using way = wayOf([{ name: "P.tif", image: withHeader(imageBytes(1), 0) }], { frames: { sidecar_wait_s: 3600 } });
  await way.fire(2);
  assert.deepEqual(way.delivered(), []);
  way.put({ name: "P.tif" });
  await way.fire();
  assert.deepEqual(way.delivered(), SET);
});

Deno.test("a missing sidecar is waited for, then the image goes without", async () => {
  using way = wayOf([{ name: "P.tif", sidecar: null }], { frames: { sidecar_wait_s: 3600 } });
  await way.fire(2);
  assert.deepEqual(way.delivered(), []);
  (way.settings.frames as { sidecar_wait_s: number }).sidecar_wait_s = 0;
  await way.fire();
  assert.deepEqual(way.delivered(), ["P.nxs", "P.tif"]);
  assert.ok(way.heard.lines.some((line) => /P\.tif: there is no sidecar/.test(line)), way.heard.lines.join("\n"));
  assert.deepEqual(way.read("P.tif"), imageBytes(1));
});

Deno.test("a line that is no key costs itself and is named; the metadata are in the tags", async () => {
  using way = new Way({ frames: { sidecar_wait_s: 3600 } });
  way.put({ name: "P.tif", sidecar: sidecarText({ more: "# sample changed at 10:05" }) });
  await way.fire(2);
  assert.deepEqual(way.delivered(), SET);
  assert.match(new TextDecoder("latin1").decode(way.read("P.tif")), /exposureTime=1\.5/);
  const warnings = way.heard.lines.filter((line) => line.startsWith("warn P.tif: "));
  assert.deepEqual(warnings, [
    "warn P.tif: line 13 of the sidecar: there is neither a section nor a key with =; the other lines are used",
  ]);
});

Deno.test("a sidecar that ends within a line is waited for; what stays so is used, and it is said", async () => {
  const whole = sidecarText();
  const cut = whole.slice(0, whole.indexOf("exposureTime") + "exposureTime=1".length);
  for (const sidecar of [cut, `${whole}\0\0\0\0`]) {
    using way = wayOf([{ name: "P.tif", sidecar }], { frames: { sidecar_wait_s: 3600 } });
    await way.fire(2);
    assert.deepEqual(way.delivered(), []);
    (way.settings.frames as { sidecar_wait_s: number }).sidecar_wait_s = 0;
    await way.fire();
    assert.deepEqual(way.delivered(), SET);
    assert.match(way.heard.lines.join("\n"), /warn P\.tif: .*the sidecar may be cut off: .*what it holds is used/);
    using finished = await firedWayOf([{ name: "P.tif", sidecar }], { frames: { sidecar_wait_s: 3600 } });
    finished.put({ name: "P.tif", sidecar: whole });
    await finished.fire(2);
    assert.deepEqual(finished.delivered(), SET);
    assert.deepEqual(finished.heard.lines.filter((line) => line.startsWith("warn")), []);
  }
});

// Fails without darkEvidence's look at the sidecar (dark.ts).
Deno.test("a dark is known by its sidecar, not by its name", async () => {
  using way = new Way();
  way.put({ name: "darkroom/dark_matter-00001.tif", seed: 1 });
  way.put({ name: "P-00001.tif", seed: 2, sidecar: sidecarText({ dark: true }) });
  await way.fire();
  assert.deepEqual(way.delivered().filter((name) => name.endsWith(".tif")), ["darkroom/dark_matter-00001.tif"]);
  assert.deepEqual(filesBelow(way.raw), []);
  assert.equal(way.heard.events.filter((event) => event.type === "dark_removed").length, 1);
});

Deno.test("darks are archived or kept where the policy says so", async () => {
  for (const [policy, image] of [["archive", "old/darks/P.tif"], ["keep", "P.tif"]] as const) {
    using way = new Way({ dark: { policy, archive_dir: "old/darks" } });
    way.put({ name: "P.tif", sidecar: sidecarText({ dark: true }) });
    await way.fire();
    assert.deepEqual(way.delivered().filter((name) => name.endsWith(".tif")), [image]);
  }
});
