/** What the way of a frame decides by evidence, and what lies beside it, by the running daemon of each program alike. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "../e2e/frames.ts";
import type { Place } from "../e2e/harness.ts";
import { ask } from "../e2e/readers.ts";
import { placeOfItsOwn, startOn } from "./place.ts";
import { outputOn, PROGRAMS, type System } from "./programs.ts";

const TABLES = {
  detector: {
    distance_mm: 301.25,
    beam_center_x_px: 20.5,
    beam_center_y_px: 30.25,
    x_pixel_size_um: 200,
    y_pixel_size_um: 200,
    time_zone: "America/Chicago",
  },
  beamline: { energy_kev: 60 },
  geometry: { files: ["poni", "imctrl"] },
  frames: { settle_s: 0.2, sidecar_wait_s: 1 },
};

/** Whole, late, alone, broken: what becomes of each. */
async function deliver(system: System): Promise<Place> {
  const place = placeOfItsOwn(TABLES);
  await using run = await startOn(system, place);
  place.put("sub/P-00001.tif", makeImage(), makeSidecar());
  await run.until(() => place.has("sub/P-00001.nxs"), "the frame");
  place.putFile("sub/P-00001.tif.overflow", new TextEncoder().encode("1\n1024 1019 1\n"));
  await run.until(() => place.has("sub/P-00001.tif.overflow"), "the late companion");
  place.put("D-00001.dark.tif", makeImage({ seed: 2 }), null);
  await run.until(() => place.has("dark/D-00001.dark.nxs"), "the dark by its name");
  place.put("bad.tif", new TextEncoder().encode("no image"), makeSidecar());
  await run.until(() => place.has("pewatch-quarantine/bad.tif.pewatch.json"), "the quarantine");
  await run.until(() => place.inProgress().length === 0, "all work");
  run.signal("SIGINT");
  assert.equal((await run.ended()).code, 0, run.text());
  return place;
}

Deno.test("geometry files, a late companion, a dark by name and the quarantine are the same from both programs", async () => {
  const places: Place[] = [];
  try {
    for (const system of Object.keys(PROGRAMS).toSorted() as System[]) places.push(await deliver(system));
    const [linux, windows] = places as [Place, Place];
    assert.deepEqual(windows.delivered(), linux.delivered());
    for (const ending of ["poni", "imctrl"]) {
      const text = (place: Place) => Deno.readTextFileSync(place.outputPath(`sub/P-00001.${ending}`));
      assert.equal(text(windows), text(linux));
    }
    const trees = await ask("read_tree", places.map((place) => ({ path: place.outputPath("sub/P-00001.nxs") })));
    const ends = trees.map(({ h5py }) => (h5py!.objects as Record<string, unknown>)["/entry/end_time"]);
    assert.match(JSON.stringify(ends[0] ?? null), /dateString, in America\/Chicago/);
    assert.deepEqual(ends[1], ends[0]);
  } finally {
    for (const place of places) place[Symbol.dispose]();
  }
});

Deno.test("parameters list and settings list work in the executable", async () => {
  using place = placeOfItsOwn();
  const config = ["--config", place.config];
  const options = { cwd: place.path };
  assert.match(await outputOn("windows", ["parameters", "list", ...config], options), /No parameters are set/);
  assert.match(await outputOn("windows", ["settings", "list", ...config], options), /[Nn]o /);
});
