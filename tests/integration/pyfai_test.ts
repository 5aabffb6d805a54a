/** Patterns beside those of pyFAI itself, which runs here; PEWATCH_PYTHON names a Python that has it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Orientation } from "../../src/geometry/calibration.ts";
import { placementOfPoni, type Poni } from "../../src/geometry/poni.ts";
import type { Range, Split } from "../../src/integration/bins.ts";
import { detectorOf } from "../../src/integration/detector.ts";
import { CakeIntegrator } from "../../src/integration/cake.ts";
import { Integrator } from "../../src/integration/integrator.ts";
import { normsOf } from "../../src/integration/norm.ts";
import { tableOf } from "../../src/integration/table.ts";
import { type UnitName, UNITS } from "../../src/integration/units.ts";
import { TempFolder } from "../temp_folder.ts";

const PYTHON = Deno.env.get("PEWATCH_PYTHON");
const SCRIPT = fileURLToPath(new URL("./pyfai_cases.py", import.meta.url));
const DEG = Math.PI / 180;

/** What pewatch promises; pyFAI's own rounding to 32 bits is a quarter of it. */
const RELATIVE_MAX = 1e-6;
const CENTRE_MAX = 1e-12;
const CASES_MIN = 68;

interface Case {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly split: Split;
  readonly npt: number;
  readonly unit: UnitName;
  readonly orientation: Orientation;
  readonly poni: Poni;
  readonly wavelength: number;
  readonly arrays: readonly ("mask" | "dark" | "flat")[];
  readonly engine: string;
  readonly options: {
    readonly error_model: "poisson" | null;
    readonly correctSolidAngle?: boolean;
    readonly polarization_factor?: number;
    readonly dummy?: number;
    readonly delta_dummy?: number;
    readonly normalization_factor?: number;
    readonly radial_range?: Range;
    readonly azimuth_range?: Range;
  };
}

const floats = (path: string) => new Float32Array(Deno.readFileSync(path).buffer);
const doubles = (path: string) => new Float64Array(Deno.readFileSync(path).buffer);

/** The largest relative difference; Infinity where one is no number and the other is. */
function worst(ours: ArrayLike<number>, theirs: Float64Array): number {
  assert.equal(ours.length, theirs.length);
  return theirs.reduce((most, value, index) => {
    const own = ours[index]!;
    if (own === value || Number.isNaN(own) && Number.isNaN(value)) return most;
    const difference = Math.abs(own - value) / Math.abs(value);
    return Math.max(most, Number.isNaN(difference) ? Infinity : difference);
  }, 0);
}

function integrate(folder: string, one: Case) {
  const { options, wavelength } = one, { quantity, scale } = UNITS[one.unit];
  const optional = (name: Case["arrays"][number]) => one.arrays.includes(name) ? join(folder, `${name}.bin`) : null;
  const [mask, dark, flat] = [optional("mask"), optional("dark"), optional("flat")];
  const detector = detectorOf(placementOfPoni(one.poni), one);
  const inInner = (range: Range | undefined, factor: number): Range | null =>
    range === undefined ? null : [range[0] * factor, range[1] * factor];
  const table = tableOf({
    detector,
    quantity,
    wavelength_m: wavelength,
    npt: one.npt,
    split: one.split,
    range: inInner(options.radial_range, 1 / scale),
    azimuth: inInner(options.azimuth_range, DEG),
    mask: mask === null ? null : Deno.readFileSync(mask),
  });
  const integrator = new Integrator(table, {
    norms: normsOf(detector, {
      solidAngle: options.correctSolidAngle ?? true,
      polarization: options.polarization_factor ?? null,
      flat: flat === null ? null : floats(flat),
    }),
    errorModel: options.error_model ?? "none",
    dummy: options.dummy ?? null,
    deltaDummy: options.delta_dummy ?? 0,
    dark: dark === null ? null : floats(dark),
  });
  const image = floats(join(folder, "image.f32"));
  const factor = options.normalization_factor ?? 1;
  // A frame without bad pixels before: the constants of its bins must not stay.
  integrator.integrate(new Float32Array(image.length).fill(7));
  return { table, scale, pattern: integrator.integrate(image, { factor }) };
}

function cake(folder: string, one: Case) {
  const { options, wavelength } = one, detector = detectorOf(placementOfPoni(one.poni), one);
  const { azimuth_range } = options;
  const integrator = new CakeIntegrator({
    detector,
    wavelength_m: wavelength,
    split: one.split,
    mask: null,
    radial: { quantity: "q", npt: one.npt, range: options.radial_range ?? null },
    azimuth: { npt: 90, range: azimuth_range === undefined ? null : [azimuth_range[0] * DEG, azimuth_range[1] * DEG] },
    norms: normsOf(detector, { solidAngle: true, polarization: options.polarization_factor ?? null, flat: null }),
    errorModel: "poisson",
    dummy: null,
    deltaDummy: 0,
  });
  return { integrator, cake: integrator.integrate(floats(join(folder, "image.f32")), { dark: null }) };
}

function report(name: string, found: string): void {
  if (Deno.env.get("PEWATCH_SHOW")) console.log(name, found);
}

Deno.test("patterns are pyFAI's: sizes, geometries, masks, corrections, ranges, units", async (test) => {
  using folder = new TempFolder();
  const { success, stderr } = await new Deno.Command(PYTHON!, { args: [SCRIPT, folder.path] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).toSorted();
  const [cakes, patterns] = [
    names.filter((name) => name.startsWith("cake")),
    names.filter((name) => !name.startsWith("cake")),
  ];
  assert.ok(patterns.length >= CASES_MIN && cakes.length > 0, `${patterns.length} cases`);
  for (const name of cakes) {
    await test.step(name, () => {
      const path = join(folder.path, name);
      const { integrator, cake: found } = cake(
        path,
        JSON.parse(Deno.readTextFileSync(join(path, "case.json"))) as Case,
      );
      const of = (key: string) => doubles(join(path, `${key}.f64`));
      const radial = worst(integrator.radial.centres, of("radial"));
      const azimuth = worst(integrator.azimuth.centres.map((centre) => centre / DEG), of("azimuthal"));
      const intensity = worst(found.intensity, of("intensity")), sigma = worst(found.sigma!, of("sigma"));
      const text = `radial ${radial}, azimuth ${azimuth}, intensity ${intensity}, sigma ${sigma}`;
      report(name, text);
      assert.ok(Math.max(radial, azimuth) <= CENTRE_MAX && Math.max(intensity, sigma) <= RELATIVE_MAX, text);
    });
  }
  for (const name of patterns) {
    await test.step(name, () => {
      const path = join(folder.path, name);
      const one = JSON.parse(Deno.readTextFileSync(join(path, "case.json"))) as Case;
      const { table, scale, pattern } = integrate(path, one);
      const radial = worst(table.bins.centres.map((centre) => centre * scale), doubles(join(path, "radial.f64")));
      const intensity = worst(pattern.intensity, doubles(join(path, "intensity.f64")));
      const sigma = pattern.sigma === null ? 0 : worst(pattern.sigma, doubles(join(path, "sigma.f64")));
      const found = `${one.engine}: radial ${radial}, intensity ${intensity}, sigma ${sigma}`;
      report(name, found);
      assert.ok(radial <= CENTRE_MAX && intensity <= RELATIVE_MAX && sigma <= RELATIVE_MAX, found);
    });
  }
});
