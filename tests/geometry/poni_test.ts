import assert from "node:assert/strict";
import type { Placement } from "../../src/geometry/geometry.ts";
import { planeOf, pointAt } from "../../src/geometry/pixels.ts";
import { placementOfPoni, poniOf } from "../../src/geometry/poni.ts";
import { PoniFileError, poniText, readPoniText } from "../../src/geometry/poni_file.ts";
import { placements, UPRIGHT } from "./placements.ts";

/** How far apart two placements put the corners of a detector of 2048 x 2048 pixels, in metres. */
function apart(one: Placement, other: Placement): number {
  const [a, b] = [planeOf(one), planeOf(other)];
  const corners = [[0, 0], [2048, 0], [0, 2048], [2048, 2048]] as const;
  return Math.max(...corners.flatMap(([x, y]) => {
    const [p, q] = [pointAt(a, x, y), pointAt(b, x, y)];
    return p.map((value, axis) => Math.abs(value - q[axis]!));
  }));
}

Deno.test("a placement becomes a PONI and comes back with each pixel at its place, rolled or not", () => {
  for (const placement of [UPRIGHT, ...placements(200), ...placements(200, { rolled: true })]) {
    assert(apart(placement, placementOfPoni(poniOf(placement))) < 1e-14, JSON.stringify(placement));
  }
});

Deno.test("QXRD's numbers become the PONI that pyFAI's setFit2D makes of them", () => {
  // Worked out by pyFAI 2026.9: setFit2D(300, 1030.36, 1025.925, tilt=-0.2, tiltPlanRotation=27, pixels of 200 um).
  const degree = Math.PI / 180;
  const poni = poniOf({
    distance_m: 0.3,
    beamCenterX_px: 1030.36,
    beamCenterY_px: 1025.925,
    xPixelSize_m: 2e-4,
    yPixelSize_m: 2e-4,
    tilt_rad: -0.2 * degree,
    tiltPlaneRotation_rad: 27 * degree,
    roll_rad: 0,
  });
  const expected = PYFAI_OF_LAB6;
  for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
    assert(Math.abs(poni[key] - expected[key]) < 1e-9, `${key}: ${poni[key]}, not ${expected[key]}`);
  }
});

const PYFAI_OF_LAB6 = {
  dist: 0.29999817229733716,
  poni1: 0.2056604167741242,
  poni2: 0.20700505795538948,
  rot1: 0.003110202104371189,
  rot2: -0.0015847232437124228,
  rot3: -2.4644072860180444e-06,
};

Deno.test("a detector that the beam does not meet has no placement", () => {
  const poni = poniOf(UPRIGHT);
  for (const wrong of [{ ...poni, rot1: 2 }, { ...poni, rot2: -2 }, { ...poni, dist: -0.1 }, { ...poni, dist: NaN }]) {
    assert.throws(() => placementOfPoni(wrong), RangeError);
  }
});

const IMAGE = { width: 64, height: 48 };

Deno.test("a PONI file is read back as it was written, with the image's size and the wavelength", () => {
  for (const placement of [UPRIGHT, ...placements(20, { rolled: true })]) {
    const read = readPoniText(poniText(placement, { ...IMAGE, wavelength_m: 2.9e-11 }));
    assert.deepEqual(read, { poni: poniOf(placement), wavelength_m: 2.9e-11, orientation: 3, shape: IMAGE });
  }
  assert.equal(readPoniText(poniText(UPRIGHT, { ...IMAGE, wavelength_m: null })).wavelength_m, null);
});

Deno.test("the same geometry has the same text, without a time or a version of pewatch", () => {
  const text = poniText(UPRIGHT, { ...IMAGE, wavelength_m: 1e-10 });
  assert.equal(text, poniText({ ...UPRIGHT }, { ...IMAGE, wavelength_m: 1e-10 }));
  assert.match(text, /^poni_version: 2\.1$/m);
  assert.match(text, /^Detector_config: \{"pixel1":0\.0002,"pixel2":0\.0002,"max_shape":\[48,64\],"orientation":3\}$/m);
});

