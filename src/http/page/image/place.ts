/** The place under the cursor on the scattering sphere, and rings of one angle: by the program's own geometry. */
import { type DetectorPlane, dOf, planeOf, qOf, twoThetaAt } from "../../../geometry/pixels.ts";
import { ringOf, type RingPoint } from "../../../geometry/ring.ts";
import type { GeometryPayload } from "../../payloads.ts";

const M_PER_A = 1e-10;

export interface Place {
  readonly twoTheta_deg: number;
  /** In 1/Å; null without a wavelength. */
  readonly q: number | null;
  /** In Å; null without a wavelength. */
  readonly d: number | null;
}

export class Places {
  readonly #plane: DetectorPlane;
  readonly #wavelength_m: number | null;

  constructor(readonly geometry: GeometryPayload) {
    this.#plane = planeOf(geometry.placement);
    this.#wavelength_m = geometry.wavelength_A === null ? null : geometry.wavelength_A * M_PER_A;
  }

  /** At the middle of that pixel. */
  ofPixel(column: number, row: number): Place {
    const twoTheta_rad = twoThetaAt(this.#plane, column + 0.5, row + 0.5), wavelength_m = this.#wavelength_m;
    return {
      twoTheta_deg: twoTheta_rad * 180 / Math.PI,
      q: wavelength_m === null ? null : qOf(twoTheta_rad, wavelength_m) * M_PER_A,
      d: wavelength_m === null ? null : dOf(twoTheta_rad, wavelength_m) / M_PER_A,
    };
  }

  /** Places of that angle, closed where the ring is; see ringOf. */
  ring(twoTheta_deg: number): readonly (RingPoint | null)[] {
    return ringOf(this.#plane, twoTheta_deg * Math.PI / 180);
  }
}
