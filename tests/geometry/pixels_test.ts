import assert from "node:assert/strict";
import { dOf, planeOf, pointAt, qOf, twoThetaAt } from "../../src/geometry/pixels.ts";
import type { Placement } from "../../src/geometry/geometry.ts";
import { azimuthAt, placements, UPRIGHT } from "./placements.ts";

/** As QXRD works it out (qxrddetectorgeometry.cpp, getTwoTheta), in its units, from its centre and a place in pixels. */
function qxrdTwoTheta(placement: Placement, x_px: number, y_px: number): number {
  const { distance_m, tilt_rad, tiltPlaneRotation_rad: rotation } = placement;
  const distance = distance_m * 1000;
  const x = (x_px - placement.beamCenterX_px) * placement.xPixelSize_m * 1000;
  const y = (y_px - placement.beamCenterY_px) * placement.yPixelSize_m * 1000;
  const along = x * Math.cos(rotation) + y * Math.sin(rotation);
  const across = -x * Math.sin(rotation) + y * Math.cos(rotation);
  const bottom = distance + along * Math.sin(tilt_rad);
  const xPhysical = distance * along * Math.cos(tilt_rad) / bottom;
  const yPhysical = distance * across / bottom;
  return Math.atan2(Math.hypot(xPhysical, yPhysical), distance);
}

Deno.test("2θ is QXRD's, wherever the pixel lies before the sample", () => {
  let compared = 0;
  for (const placement of [UPRIGHT, ...placements(200)]) {
    const plane = planeOf(placement);
    for (const [x, y] of [[0.5, 0.5], [2047.5, 0.5], [1000.5, 1500.5], [-100, 3000]] as const) {
      if (pointAt(plane, x, y)[2] <= 0) continue;
      compared++;
      assert(Math.abs(twoThetaAt(plane, x, y) - qxrdTwoTheta(placement, x, y)) < 1e-14, JSON.stringify(placement));
    }
  }
  assert(compared > 700, `${compared} places`);
});

Deno.test("the beam's centre is at 2θ = 0, at the distance, whatever the tilt", () => {
  for (const placement of placements(50, { rolled: true })) {
    const plane = planeOf(placement);
    const [x, y, z] = pointAt(plane, placement.beamCenterX_px, placement.beamCenterY_px);
    assert(Math.abs(x) < 1e-14 && Math.abs(y) < 1e-14 && Math.abs(z - placement.distance_m) < 1e-14);
  }
});

Deno.test("azimuths go from the columns' numbers to the rows', and a roll adds to them", () => {
  const plane = planeOf(UPRIGHT);
  const { beamCenterX_px: x, beamCenterY_px: y } = UPRIGHT;
  assert.equal(azimuthAt(plane, x + 10, y), 0);
  assert(Math.abs(azimuthAt(plane, x, y + 10) - Math.PI / 2) < 1e-12);
  const rolled = planeOf({ ...UPRIGHT, roll_rad: 0.3 });
  assert(Math.abs(azimuthAt(rolled, x + 10, y) - 0.3) < 1e-12);
});

Deno.test("q and d of Bragg's law, in 1/m and m", () => {
  const twoTheta = 2 * Math.asin(0.25);
  assert.equal(qOf(twoTheta, 1e-10), Math.PI * 1e10);
  assert.equal(dOf(twoTheta, 1e-10), 2e-10);
  assert.equal(dOf(0, 1e-10), Infinity);
});
