import assert from "node:assert/strict";
import fc from "fast-check";
import { binsOf, NoPixelsError } from "../../src/integration/bins.ts";
import { detectorOf } from "../../src/integration/detector.ts";
import { placements, UPRIGHT } from "../geometry/placements.ts";
import { integratorOf } from "./patterns.ts";

const PLACEMENTS = placements(60, { rolled: true })
  // Within the small detector of these tests, or beside it.
  .map((placement) => ({
    ...placement,
    beamCenterX_px: placement.beamCenterX_px / 20,
    beamCenterY_px: placement.beamCenterY_px / 20,
  }));
const RUNS = { numRuns: 60, seed: 2026 };

const situations = fc.record({
  placement: fc.constantFrom(...PLACEMENTS),
  width: fc.integer({ min: 3, max: 40 }),
  height: fc.integer({ min: 3, max: 40 }),
  npt: fc.integer({ min: 1, max: 300 }),
  split: fc.constantFrom("no" as const, "bbox" as const),
  quantity: fc.constantFrom("q" as const, "twoTheta" as const),
});

function countsOf(width: number, height: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: width * height }, () => (state = state * 48271 % 2147483647) % 1000);
}

function close(one: number, other: number, relative: number): boolean {
  return Math.abs(one - other) <= relative * Math.max(Math.abs(one), Math.abs(other));
}

Deno.test("a flat image has a flat pattern, and sigma falls with the pixels of a bin", () => {
  fc.assert(
    fc.property(situations, ({ placement, width, height, npt, split, quantity }) => {
      const { integrator } = integratorOf({ placement, width, height, table: { npt, split, quantity } });
      const { intensity, sigma, pixels } = integrator.integrate(new Float32Array(width * height).fill(100));
      for (let bin = 0; bin < npt; bin++) {
        if (pixels[bin] === 0) assert.deepEqual([intensity[bin], sigma![bin]], [0, 0]);
        else assert.ok(close(intensity[bin]!, 100, 1e-6), `${intensity[bin]}`);
        // With whole pixels it is Poisson's; a shared pixel counts with the square of its weight.
        if (split === "no" && pixels[bin]! > 0) assert.ok(close(sigma![bin]!, 10 / Math.sqrt(pixels[bin]!), 1e-6));
      }
    }),
    RUNS,
  );
});

Deno.test("counts are conserved: the bins hold what the pixels have, with any splitting", () => {
  fc.assert(
    fc.property(situations, fc.nat(1000), ({ placement, width, height, npt, split, quantity }, seed) => {
      const { integrator } = integratorOf({ placement, width, height, table: { npt, split, quantity } });
      const image = countsOf(width, height, seed), sum = image.reduce((a, b) => a + b, 0);
      const { total, intensity, pixels } = integrator.integrate(image);
      assert.ok(close(total, sum, 1e-6), `${total} of ${sum}`);
      assert.ok(close(pixels.reduce((a, b) => a + b, 0), width * height, 1e-6));
      assert.ok(close(intensity.reduce((a, b, bin) => a + b * pixels[bin]!, 0), sum, 1e-6));
    }),
    RUNS,
  );
});

Deno.test("sectors that make up the circle add up to it, wherever they are cut", () => {
  fc.assert(
    fc.property(situations, fc.double({ min: -3, max: 9, noNaN: true }), (situation, start) => {
      const { placement, width, height, npt, quantity } = situation;
      const of = (azimuth: readonly [number, number] | null) => {
        const table = { npt, quantity, split: "no" as const, azimuth, range: [0, 1e4] as const };
        return integratorOf({ placement, width, height, table });
      };
      const image = countsOf(width, height, 5);
      let sum = 0;
      for (let part = 0; part < 3; part++) {
        const from = start + part * 2 * Math.PI / 3;
        try {
          sum += of([from, from + 2 * Math.PI / 3]).integrator.integrate(image).total;
        } catch (error) {
          assert.ok(error instanceof NoPixelsError);
        }
      }
      const { total } = of(null).integrator.integrate(image);
      // A pixel whose azimuth is that of a cut is in both.
      assert.ok(sum >= total && sum - total <= 3000, `${sum} of ${total}`);
    }),
    RUNS,
  );
});

Deno.test("a dark and a factor are linear; another dark takes effect, and bad pixels of a frame end with it", () => {
  const [width, height] = [30, 20];
  const options = { placement: UPRIGHT, width, height };
  const { integrator } = integratorOf(options);
  const image = countsOf(width, height, 3), dark = countsOf(width, height, 8).map((value) => value / 10);
  const plain = integrator.integrate(image);
  const ofDark = integratorOf(options).integrator.integrate(dark);
  integrator.setDark(dark);
  const less = integrator.integrate(image, { factor: 2 });
  for (const [bin, value] of less.intensity.entries()) {
    assert.ok(Math.abs(value * 2 - (plain.intensity[bin]! - ofDark.intensity[bin]!)) < 1e-3);
    assert.ok(close(less.sigma![bin]! * 2, plain.sigma![bin]!, 1e-6), "the dark changes no sigma");
  }
  integrator.setDark(null);
  const damaged = Float32Array.from(image, (value, index) => index % 7 === 0 ? NaN : value);
  assert.equal(integrator.integrate(damaged).bad, Math.ceil(width * height / 7));
  assert.deepEqual(integrator.integrate(image), plain);
});

Deno.test("a pixel that a mask, a dead flat or a dark of no number takes out does not count", () => {
  const [width, height] = [30, 20];
  const image = new Float32Array(width * height).fill(50);
  image[100] = 1e9;
  const only = (value: number) => new Float32Array(width * height).fill(1).fill(value, 100, 101);
  const mask = new Uint8Array(width * height);
  mask[100] = 1;
  const base = { placement: UPRIGHT, width, height };
  for (
    const options of [
      { ...base, table: { mask } },
      { ...base, corrections: { flat: only(0) } },
      { ...base, corrections: { flat: only(NaN) } },
      { ...base, integrator: { dark: only(NaN).map((value) => value - 1) } },
      { ...base, integrator: { dummy: 1e9 } },
    ]
  ) {
    const { intensity, pixels } = integratorOf(options).integrator.integrate(image);
    assert.ok(intensity.every((value, bin) => pixels[bin] === 0 || value === 50), JSON.stringify(options).slice(0, 80));
  }
});

Deno.test("what cannot be integrated is refused", () => {
  const detector = detectorOf(UPRIGHT, { width: 10, height: 10 });
  const table = { detector, quantity: "q" as const, npt: 10, split: "bbox" as const, range: null, mask: null };
  const options = { ...table, wavelength_m: 2e-11 };
  assert.throws(() => binsOf({ ...options, wavelength_m: null }), /q needs a wavelength/);
  assert.throws(() => binsOf({ ...options, npt: 65_001 }), /1 to 65000/);
  const mask = new Uint8Array(100).fill(1);
  assert.throws(() => binsOf({ ...options, mask }), NoPixelsError);
  const small = integratorOf({ placement: UPRIGHT, width: 10, height: 10 });
  assert.throws(() => small.integrator.integrate(new Float32Array(99)), /has 99 pixels, the table is for 100/);
  const outside = { range: [3, 3.1] as const };
  assert.throws(() => integratorOf({ placement: UPRIGHT, width: 10, height: 10, table: outside }), NoPixelsError);
});
