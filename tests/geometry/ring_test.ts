import assert from "node:assert/strict";
import { planeOf, twoThetaAt } from "../../src/geometry/pixels.ts";
import { ringOf } from "../../src/geometry/ring.ts";
import { placements, UPRIGHT } from "./placements.ts";

Deno.test("each place of a ring has its angle, whatever the tilt, and the ring is closed", () => {
  let places = 0;
  for (const placement of [UPRIGHT, ...placements(100, { rolled: true })]) {
    const plane = planeOf(placement);
    for (const degrees of [0.5, 10, 40]) {
      const ring = ringOf(plane, degrees * Math.PI / 180);
      assert.deepEqual(ring[0], ring.at(-1));
      for (const point of ring) {
        if (point === null) continue;
        places++;
        const error = Math.abs(twoThetaAt(plane, ...point) * 180 / Math.PI - degrees);
        assert(error < 1e-9, `${degrees} degrees: off by ${error} with ${JSON.stringify(placement)}`);
      }
    }
  }
  assert(places > 50_000, `${places} places`);
});

Deno.test("of an upright detector it is a circle about the beam", () => {
  const { beamCenterX_px: x, beamCenterY_px: y, distance_m, xPixelSize_m } = UPRIGHT;
  const radius = distance_m * Math.tan(0.2) / xPixelSize_m;
  for (const point of ringOf(planeOf(UPRIGHT), 0.2)) {
    assert(Math.abs(Math.hypot(point![0] - x, point![1] - y) - radius) < 1e-9);
  }
});

Deno.test("where rays do not meet a detector that is tilted far, the ring is open", () => {
  const plane = planeOf({ ...UPRIGHT, tilt_rad: 1.2 });
  const ring = ringOf(plane, 0.6);
  assert(ring.some((point) => point === null) && ring.some((point) => point !== null));
  assert(ringOf(plane, 0.1).every((point) => point !== null));
});
