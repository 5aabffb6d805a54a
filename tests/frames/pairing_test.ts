/** Which sidecars and companions belong to an image: by their dates, else by their files' times, never by a guess. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { judgeCompanion, judgeSidecar } from "../../src/frames/prepare/pairing.ts";
import { setOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

const NOON = new Date(2024, 4, 4, 12).getTime() + 123;
const file = (modified_ms: number) => ({ size: 1, modified_ms });
const OWN = "2024.05.04 : 10:00:00.250";
const OTHER = "2024.05.04 : 08:00:00.250";

const VERDICTS: readonly {
  what: string;
  image?: string | null;
  sidecar?: string | null;
  /** Of the sidecar file after the image file. */
  gap_ms: number;
  whole?: boolean;
  live?: boolean;
  belongs: boolean;
  note?: boolean;
}[] = [
  { what: "dates equal to the second", gap_ms: 3, belongs: true },
  { what: "equal dates in a copy that turned the file times round", gap_ms: -3_600_000, belongs: true },
  { what: "equal dates in a copy without file times", gap_ms: 0, whole: true, belongs: true },
  { what: "an earlier image's sidecar, left in raw", sidecar: OTHER, gap_ms: -5000, belongs: false },
  { what: "an earlier image's sidecar that comes late", sidecar: OTHER, gap_ms: 5000, belongs: false },
  { what: "a later image's sidecar", sidecar: "2024.05.04 : 10:00:01.000", gap_ms: 5000, belongs: false },
  { what: "an hour apart, as by summer time: both have one clock", sidecar: OTHER, gap_ms: 1500, belongs: false },
  { what: "other dates, but written together", sidecar: OTHER, gap_ms: 3, belongs: true, note: true },
  { what: "other dates and file times of whole seconds", sidecar: OTHER, gap_ms: 0, whole: true, belongs: false },
  { what: "an image without a date, its sidecar after it", image: null, gap_ms: 5000, belongs: true },
  { what: "an image without a date, an older sidecar", image: null, gap_ms: -50, belongs: false },
  { what: "the same in a folder that was copied", image: null, gap_ms: -50, live: false, belongs: true, note: true },
  { what: "a sidecar without a date, after its image", sidecar: null, gap_ms: 1, belongs: true },
  { what: "a sidecar without a date, before its image", sidecar: null, gap_ms: -1, belongs: false },
  { what: "an image with a date that is none", image: "0000:00:00 00:00:00", gap_ms: 1, belongs: true },
  { what: "times of two seconds, as of FAT", image: null, gap_ms: -2000, whole: true, belongs: true },
  { what: "older than the coarsest time allows", image: null, gap_ms: -4000, whole: true, belongs: false },
];

for (
  const { what, image = "2024:05:04 10:00:00", sidecar = OWN, gap_ms, whole = false, live = true, ...right } of VERDICTS
) {
  Deno.test(`a sidecar: ${what}`, () => {
    const written_ms = whole ? Math.floor(NOON / 1000) * 1000 : NOON;
    const verdict = judgeSidecar({
      layout: { dateTime: image },
      image: file(written_ms),
      view: sidecar === null ? {} : { dateString: sidecar },
      sidecar: file(written_ms + gap_ms),
    }, live);
    assert.equal(verdict.belongs, right.belongs);
    if (verdict.belongs) assert.equal(verdict.note !== null, right.note ?? false);
    else assert.notEqual(verdict.reason, "");
  });
}

Deno.test("a companion belongs to the image before it, where somebody writes", () => {
  assert.equal(judgeCompanion({ image: file(NOON), other: file(NOON) }, true).belongs, true);
  assert.equal(judgeCompanion({ image: file(NOON), other: file(NOON - 1) }, true).belongs, false);
  assert.equal(judgeCompanion({ image: file(NOON), other: file(NOON - 1) }, false).belongs, true);
  assert.equal(judgeCompanion({ image: file(NOON), other: file(0) }, true).belongs, true, "a volume without times");
});

/** Sets a file's time so many seconds before now. */
function age(way: Way, name: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  Deno.utimeSync(join(way.raw, name), time, time);
}

// Fails without judgeSidecar() in assess.ts: the second image then had the first one's metadata.
Deno.test("a sidecar of an earlier image stays in raw, by name, and its image goes without", async () => {
  using way = new Way({ frames: { settle_s: 0, sidecar_wait_s: 10 } });
  way.put({ name: "P.tif", seed: 2, sidecar: sidecarText().replace("23:08:28", "21:00:00") });
  age(way, "P.tif.metadata", 3600);
  age(way, "P.tif", 5);
  await way.fire();
  assert.deepEqual(way.delivered(), [], "its own sidecar may still come");
  age(way, "P.tif", 100);
  way.restart();
  await way.fire();
  assert.deepEqual(way.delivered(), ["P.nxs", "P.tif"]);
  assert.deepEqual(filesBelow(way.raw), ["P.tif.metadata"]);
  assert.match(
    way.heard.lines.join("\n"),
    /P\.tif\.metadata is not part of it and stays where it is: .*21:00:00.*23:08:28/,
  );
});

Deno.test("a companion that is being written is waited for", async () => {
  using way = wayOf([{ name: "P.tif" }], { frames: { settle_s: 5, sidecar_wait_s: 60 } });
  for (const name of ["P.tif", "P.tif.metadata"]) age(way, name, 10);
  Deno.writeTextFileSync(join(way.raw, "P.tif.overflow"), "half");
  await way.fire(2);
  assert.deepEqual(way.delivered(), []);
  age(way, "P.tif.overflow", 8);
  way.restart();
  await way.fire();
  assert.deepEqual(way.delivered(), [...setOf("P"), "P.tif.overflow"]);
});
