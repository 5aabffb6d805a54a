/** Where a cone of one scattering angle meets the detector: an ellipse, or a branch of another conic. */
import type { DetectorPlane, Point } from "./pixels.ts";

/** In pixels from the outer edge of the first pixel. */
export type RingPoint = readonly [x_px: number, y_px: number];

const AZIMUTHS = 360;

/**
 * Places of the angle 2θ, by equal steps of the azimuth about the beam, the first one again at the end. Null where the
 * ray of that azimuth does not meet the detector's plane: there the ring is open.
 */
export function ringOf(plane: DetectorPlane, twoTheta_rad: number): (RingPoint | null)[] {
  const [sine, cosine] = [Math.sin(twoTheta_rad), Math.cos(twoTheta_rad)];
  return Array.from({ length: AZIMUTHS + 1 }, (_, step) => {
    const azimuth = 2 * Math.PI * (step % AZIMUTHS) / AZIMUTHS;
    return placeOfRay(plane, [sine * Math.cos(azimuth), sine * Math.sin(azimuth), cosine]);
  });
}

/** Solves origin + x · alongX + y · alongY = t · ray, t > 0, by Cramer's rule. */
function placeOfRay({ origin, alongX, alongY }: DetectorPlane, ray: Point): RingPoint | null {
  const normal = cross(alongX, alongY);
  const towards = dot(ray, normal);
  const t = dot(origin, normal) / towards;
  // A ray along the plane, or away from it. The detector's own scale says what is zero.
  if (!(t > 0) || Math.abs(towards) < 1e-9 * Math.hypot(...normal)) return null;
  const way: Point = [t * ray[0] - origin[0], t * ray[1] - origin[1], t * ray[2] - origin[2]];
  const area = dot(normal, normal);
  return [dot(cross(way, alongY), normal) / area, dot(cross(alongX, way), normal) / area];
}

function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
