/** The picture that the simulator varies: Debye-Scherrer rings of CeO2 behind a beam stop on a flat-panel detector. */
import { mixSeed, Random } from "./random.ts";

/** CeO2 (NIST SRM 674b), the usual calibrant. */
const LATTICE_ANGSTROM = 5.4111;
const ENERGY_EV = 67_000;
const HC_EV_ANGSTROM = 12_398.42;
const PIXEL_UM = 200;
/** For 2048 pixels; smaller pictures show the same rings from nearer by. */
const DISTANCE_MM = 600;
const REFERENCE_SIZE = 2048;
/** Highest index of a reflection looked at; with it the rings reach the corners. */
const INDEX_MAX = 14;

/** Thermal motion and the electron clouds together, for the squared structure factor over (sin θ / λ)². */
const FALLOFF_ANGSTROM2 = 2.6;

export interface Geometry {
  readonly centerX_px: number;
  readonly centerY_px: number;
  readonly distance_mm: number;
  readonly energy_ev: number;
  readonly pixel_um: number;
}

/** Where the rings of a picture of that size lie, so that the sidecar can say it. */
export function powderGeometry(width: number, height: number): Geometry {
  return {
    centerX_px: Math.round(width * 5060) / 10_000,
    centerY_px: Math.round(height * 4975) / 10_000,
    distance_mm: DISTANCE_MM * Math.min(width, height) / REFERENCE_SIZE,
    energy_ev: ENERGY_EV,
    pixel_um: PIXEL_UM,
  };
}

/** Radii in pixels and heights (the strongest is 1) of the rings inside `radius_px`. */
export function powderRings(geometry: Geometry, radius_px: number): { radius_px: number; height: number }[] {
  const wavelength = HC_EV_ANGSTROM / geometry.energy_ev;
  const rings: { radius_px: number; height: number }[] = [];
  for (const [square, strength] of structureFactors()) {
    const sine = (wavelength * Math.sqrt(square)) / (2 * LATTICE_ANGSTROM);
    if (sine >= 0.7) continue;
    const theta = Math.asin(sine);
    const radius = (geometry.distance_mm * 1000 * Math.tan(2 * theta)) / geometry.pixel_um;
    if (radius > radius_px) continue;
    const falloff = Math.exp(-FALLOFF_ANGSTROM2 * (sine / wavelength) ** 2);
    rings.push({ radius_px: radius, height: (strength * falloff) / (sine * sine * Math.cos(theta)) });
  }
  const strongest = Math.max(...rings.map((ring) => ring.height), Number.MIN_VALUE);
  return rings.map((ring) => ({ ...ring, height: ring.height / strongest }))
    .sort((a, b) => a.radius_px - b.radius_px);
}

/** h² + k² + l² to multiplicity times the square of the structure factor, for the fluorite structure. */
function structureFactors(): Map<number, number> {
  const strengths = new Map<number, number>();
  for (let h = -INDEX_MAX; h <= INDEX_MAX; h++) {
    for (let k = -INDEX_MAX; k <= INDEX_MAX; k++) {
      for (let l = -INDEX_MAX; l <= INDEX_MAX; l++) {
        const sameParity = ((h ^ k) & 1) === 0 && ((h ^ l) & 1) === 0;
        const square = h * h + k * k + l * l;
        if (!sameParity || square === 0 || square > INDEX_MAX * INDEX_MAX) continue;
        // Oxygen adds to cerium where h + k + l is 4n, is taken away where it is 4n + 2, and is not seen otherwise.
        const sum = Math.abs(h + k + l) % 4;
        const factor = sum === 0 ? 1.28 : sum === 2 ? 0.72 : 1;
        strengths.set(square, (strengths.get(square) ?? 0) + factor * factor);
      }
    }
  }
  return strengths;
}

/** Steps of the radial profile in a pixel. */
const PROFILE_STEPS = 8;
const RING_COUNTS = 5200;
/** Width (standard deviation) of a ring at 2048 pixels; never under what two pixels can show. */
const RING_SIGMA_PX = 2.4;
const RING_SIGMA_MIN_PX = 0.8;

