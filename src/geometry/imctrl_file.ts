/**
 * The image controls of GSAS-II, as its GSASIIfiles.py (LoadControls, WriteControls) reads and saves them: a
 * `name:value` on each line, values in Python's notation. What is left out keeps GSAS-II's own value. The size of the
 * pixels is not among them: GSAS-II takes it from the sidecar.
 */
import { ANGSTROM_PER_M } from "./beam.ts";
import type { Placement } from "./geometry.ts";

const MM_PER_M = 1e3;
const DEG_PER_RAD = 180 / Math.PI;
/** GSAS-II turns the detector about an axis in its plane; Fit2D names the direction of the tilt, across of that axis. */
const AXIS_BEFORE_DIRECTION_DEG = 90;

/** The same geometry has the same text. */
export function imctrlText(placement: Placement, beam: { readonly wavelength_m: number | null }): string {
  const { distance_m, tilt_rad, tiltPlaneRotation_rad, roll_rad } = placement;
  // Along the detector's normal, unlike Fit2D's.
  const distance = short(distance_m * Math.cos(tilt_rad) * MM_PER_M);
  const centerX = short(placement.beamCenterX_px * placement.xPixelSize_m * MM_PER_M);
  const centerY = short(placement.beamCenterY_px * placement.yPixelSize_m * MM_PER_M);
  const rotation = tilt_rad === 0 ? 0 : tiltPlaneRotation_rad * DEG_PER_RAD - AXIS_BEFORE_DIRECTION_DEG;
  return [
    "# Geometry that pewatch delivered this image with. Units: mm, degree, angstrom.",
    "type:PWDR",
    ...(beam.wavelength_m === null ? [] : [`wavelength:${short(beam.wavelength_m * ANGSTROM_PER_M)}`]),
    `distance:${distance}`,
    `setdist:${distance}`,
    `center:[${centerX}, ${centerY}]`,
    `tilt:${short(tilt_rad * DEG_PER_RAD)}`,
    `rotation:${short(rotation)}`,
    `azmthOff:${short(roll_rad * DEG_PER_RAD)}`,
    "DetDepth:0.0",
    "",
  ].join("\n");
}

/** Without the last digit, which is rounding. */
function short(value: number): string {
  return String(Number(value.toPrecision(15)));
}
