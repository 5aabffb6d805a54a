/**
 * Where the detector stands, and the beam's wavelength.
 *
 * One convention, said wherever a number leaves pewatch:
 * - a column of the image is x, a row is y; the first row is the first of the file. Nothing is flipped.
 * - Places on the detector count from the outer edge of its first pixel: 0 is that edge, 0.5 the middle of pixel 0.
 * - The frame of the numbers here: x along the columns' numbers, y along the rows', z along the beam. That is pyFAI's
 *   (2, 1, 3) for a detector of orientation 3. Which way the image is mounted in the hall QXRD does not know.
 */

/** A value, and in words where it was found. */
export interface Sourced<T> {
  readonly value: T;
  readonly origin: string;
  /** The configuration says it, or pewatch assumes it for want of better knowledge: a parameter may replace it. */
  readonly replaceable?: true;
}

/** Where a flat detector stands. Lengths in metres, angles in radians, places on the detector in pixels. */
export interface Placement {
  /** From the sample along the beam to the detector's plane. */
  readonly distance_m: number;
  /** Where the beam meets that plane, from the outer edge of the first pixel; it may lie outside of the image. */
  readonly beamCenterX_px: number;
  readonly beamCenterY_px: number;
  readonly xPixelSize_m: number;
  readonly yPixelSize_m: number;
  /** Fit2D's tilt: how far the plane is turned away from upright to the beam. */
  readonly tilt_rad: number;
  /** Fit2D's rotation of the tilt plane: with a positive tilt, pixels in this direction from the beam (0 along the
   * columns' numbers, 90 degrees along the rows') lie further from the sample. */
  readonly tiltPlaneRotation_rad: number;
  /** How far the whole, tilted detector is turned about the beam, from x towards y. Only a PONI file has one; it
   * changes azimuths alone. */
  readonly roll_rad: number;
}

export type PlacementKey = Exclude<keyof Placement, "roll_rad">;

/** What is known of a frame's geometry, each number with its origin. */
export interface Geometry extends Readonly<Record<PlacementKey, Sourced<number> | null>> {
  readonly roll_rad: number;
  readonly wavelength_m: Sourced<number> | null;
  /** As it was given, or converted from the wavelength. */
  readonly energy_kev: Sourced<number> | null;
  /** Why values that the sidecar or a file has are not used. */
  readonly notes: readonly string[];
}

/** How the attributes of a beam centre, and the documentation, name the convention. */
export const CENTER_CONVENTION = "counted from the outer edge of the first pixel, whose middle is at 0.5";

/** What `placementOf` needs, by the names that people know. */
const NEEDED = {
  distance_m: "distance",
  beamCenterX_px: "beam centre x",
  beamCenterY_px: "beam centre y",
  xPixelSize_m: "pixel size x",
  yPixelSize_m: "pixel size y",
  tilt_rad: "tilt",
  tiltPlaneRotation_rad: "tilt plane rotation",
} as const satisfies Record<PlacementKey, string>;

export const PLACEMENT_KEYS = Object.keys(NEEDED) as readonly PlacementKey[];

/** All numbers of a placement, or null where one is not known. */
export function placementOf(geometry: Geometry): Placement | null {
  const known = PLACEMENT_KEYS.map((key) => [key, geometry[key]?.value] as const);
  if (known.some(([, value]) => value === undefined)) return null;
  return { ...Object.fromEntries(known) as Record<PlacementKey, number>, roll_rad: geometry.roll_rad };
}

/** The names of what is missing for a placement. */
export function missingFor(geometry: Geometry): string[] {
  return PLACEMENT_KEYS.flatMap((key) => geometry[key] === null ? [NEEDED[key]] : []);
}
