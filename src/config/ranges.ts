/** Ranges that more than the schema asks for. Outside of those of a geometry a value is a slip, or one that nobody has set. */

export interface NumberRange {
  readonly low: number;
  readonly high: number;
  /** What the number is, with its unit. */
  readonly unit: string;
  /** The unit that a number below the range is probably in; what one above it is probably in. */
  readonly belowIs?: string;
  readonly aboveIs?: string;
}

/** h c in keV angstrom, exact since the SI of 2019: energy times wavelength. */
export const HC_KEV_ANGSTROM = 12.398419843320026;

const ENERGY_KEV = { low: 1, high: 1000 } as const;

export const RANGES = {
  /** A small-angle beamline has tens of metres; below a millimetre there is no room for a sample. */
  distance_mm: { low: 1, high: 100_000, unit: "millimetres", belowIs: "metres", aboveIs: "micrometres" },
  pixelSize_um: { low: 1, high: 10_000, unit: "micrometres", belowIs: "millimetres", aboveIs: "nanometres" },
  energy_kev: { ...ENERGY_KEV, unit: "keV", aboveIs: "eV" },
  wavelength_angstrom: {
    low: HC_KEV_ANGSTROM / ENERGY_KEV.high,
    high: HC_KEV_ANGSTROM / ENERGY_KEV.low,
    unit: "angstrom",
    belowIs: "nanometres or metres",
    aboveIs: "picometres",
  },
  /** The beam may miss the detector, by metres. */
  beamCenter_px: { low: -1e6, high: 1e6, unit: "pixels" },
  /** Upright to the beam, and no further: beyond 90 degrees the beam would come through the detector's back. */
  tilt_deg: { low: -89, high: 89, unit: "degrees" },
  tiltPlaneRotation_deg: { low: -360, high: 360, unit: "degrees" },
} as const satisfies Record<string, NumberRange>;

/** Frames that the delivery copies at once. */
export const MAX_PROC = { low: 1, high: 9 } as const;

/** What is wrong with a value, in words that follow it; null where it lies in its range. */
export function faultOf(value: number, range: NumberRange): string | null {
  if (value >= range.low && value <= range.high) return null;
  const limits = `from ${shortest(range.low)} to ${shortest(range.high)}`;
  if (value <= 0 && range.low > 0) return `a number above 0 is needed, in ${range.unit}, ${limits}`;
  const needed = `a number ${limits} is needed, in ${range.unit}`;
  const meant = !Number.isFinite(value) ? undefined : value < range.low ? range.belowIs : range.aboveIs;
  return meant === undefined ? needed : `${needed}; it looks like ${meant}`;
}

function shortest(limit: number): string {
  return String(Number(limit.toPrecision(3)));
}
