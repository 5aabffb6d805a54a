/** Placements of detectors that tests are done with, the same in each run. */
import type { Placement } from "../../src/geometry/geometry.ts";
import { type DetectorPlane, pointAt } from "../../src/geometry/pixels.ts";

/** Numbers from 0 to 1 (Lehmer's generator); the same seed gives the same. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

export const UPRIGHT: Placement = {
  distance_m: 0.4,
  beamCenterX_px: 30.5,
  beamCenterY_px: 20.25,
  xPixelSize_m: 2e-4,
  yPixelSize_m: 2e-4,
  tilt_rad: 0,
  tiltPlaneRotation_rad: 0,
  roll_rad: 0,
};

/** Detectors near and far, beams on and beside them, tilts of either sign that are small, large or none. */
export function placements(count: number, options: { readonly rolled: boolean } = { rolled: false }): Placement[] {
  const next = numbersOf(2026);
  const within = (low: number, high: number) => low + (high - low) * next();
  return Array.from({ length: count }, (_, index) => ({
    distance_m: within(0.05, 3),
    beamCenterX_px: within(-500, 2500),
    beamCenterY_px: within(-500, 2500),
    xPixelSize_m: within(5e-5, 4e-4),
    yPixelSize_m: within(5e-5, 4e-4),
    tilt_rad: index % 10 === 0 ? 0 : within(-1, 1) * (index % 2 === 0 ? 0.01 : 0.8),
    tiltPlaneRotation_rad: within(-6, 6),
    roll_rad: options.rolled ? within(-3, 3) : 0,
  }));
}

/** The azimuth in radians, -π to π: 0 along the columns' numbers, π/2 along the rows'. */
export function azimuthAt(plane: DetectorPlane, x_px: number, y_px: number): number {
  const [x, y] = pointAt(plane, x_px, y_px);
  return Math.atan2(y, x);
}
