/**
 * Invariants 1, 2 and 4 of the way of a frame, and one line of the ledger for each, at every single step on the disk.
 *
 * Fails without: `discardClaim` coming last in deliverClaim (deliver.ts), the image as the last member in membersOf
 * (assess.ts), `publish` of parts instead of final names in copyAndPublish (deliver.ts), the NeXus file as the last of
 * filesOf (destination.ts), resumeClaim (claim.ts), DONE_NAME in discardClaim (claim.ts).
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { endAtEachStep } from "./crash.ts";
import { firedWayOf, libraries, pixelsOf, type RawFrame, setOf, sidecarText, Way, wayOf } from "./way.ts";
import { imageBytes } from "../nexus/frame.ts";
import type { Settings } from "../../src/config/settings.ts";
import { QUARANTINE_FOLDER } from "../../src/config/names/reserved_names.ts";
import { filesBelow, sha256 } from "../folders.ts";

const FRAMES: readonly RawFrame[] = [
  { name: "P-00001.tif", seed: 1 },
  { name: "series/P-00002.tif", seed: 2 },
  { name: "P-00003.dark.tif", seed: 3, sidecar: sidecarText({ seed: 3, dark: true }) },
];
const SETS = ["P-00001", "series/P-00002"];
const EXPECTED = [...setOf(...SETS), "P-00001.tif.overflow"].sort();

function putAll(way: Way): void {
  way.put(...FRAMES);
  Deno.writeTextFileSync(join(way.raw, "P-00001.tif.overflow"), "12 pixels");
}

/** The pixels and the sidecar of each frame that is to be delivered, as they were put into raw. */
function truth(): Map<string, { pixels: string; sidecar: string }> {
  using way = new Way();
  putAll(way);
  return new Map(SETS.map((set) => {
    const image = join(way.raw, ...`${set}.tif`.split("/"));
    return [set, { pixels: pixelsOf(image), sidecar: Deno.readTextFileSync(`${image}.metadata`) }];
  }));
}

/** Every file below the four folders whose name ends so. */
function everywhere(way: Way, ending: string): string[] {
  const { raw, temp, proc, output_root } = way.settings.folders;
  return [raw, temp, proc, output_root].flatMap((folder) =>
    filesBelow(folder).filter((name) => name.endsWith(ending)).map((name) => join(folder, ...name.split("/")))
  );
}

function assertWholeSomewhere(way: Way, frames: ReturnType<typeof truth>, at: string): void {
  for (const [set, { pixels, sidecar }] of frames) {
    const name = set.split("/").at(-1)!;
    const images = everywhere(way, `${name}.tif`);
    assert.ok(images.some((image) => pixelsOf(image) === pixels), `${set}: no whole image ${at}`);
    const sidecars = everywhere(way, `${name}.tif.metadata`);
    assert.ok(sidecars.some((path) => Deno.readTextFileSync(path) === sidecar), `${set}: no whole sidecar ${at}`);
  }
}

/** Compressed images are written in more steps: chunks behind the file, then their places in it. */
for (const compression of ["none", "gzip"] as const) {
  const nexus = { image: "embed", compression, profile: "base", series: false, map: [] } as const;
  const what = compression === "none" ? "on the disk" : `on the disk with compression = "${compression}"`;
  Deno.test(`a stop at any step ${what} loses, tears or doubles nothing, and a restart goes on`, () =>
    endAtEach(nexus));
}

async function endAtEach(nexus: Settings["nexus"]): Promise<void> {
  const frames = truth();
  const steps = await endAtEachStep({
    prepare: () => {
      const way = new Way({ nexus });
      putAll(way);
      return way;
    },
    work: (way) => way.fire(1),
    whole: (way) => way.assertDone(EXPECTED),
    ended: async (way, when) => {
      assertWholeSomewhere(way, frames, when);
      const before = new Map(way.delivered().map((name) => [name, way.read(name)]));
      await way.assertRestartFinishes(2, EXPECTED, when);
      for (const [set, { pixels, sidecar }] of frames) {
        const image = join(way.settings.folders.output_root, ...`${set}.tif`.split("/"));
        assert.equal(pixelsOf(image), pixels, when);
        assert.equal(Deno.readTextFileSync(`${image}.metadata`), sidecar, when);
        assert.equal(sha256(imageBytes(libraries.hdf5, image.replace(/tif$/, "nxs"))), pixels, when);
      }
      // What was visible at the stop is what stands there at the end: it was complete then.
      for (const [name, bytes] of before) assert.deepEqual(bytes, way.read(name), `${name} was complete ${when}`);
      assertSetOrder(before, when);
      assertLedger(way, { chain: 1, dark_removed: 1, delivered: 2 }, when);
    },
  });
  assert.ok(steps > 50, `${steps} steps were counted`);
}

/** Each frame has one line, also where a stop came between the line and the claim's removal. */
function assertLedger(way: Way, counts: Record<string, number>, when: string): void {
  const verdict = way.judgeLedger();
  assert.deepEqual(verdict.problems, [], when);
  assert.deepEqual(verdict.counts, counts, when);
}

function assertSetOrder(visible: ReadonlyMap<string, Uint8Array>, when: string): void {
  for (const name of visible.keys()) {
    if (!name.endsWith(".nxs")) continue;
    const set = name.slice(0, -".nxs".length);
    for (const ending of [".tif", ".tif.metadata"]) assert.ok(visible.has(set + ending), `${set}${ending} ${when}`);
  }
}

// Fails without the look at `record.merge` in Finalize.#deliver (finalize.ts): a stop between the record of a new name and
// the way back to the merge then delivered the frame without its NeXus file.
Deno.test("a stop at any step of a frame whose name is taken leaves both frames whole, each with its NeXus file", async () => {
  const expected = setOf("P", "P-00001").sort();
  let first = new Uint8Array();
  await endAtEachStep({
    prepare: async () => {
      const way = await firedWayOf([{ name: "P.tif", seed: 1 }]);
      first = way.read("P.tif");
      way.put({ name: "P.tif", seed: 2 });
      return way;
    },
    work: (way) => way.fire(2),
    whole: (way) => assert.deepEqual(way.delivered(), expected),
    ended: async (way, when) => {
      await way.assertRestartFinishes(3, expected, when);
      assert.deepEqual(way.read("P.tif"), first, when);
      assert.match(way.text("P-00001.tif.metadata"), /userComment1=frame 2/, when);
      assertLedger(way, { chain: 1, delivered: 2 }, when);
    },
  });
});

// Fails without the text's name in checkNamesAll (claim.ts): a stop between the text and the record that names it then
// left the claim in proc for good.
Deno.test("a stop at any step of a frame that goes to quarantine leaves it there whole, with the reason", async () => {
  const expected = ["P.tif", "P.tif.metadata", "P.tif.pewatch.json", "P.tif.reason.txt"].map((name) =>
    `${QUARANTINE_FOLDER}/${name}`
  );
  const image = new TextEncoder().encode("no TIFF at all");
  await endAtEachStep({
    prepare: () => wayOf([{ name: "P.tif", image }]),
    work: (way) => way.fire(2),
    whole: (way) => assert.deepEqual(way.delivered(), expected),
    ended: async (way, when) => {
      await way.assertRestartFinishes(3, expected, when);
      assert.deepEqual(way.read(expected[0]!), image, when);
      assert.match(way.text(expected[3]!), /was not delivered: .*TIFF/, when);
      assertLedger(way, { chain: 1, quarantined: 1 }, when);
    },
  });
});
