/**
 * From a place on the detector to the scattering angle 2θ, the momentum transfer q and the spacing d, as pyFAI defines
 * them (orientation 3). Places are in pixels from the outer edge of the first pixel: the middle of the
 * pixel of column 7 and row 3 is x = 7.5, y = 3.5.
 */
import type { Placement } from "./geometry.ts";

/** In metres from the sample, in the frame of geometry.ts. */
export type Point = readonly [x_m: number, y_m: number, z_m: number];

/** A map from places on the detector, in pixels, to points: origin + x · alongX + y · alongY. */
export interface DetectorPlane {
  /** Where the outer corner of the first pixel lies. */
  readonly origin: Point;
  /** From one column to the next. */
  readonly alongX: Point;
  /** From one row to the next. */
  readonly alongY: Point;
}

/** To be made once for many places. */
export function planeOf(placement: Placement): DetectorPlane {
  const { xPixelSize_m, yPixelSize_m, beamCenterX_px, beamCenterY_px } = placement;
  const alongX = turned(placement, xPixelSize_m, 0);
  const alongY = turned(placement, 0, yPixelSize_m);
  const origin = [0, 1, 2].map((axis) =>
    (axis === 2 ? placement.distance_m : 0) - beamCenterX_px * alongX[axis]! - beamCenterY_px * alongY[axis]!
  );
  return { origin: [origin[0]!, origin[1]!, origin[2]!], alongX, alongY };
}

/** A vector of the detector's plane, given along its columns and rows, after the detector's tilt and roll. */
function turned({ tilt_rad, tiltPlaneRotation_rad, roll_rad }: Placement, x: number, y: number): Point {
  const [cosR, sinR] = [Math.cos(tiltPlaneRotation_rad), Math.sin(tiltPlaneRotation_rad)];
  // The part in the direction of the tilt becomes shorter, and leads along the beam.
  const inDirection = x * cosR + y * sinR;
  const shorter = (Math.cos(tilt_rad) - 1) * inDirection;
  const [tiltedX, tiltedY] = [x + shorter * cosR, y + shorter * sinR];
  const [cos, sin] = [Math.cos(roll_rad), Math.sin(roll_rad)];
  return [cos * tiltedX - sin * tiltedY, sin * tiltedX + cos * tiltedY, Math.sin(tilt_rad) * inDirection];
}

export function pointAt({ origin, alongX, alongY }: DetectorPlane, x_px: number, y_px: number): Point {
  return [
    origin[0] + x_px * alongX[0] + y_px * alongY[0],
    origin[1] + x_px * alongX[1] + y_px * alongY[1],
    origin[2] + x_px * alongX[2] + y_px * alongY[2],
  ];
}

/** The angle between the beam and the ray to the place, in radians, 0 to π. */
export function twoThetaAt(plane: DetectorPlane, x_px: number, y_px: number): number {
  const [x, y, z] = pointAt(plane, x_px, y_px);
  return Math.atan2(Math.hypot(x, y), z);
}

/** Momentum transfer 4π sin(2θ/2) / λ in 1/m, which is 1e9 times that in 1/nm. */
export function qOf(twoTheta_rad: number, wavelength_m: number): number {
  return 4 * Math.PI * Math.sin(twoTheta_rad / 2) / wavelength_m;
}

/** Bragg's spacing λ / (2 sin(2θ/2)) in metres; Infinity at the beam. */
export function dOf(twoTheta_rad: number, wavelength_m: number): number {
  return wavelength_m / (2 * Math.sin(twoTheta_rad / 2));
}
