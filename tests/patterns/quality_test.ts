import assert from "node:assert/strict";
import { type CalibrantName, CALIBRANTS, spacingsOf } from "../../src/patterns/calibrants.ts";
import { changeOf, pixelsFrom, ringReport } from "../../src/patterns/quality.ts";
import { PYTHON } from "../shipped/memcached_server.ts";
import { TempFolder } from "../temp_folder.ts";
import { frameAt, framesIn, makerOf } from "./simulated.ts";

Deno.test("the rings of a calibrant lie where they should; a detector that was moved is noticed, in each unit", async () => {
  using folder = new TempFolder();
  const [image] = await framesIn(folder.path, { width: 600, height: 600, count: 1 });
  const frame = frameAt(image!), { centerfinder } = frame.view;
  for (const unit of ["2th_deg", "q_A^-1", "q_nm^-1"]) {
    const maker = makerOf(folder.path, { unit, npt: 1200 });
    const right = ringReport(maker.make(frame), "CeO2")!;
    assert.ok(right.rings >= 5 && Math.abs(right.shift_px) < 0.05, `${unit}: ${JSON.stringify(right)}`);
    // Half a per cent farther away: a ring at 200 pixels seems to be one pixel farther in than it should be.
    const detectorDistance_mm = centerfinder!.detectorDistance_mm! * 0.995;
    const moved = { ...frame, view: { ...frame.view, centerfinder: { ...centerfinder!, detectorDistance_mm } } };
    const wrong = ringReport(maker.make(moved), "CeO2")!;
    assert.ok(wrong.shift_px > 0.3 && wrong.largest_px > wrong.shift_px, `${unit}: ${JSON.stringify(wrong)}`);
  }
});

Deno.test({
  name: "the spacings of calibrants are pyFAI's, but for the year of the certificate",
  ignore: PYTHON === undefined,
  async fn() {
    const code =
      "import json,sys,pyFAI.calibrant as c;print(json.dumps({n:c.get_calibrant(n).dspacing[:12] for n in sys.argv[1:]}))";
    const names = Object.keys(CALIBRANTS) as CalibrantName[];
    const { stdout, success } = await new Deno.Command(PYTHON!, { args: ["-c", code, ...names] }).output();
    assert.ok(success);
    const theirs = JSON.parse(new TextDecoder().decode(stdout)) as Record<CalibrantName, number[]>;
    for (const name of names) {
      for (const [index, d] of theirs[name].entries()) {
        assert.ok(Math.abs(spacingsOf(name)[index]! * 1e10 / d - 1) < 2e-4, `${name} ${index}: ${d}`);
      }
    }
  },
});

Deno.test("the change between patterns is relative, and saturated pixels are counted", () => {
  const pattern = (...values: number[]) => ({
    intensity: Float32Array.from(values),
    sigma: null,
    pixels: new Float64Array(values.length).fill(1),
    total: 0,
    bad: 0,
  });
  assert.equal(changeOf(pattern(1, 2), pattern(1, 2)), 0);
  assert.equal(changeOf(pattern(2, 2), pattern(1, 3)), 0.5);
  assert.equal(changeOf(pattern(1), pattern(1, 2)), null);
  assert.equal(changeOf(pattern(1, 2), pattern(0, 0)), null);
  assert.equal(pixelsFrom(Uint16Array.of(1, 65535, 65534, 65535), 65535), 2);
});