Deno.test("PONI files of all versions are read, and of appended calibrations the last", () => {
  const version1 = "# old\nPixelSize1: 0.0002\nPixelSize2: 0.0001\nDistance: 0.3\nPoni1: 0.1\nPoni2: 0.2\n" +
    "Rot1: 0.01\nRot2: 0.02\nRot3: 0\nSplineFile: None\nWavelength: 2.9e-11\n";
  assert.deepEqual(readPoniText(version1), {
    poni: { dist: 0.3, poni1: 0.1, poni2: 0.2, rot1: 0.01, rot2: 0.02, rot3: 0, pixel1: 2e-4, pixel2: 1e-4 },
    wavelength_m: 2.9e-11,
    orientation: 3,
    shape: null,
  });
  assert.equal(readPoniText(version1 + version1.replace("0.3", "0.35")).poni.dist, 0.35);
  const version3 = 'poni_version: 3\r\nDetector: Perkin\r\nDetector_config: {"pixel1": 0.0002, "pixel2": 0.0002, ' +
    '"orientation": 3}\r\nDistance: 0.3\r\nPoni1: 0\r\nPoni2: -0.1\r\nRot1: 0\r\nRot2: 0\r\nRot3: 0\r\nParallax: False\r\n';
  assert.equal(readPoniText(version3).poni.poni2, -0.1);
  assert.equal(readPoniText(version3).wavelength_m, null);
});

Deno.test("another orientation is taken by those alone who can turn the image", () => {
  for (const [given, taken] of [[1, 1], [2, 2], [3, 3], [4, 4], [0, 3]]) {
    const text = poniText(UPRIGHT, { ...IMAGE, wavelength_m: null }).replace(
      '"orientation":3',
      `"orientation":${given}`,
    );
    assert.equal(readPoniText(text, { anyOrientation: true }).orientation, taken);
    if (taken !== 3) assert.throws(() => readPoniText(text), PoniFileError);
  }
  const unknown = poniText(UPRIGHT, { ...IMAGE, wavelength_m: null }).replace('"orientation":3', '"orientation":5');
  assert.throws(() => readPoniText(unknown, { anyOrientation: true }), /orientation is 5/);
});

Deno.test("a PONI file that cannot be used is refused with what is wrong", () => {
  const good = poniText(UPRIGHT, { ...IMAGE, wavelength_m: 2.9e-11 });
  const wrong: readonly [RegExp | string, string, RegExp][] = [
    [/^Poni1: .*$/m, "", /no poni1/],
    [/^Rot1: .*$/m, "Rot1: here", /rot1 is not a number: here/],
    [/^Distance: .*$/m, "Distance: -0.4", /Distance is -400 millimetres: a number above 0/],
    [/^Distance: .*$/m, "Distance: 400", /Distance is 400000 millimetres/],
    [/^Wavelength: .*$/m, "Wavelength: 0.29", /Wavelength is 2900000000 angstrom/],
    [/^Wavelength: .*$/m, "Wavelength: nan", /wavelength is not a number: nan/],
    [/^Rot1: .*$/m, "Rot1: 3", /does not meet the detector's face/],
    ['"orientation":3', '"orientation":2', /orientation is 2.*with orientation 3/],
    ['"pixel1":0.0002', '"pixel1":0.2', /pixel1 is 200000 micrometres/],
    ['"pixel1":0.0002,', "", /names no pixel1/],
    ["{", "", /not a JSON object/],
    ["poni_version: 2.1", "poni_version: 3\nParallax: True", /parallax/],
    ['"orientation":3', '"splineFile":"x.spline"', /spline/],
  ];
  for (const [what, becomes, message] of wrong) {
    const text = good.replace(what, becomes);
    assert.notEqual(text, good);
    assert.throws(() => readPoniText(text), (error) => error instanceof PoniFileError && message.test(error.message));
  }
  assert.throws(() => readPoniText(""), PoniFileError);
});
