/** Small detectors and integrators for tests. */
import type { Orientation } from "../../src/geometry/calibration.ts";
import type { Placement } from "../../src/geometry/geometry.ts";
import { detectorOf } from "../../src/integration/detector.ts";
import { Integrator, type IntegratorOptions } from "../../src/integration/integrator.ts";
import { type Corrections, normsOf } from "../../src/integration/norm.ts";
import { tableOf, type TableOptions } from "../../src/integration/table.ts";

export const WAVELENGTH_M = 2e-11;

export interface TestOptions {
  readonly placement: Placement;
  readonly width: number;
  readonly height: number;
  readonly orientation?: Orientation;
  readonly table?: Partial<TableOptions>;
  readonly corrections?: Partial<Corrections>;
  readonly integrator?: Partial<IntegratorOptions>;
}

/** Without corrections, of 100 bins over 2θ, with splitting and sigma, unless asked for otherwise. */
export function integratorOf(options: TestOptions) {
  const detector = detectorOf(options.placement, options);
  const table = tableOf({
    detector,
    quantity: "twoTheta",
    wavelength_m: WAVELENGTH_M,
    npt: 100,
    split: "bbox",
    range: null,
    azimuth: null,
    mask: null,
    ...options.table,
  });
  const norms = normsOf(detector, { solidAngle: false, polarization: null, flat: null, ...options.corrections });
  const integrator = new Integrator(table, {
    norms,
    errorModel: "poisson",
    dummy: null,
    deltaDummy: 0,
    dark: null,
    ...options.integrator,
  });
  return { table, norms, integrator };
}
