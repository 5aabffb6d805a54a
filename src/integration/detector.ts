/** The detector as an integration sees it: the plane of its pixels, in the order in which the image has them. */
import type { Orientation } from "../geometry/calibration.ts";
import type { Placement } from "../geometry/geometry.ts";
import { type DetectorPlane, planeOf, type Point } from "../geometry/pixels.ts";

export interface Detector {
  readonly width: number;
  readonly height: number;
  readonly plane: DetectorPlane;
  /** From the sample to the plane, along its normal. */
  readonly distance_m: number;
}

export function detectorOf(
  placement: Placement,
  image: { readonly width: number; readonly height: number; readonly orientation?: Orientation },
): Detector {
  const { width, height, orientation = 3 } = image;
  let plane = planeOf(placement);
  if (orientation === 1 || orientation === 2) {
    plane = { ...plane, origin: sum(plane.origin, plane.alongY, height), alongY: negative(plane.alongY) };
  }
  if (orientation === 1 || orientation === 4) {
    plane = { ...plane, origin: sum(plane.origin, plane.alongX, width), alongX: negative(plane.alongX) };
  }
  return { width, height, plane, distance_m: placement.distance_m * Math.cos(placement.tilt_rad) };
}

function sum(a: Point, b: Point, times: number): Point {
  return [a[0] + times * b[0], a[1] + times * b[1], a[2] + times * b[2]];
}

function negative(a: Point): Point {
  return [-a[0], -a[1], -a[2]];
}
