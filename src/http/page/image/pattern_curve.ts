/** A pattern as it is drawn, and its axis: which x belongs to which scattering angle. */
import { qOf } from "../../../geometry/pixels.ts";
import { UNITS } from "../../../integration/units.ts";
import type { PatternPayload } from "../../payloads.ts";

const RAD_PER_DEG = Math.PI / 180;
const M_PER_A = 1e-10;
const PER_NM_IN_PER_M = 1e9;

const LABELS: Readonly<Record<PatternPayload["unit"], string>> = {
  "2th_deg": "2θ, °",
  "2th_rad": "2θ, rad",
  "q_nm^-1": "q, nm⁻¹",
  "q_A^-1": "q, Å⁻¹",
};

export class PatternCurve {
  readonly label: string;
  readonly #unit: typeof UNITS[PatternPayload["unit"]];

  constructor(readonly payload: PatternPayload) {
    this.#unit = UNITS[payload.unit];
    this.label = LABELS[payload.unit];
  }

  /** Null where the axis is q and no wavelength is known. */
  xOfAngle(twoTheta_deg: number, wavelength_A: number | null): number | null {
    const { quantity, scale } = this.#unit, angle = twoTheta_deg * RAD_PER_DEG;
    if (quantity === "twoTheta") return angle * scale;
    return wavelength_A === null ? null : qOf(angle, wavelength_A * M_PER_A) / PER_NM_IN_PER_M * scale;
  }

  /** In degrees; null also where there is no such angle. */
  angleOfX(x: number, wavelength_A: number | null): number | null {
    const { quantity, scale } = this.#unit, inner = x / scale;
    if (quantity === "twoTheta") return inner / RAD_PER_DEG;
    if (wavelength_A === null) return null;
    const sine = inner * PER_NM_IN_PER_M * wavelength_A * M_PER_A / (4 * Math.PI);
    return sine >= 0 && sine < 1 ? 2 * Math.asin(sine) / RAD_PER_DEG : null;
  }
}

/** Of another frame, whose bins without pixels may be others, at the places of this one; null where it has none. */
export function intensityAt({ payload: { x, intensity } }: PatternCurve, places: readonly number[]): (number | null)[] {
  const byPlace = new Map(x.map((place, at) => [place, intensity[at]!]));
  return places.map((place) => byPlace.get(place) ?? null);
}
