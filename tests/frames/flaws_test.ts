/** Invariants 5 and 7: what is unreadable is kept and reported; darks follow the policy. */
import assert from "node:assert/strict";
import { imageBytes, setOf, sidecarText, Way } from "./way.ts";
import { filesBelow } from "../folders.ts";

const SET = setOf("P");

/** Every flaw of an image that no reader could open, with the words that must be said of it. */
const UNREADABLE: readonly [string, Uint8Array, RegExp][] = [
  ["empty", new Uint8Array(0), /empty/i],
  ["text", new TextEncoder().encode("this is no image at all, it is a text"), /TIFF/],
  ["header that stays 0", withHeader(imageBytes(1), 0), /offset/i],
  ["truncated", imageBytes(1).subarray(0, 1000), /\d/],
];

function withHeader(bytes: Uint8Array, offset: number): Uint8Array {
  new DataView(bytes.buffer).setUint32(4, offset, true);
  return bytes;
}

for (const [flaw, image, words] of UNREADABLE) {
  Deno.test(`an image with a flaw (${flaw}) goes to quarantine with a text that says why`, async () => {
    using way = new Way();
    way.put({ name: "sub/P.tif", image });
    way.put({ name: "Q.tif" });
    await way.fire();
    const kept = "pewatch-quarantine/sub/P.tif";
    const inQuarantine = ["", ".metadata", ".pewatch.json", ".reason.txt"].map((ending) => kept + ending);
    assert.deepEqual(way.delivered(), [...setOf("Q"), ...inQuarantine].sort());
    assert.deepEqual(way.read(kept), image);
    const reason = way.text(`${kept}.reason.txt`);
    assert.match(reason, words);
    assert.match(reason, /^sub\/P\.tif /);
    assert.deepEqual(way.inProgress(), []);
    assert.equal(way.heard.events.filter((event) => event.type === "quarantined").length, 1);
  });
}

Deno.test("an image whose header is still 0 is waited for", async () => {
  using way = new Way({ frames: { sidecar_wait_s: 3600 } });
  way.put({ name: "P.tif", image: withHeader(imageBytes(1), 0) });
  await way.fire(2);
  assert.deepEqual(way.delivered(), []);
  way.put({ name: "P.tif" });
  await way.fire();
  assert.deepEqual(way.delivered(), SET);
});

Deno.test("a missing sidecar is waited for, then the image goes without", async () => {
  using way = new Way({ frames: { sidecar_wait_s: 3600 } });
  way.put({ name: "P.tif", sidecar: null });
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
    using way = new Way({ frames: { sidecar_wait_s: 3600 } });
    way.put({ name: "P.tif", sidecar });
    await way.fire(2);
    assert.deepEqual(way.delivered(), []);
    (way.settings.frames as { sidecar_wait_s: number }).sidecar_wait_s = 0;
    await way.fire();
    assert.deepEqual(way.delivered(), SET);
    assert.match(way.heard.lines.join("\n"), /warn P\.tif: .*the sidecar may be cut off: .*what it holds is used/);
    using finished = new Way({ frames: { sidecar_wait_s: 3600 } });
    finished.put({ name: "P.tif", sidecar });
    await finished.fire();
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

Deno.test("a folder that vanishes holds frames up, says so, and they go on when it is back", async () => {
  for (const key of ["raw", "temp", "proc", "output_root"] as const) {
    using way = new Way();
    const path = way.settings.folders[key];
    Deno.renameSync(path, `${path}-away`);
    if (key !== "raw") way.put({ name: "P.tif" });
    const over: string[] = [];
    way.onCondition = ({ key, message }) => {
      if (message === null && way.heard.conditions.has(key)) over.push(key);
    };
    await way.fire(3);
    assert.ok(way.heard.conditions.size > 0, `nothing is said of ${key}`);
    assert.deepEqual(over, [], `${key} is said to be back while it is away`);
    Deno.renameSync(`${path}-away`, path);
    way.put({ name: "P.tif" });
    await way.fire(2);
    assert.deepEqual(way.delivered(), SET, key);
    assert.deepEqual([...way.heard.conditions], [], key);
  }
});