/** Intensity by radius: rings, air scatter near the beam, a diffuse hump. */
function radialProfile(geometry: Geometry, { radius_px, scale }: { radius_px: number; scale: number }): Float32Array {
  const profile = new Float32Array(Math.ceil(radius_px * PROFILE_STEPS) + 2);
  for (let index = 0; index < profile.length; index++) {
    const radius = index / PROFILE_STEPS / scale;
    profile[index] = 45 + 900 * Math.exp(-radius / 55) + 260 * Math.exp(-radius / 420) +
      130 * Math.exp(-(((radius - 310) / 150) ** 2));
  }
  for (const ring of powderRings(geometry, radius_px)) {
    const sigma = Math.max(RING_SIGMA_MIN_PX, RING_SIGMA_PX * scale);
    const reach = 6 * sigma;
    const first = Math.max(0, Math.floor((ring.radius_px - reach) * PROFILE_STEPS));
    const last = Math.min(profile.length - 1, Math.ceil((ring.radius_px + reach) * PROFILE_STEPS));
    for (let index = first; index <= last; index++) {
      const offset = (index / PROFILE_STEPS - ring.radius_px) / sigma;
      profile[index]! += RING_COUNTS * ring.height * Math.exp(-0.5 * offset * offset);
    }
  }
  return profile;
}

/** The share of the detector's edge that is not active: 12 of 2048 pixels on each side of an XRD1621. */
const BORDER_SHARE = 12 / REFERENCE_SIZE;
/** Each read-out group of 128 columns and each half of the panel has a gain of its own, up to about 2 %. */
const GROUP_COLUMNS = 128;
const GROUP_GAIN_SPREAD = 0.012;

/** Counts of each pixel, without noise and without dark current, row by row; float32, `width * height` of them. */
export function powderPicture(width: number, height: number): Float32Array {
  const geometry = powderGeometry(width, height);
  const scale = Math.min(width, height) / REFERENCE_SIZE;
  const profile = radialProfile(geometry, { radius_px: Math.hypot(width, height), scale });
  const border = Math.floor(Math.min(width, height) * BORDER_SHARE);
  const gains = groupGains(width);
  const picture = new Float32Array(width * height);
  for (let y = border; y < height - border; y++) {
    const dy = y + 0.5 - geometry.centerY_px;
    const half = y < height / 2 ? 0 : gains.length / 2;
    for (let x = border; x < width - border; x++) {
      const dx = x + 0.5 - geometry.centerX_px;
      const square = dx * dx + dy * dy;
      const radius = Math.sqrt(square);
      const position = radius * PROFILE_STEPS;
      const index = position | 0;
      const below = profile[index]!;
      const counts = below + (profile[index + 1]! - below) * (position - index);
      // The beam is polarised in the plane of the ring, so left and right are a little darker far out.
      const polarised = 1 - (0.35 * scale * scale * dx * dx) / (square + 1) * Math.min(1, radius / (1000 * scale)) ** 2;
      picture[y * width + x] = counts * polarised * gains[half + ((x / GROUP_COLUMNS) | 0)]! *
        beamStop(dx / scale, dy / scale);
    }
  }
  return picture;
}

function groupGains(width: number): Float32Array {
  const groups = Math.ceil(width / GROUP_COLUMNS);
  const random = new Random(mixSeed(1621));
  return Float32Array.from({ length: groups * 2 }, () => 1 + GROUP_GAIN_SPREAD * random.normal());
}

/** Half width of the beam stop's edge, at 2048 pixels. */
const STOP_EDGE_PX = 3;

/** How much of the light passes at a place in pixels of a 2048 picture: a disc on an arm that comes from the right. */
function beamStop(dx: number, dy: number): number {
  const disc = Math.hypot(dx, dy) - 46;
  const arm = dx > 0 ? Math.abs(dy + dx * 0.045) - 11 : Number.POSITIVE_INFINITY;
  const outside = Math.min(disc, arm);
  if (outside > STOP_EDGE_PX) return 1;
  // Air scatter behind the stop leaves some light in its shadow.
  const open = Math.max(0, (outside + STOP_EDGE_PX) / (2 * STOP_EDGE_PX));
  return 0.035 + 0.965 * open * open * (3 - 2 * open);
}
