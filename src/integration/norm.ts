/** What the counts of each pixel are divided by. */
import type { Detector } from "./detector.ts";

export interface Corrections {
  /** Whether counts are those of a pixel that faces the sample at the distance of the PONI: cos³ of the incidence. */
  readonly solidAngle: boolean;
  /** pyFAI's polarization factor, -1 to 1 (1: horizontal); null for none. QXRD's P is (1 + factor) / 2. */
  readonly polarization: number | null;
  /** [height * width]; null for none. */
  readonly flat: Float32Array | null;
}

/**
 * flat · polarisation · cos³(incidence) of each pixel: [height * width] (pyFAI 2026.9, geometry/core.py).
 * polarisation = ½ (1 + cos² 2θ − f cos 2χ (1 − cos² 2θ)); cos(incidence) = distance along the normal / distance.
 */
export function normsOf(detector: Detector, { solidAngle, polarization, flat }: Corrections): Float32Array {
  const { width, height, plane: { origin, alongX, alongY }, distance_m } = detector;
  const norms = new Float32Array(width * height);
  for (let row = 0, pixel = 0; row < height; row++) {
    for (let column = 0; column < width; column++, pixel++) {
      const a = column + 0.5, b = row + 0.5;
      const x = origin[0] + a * alongX[0] + b * alongY[0];
      const y = origin[1] + a * alongX[1] + b * alongY[1];
      const z = origin[2] + a * alongX[2] + b * alongY[2];
      const r2 = x * x + y * y, d2 = r2 + z * z;
      let norm = flat === null ? 1 : flat[pixel]!;
      if (polarization !== null) {
        const cos2 = z * z / d2; // cos² 2θ
        norm *= 0.5 * (1 + cos2 - polarization * (r2 > 0 ? (x * x - y * y) / r2 : 1) * (1 - cos2));
      }
      if (solidAngle) {
        const cos = distance_m / Math.sqrt(d2);
        norm *= cos * cos * cos;
      }
      norms[pixel] = norm;
    }
  }
  return norms;
}
