/** Patterns beside those of pyFAI itself, which runs here; PEWATCH_PYTHON names a Python that has it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Orientation } from "../../src/geometry/calibration.ts";
import { placementOfPoni, type Poni } from "../../src/geometry/poni.ts";
import type { Range, Split } from "../../src/integration/bins.ts";
import { detectorOf } from "../../src/integration/detector.ts";
import { CakeIntegrator } from "../../src/integration/cake.ts";
import { normsOf } from "../../src/integration/norm.ts";
import { type UnitName, UNITS } from "../../src/integration/units.ts";
import { TempFolder } from "../temp_folder.ts";
import { integratorOf } from "./patterns.ts";

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
  const { options } = one, { quantity, scale } = UNITS[one.unit];
  const bytesOf = (name: Case["arrays"][number]) =>
    one.arrays.includes(name) ? Deno.readFileSync(join(folder, `${name}.bin`)) : null;
  const [mask, dark, flat] = [bytesOf("mask"), bytesOf("dark"), bytesOf("flat")];
  const { table, integrator } = integratorOf({
    placement: placementOfPoni(one.poni),
    ...one,
    table: {
      quantity,
      wavelength_m: one.wavelength,
      npt: one.npt,
      split: one.split,
      range: inInner(options.radial_range, 1 / scale),
      azimuth: inInner(options.azimuth_range, DEG),
      mask,
    },
    corrections: {
      solidAngle: options.correctSolidAngle ?? true,
      polarization: options.polarization_factor ?? null,
      flat: flat === null ? null : new Float32Array(flat.buffer),
    },
    integrator: {
      errorModel: options.error_model ?? "none",
      dummy: options.dummy ?? null,
      deltaDummy: options.delta_dummy ?? 0,
      dark: dark === null ? null : new Float32Array(dark.buffer),
    },
  });
  const image = floats(join(folder, "image.f32"));
  // A frame without bad pixels before: the constants of its bins must not stay.
  integrator.integrate(new Float32Array(image.length).fill(7));
  return { table, scale, pattern: integrator.integrate(image, { factor: options.normalization_factor ?? 1 }) };
}

function inInner(range: Range | undefined, factor: number): Range | null {
  return range === undefined ? null : [range[0] * factor, range[1] * factor];
}

function cake(folder: string, one: Case) {
  const { options, wavelength } = one, detector = detectorOf(placementOfPoni(one.poni), one);
  const integrator = new CakeIntegrator({
    detector,
    wavelength_m: wavelength,
    split: one.split,
    mask: null,
    radial: { quantity: "q", npt: one.npt, range: options.radial_range ?? null },
    azimuth: { npt: 90, range: inInner(options.azimuth_range, DEG) },
    norms: normsOf(detector, { solidAngle: true, polarization: options.polarization_factor ?? null, flat: null }),
    errorModel: "poisson",
    dummy: null,
    deltaDummy: 0,
  });
  return { integrator, cake: integrator.integrate(floats(join(folder, "image.f32")), { dark: null }) };
}

Deno.test("patterns are pyFAI's: sizes, geometries, masks, corrections, ranges, units", async (test) => {
  using folder = new TempFolder();
  const { success, stderr } = await new Deno.Command(PYTHON!, { args: [SCRIPT, folder.path] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).toSorted();
  const isCake = (name: string) => name.startsWith("cake");
  const cakes = names.filter(isCake).length;
  assert.ok(names.length - cakes >= CASES_MIN && cakes > 0, `${names.length - cakes} cases`);
  for (const name of names) {
    await test.step(name, () => {
      const path = join(folder.path, name);
      const one = JSON.parse(Deno.readTextFileSync(join(path, "case.json"))) as Case;
      const of = (key: string) => doubles(join(path, `${key}.f64`));
      const places: Record<string, number> = {}, values: Record<string, number> = {};
      if (isCake(name)) {
        const { integrator, cake: found } = cake(path, one);
        places["radial"] = worst(integrator.radial.centres, of("radial"));
        places["azimuth"] = worst(integrator.azimuth.centres.map((centre) => centre / DEG), of("azimuthal"));
        values["intensity"] = worst(found.intensity, of("intensity"));
        values["sigma"] = worst(found.sigma!, of("sigma"));
      } else {
        const { table, scale, pattern } = integrate(path, one);
        places["radial"] = worst(table.bins.centres.map((centre) => centre * scale), of("radial"));
        values["intensity"] = worst(pattern.intensity, of("intensity"));
        values["sigma"] = pattern.sigma === null ? 0 : worst(pattern.sigma, of("sigma"));
      }
      const found = `${one.engine}: ${JSON.stringify({ ...places, ...values })}`;
      if (Deno.env.get("PEWATCH_SHOW")) console.log(name, found);
      assert.ok(Object.values(places).every((difference) => difference <= CENTRE_MAX), found);
      assert.ok(Object.values(values).every((difference) => difference <= RELATIVE_MAX), found);
    });
  }
});
