/** pyFAI's form of a geometry, and Fit2D's and QXRD's: how one becomes the other (pyFAI 2026.9, geometry/fit2d.py). */
import type { Placement } from "./geometry.ts";

/**
 * Of the point of normal incidence (PONI): the foot of the perpendicular from the sample. Lengths in metres, angles in
 * radians; 1 is along the rows' numbers (slow), 2 along the columns' (fast), 3 along the beam; orientation 3.
 */
export interface Poni {
  readonly dist: number;
  readonly poni1: number;
  readonly poni2: number;
  readonly rot1: number;
  readonly rot2: number;
  readonly rot3: number;
  readonly pixel1: number;
  readonly pixel2: number;
}

/**
 * Every pixel lies where the placement has it, within rounding. Where pyFAI's own conversion takes arc cosines, which
 * lose half their digits near 0, arc tangents of the same sides stand here.
 */
export function poniOf(placement: Placement): Poni {
  const { distance_m, tilt_rad, tiltPlaneRotation_rad, xPixelSize_m, yPixelSize_m } = placement;
  const [cosT, sinT] = [Math.cos(tilt_rad), Math.sin(tilt_rad)];
  const [cosR, sinR] = [Math.cos(tiltPlaneRotation_rad), Math.sin(tiltPlaneRotation_rad)];
  return {
    dist: distance_m * cosT,
    poni1: placement.beamCenterY_px * yPixelSize_m - distance_m * sinT * sinR,
    poni2: placement.beamCenterX_px * xPixelSize_m - distance_m * sinT * cosR,
    rot1: positiveZero(Math.atan2(-sinT * cosR, cosT)),
    rot2: positiveZero(Math.atan2(sinT * sinR, Math.hypot(sinT * cosR, cosT))),
    rot3: positiveZero(Math.atan2((cosT - 1) * sinR * cosR, 1 + (cosT - 1) * sinR * sinR) - placement.roll_rad),
    pixel1: yPixelSize_m,
    pixel2: xPixelSize_m,
  };
}

/**
 * The other way round.
 * @throws RangeError where the detector's plane lies along the beam or behind the sample, and so has no beam centre
 */
export function placementOfPoni(poni: Poni): Placement {
  const { rot1, rot2, dist } = poni;
  const cosT = Math.cos(rot1) * Math.cos(rot2);
  if (!(dist > 0) || !(cosT > 0)) throw new RangeError("the beam does not meet the detector's face");
  // How much further along the beam a step along 2, along 1 of the detector leads.
  const [along2, along1] = [-Math.cos(rot2) * Math.sin(rot1), Math.sin(rot2)];
  const sinT = Math.hypot(along1, along2);
  const upright: Placement = {
    distance_m: dist / cosT,
    beamCenterX_px: (poni.poni2 + dist * along2 / cosT) / poni.pixel2,
    beamCenterY_px: (poni.poni1 + dist * along1 / cosT) / poni.pixel1,
    xPixelSize_m: poni.pixel2,
    yPixelSize_m: poni.pixel1,
    tilt_rad: Math.atan2(sinT, cosT),
    tiltPlaneRotation_rad: sinT === 0 ? 0 : Math.atan2(along1, along2),
    roll_rad: 0,
  };
  const roll = poniOf(upright).rot3 - poni.rot3;
  return { ...upright, roll_rad: Math.abs(roll) < ROLL_ROUNDING_RAD ? 0 : positiveZero(roll) };
}

/** Smaller is no turn but the rounding of the file that it comes from (1e-9 m at the edge of a detector of a metre). */
const ROLL_ROUNDING_RAD = 1e-9;

/** -0 would be written "-0". */
function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}
