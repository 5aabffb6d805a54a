/** Where the rings of a calibrant lie: spacings from the lattice and its reflection conditions. */

interface Calibrant {
  /** Cubic, in angstrom, at 22.5 °C. */
  readonly a: number;
  /** Whether a reflection is there. */
  readonly reflects: (h: number, k: number, l: number) => boolean;
}

const unmixed = (h: number, k: number, l: number) => (h + k) % 2 === 0 && (k + l) % 2 === 0;

/** Lattice parameters of NIST's certificates. */
export const CALIBRANTS = {
  /** SRM 674b: fluorite, face-centred. */
  CeO2: { a: 5.411102, reflects: unmixed },
  /** SRM 660c: primitive. */
  LaB6: { a: 4.156826, reflects: () => true },
  /** SRM 640f: diamond; of even indices those are extinct whose sum is no multiple of 4. */
  Si: { a: 5.431144, reflects: (h, k, l) => unmixed(h, k, l) && (h % 2 !== 0 || (h + k + l) % 4 === 0) },
} as const satisfies Record<string, Calibrant>;

export type CalibrantName = keyof typeof CALIBRANTS;

const INDEX_MAX = 12;

/** Spacings d in metres, the largest first, each once. */
export function spacingsOf(name: CalibrantName): number[] {
  const { a, reflects }: Calibrant = CALIBRANTS[name], squares = new Set<number>();
  for (let h = 0; h <= INDEX_MAX; h++) {
    for (let k = 0; k <= h; k++) {
      for (let l = 0; l <= k; l++) {
        // Beyond, reflections of larger indices would be missing in between.
        const square = h * h + k * k + l * l;
        if (square > 0 && square <= INDEX_MAX * INDEX_MAX && reflects(h, k, l)) squares.add(square);
      }
    }
  }
  return [...squares].toSorted((one, other) => one - other).map((square) => a * 1e-10 / Math.sqrt(square));
}
