import assert from "node:assert/strict";
import type { BeamlineSettings, DetectorSettings } from "../../src/config/settings.ts";
import type { Calibration } from "../../src/geometry/calibration.ts";
import { type Geometry, missingFor, placementOf } from "../../src/geometry/geometry.ts";
import { geometryOf, type GeometrySources } from "../../src/geometry/geometry_of.ts";
import { poniOf } from "../../src/geometry/poni.ts";
import { UPRIGHT } from "./placements.ts";

type CenterFinder = NonNullable<NonNullable<GeometrySources["view"]>["centerfinder"]>;

/** What QXRD writes of a centre finder that nobody has touched. */
const START: CenterFinder = {
  centerX_px: 0,
  centerY_px: 0,
  detectorXPixelSize_um: 200,
  detectorYPixelSize_um: 200,
  detectorDistance_mm: 1000,
  energy_ev: 20_000,
  implementTilt: false,
  detectorTilt_deg: 0,
  tiltPlaneRotation_deg: 90,
};

const MEASURED: CenterFinder = {
  ...START,
  centerX_px: 1030.36,
  centerY_px: 1025.93,
  detectorDistance_mm: 300,
  energy_ev: 17_038,
};

interface Given {
  readonly centerfinder?: CenterFinder;
  readonly detector?: DetectorSettings;
  readonly beamline?: BeamlineSettings;
  readonly calibration?: Calibration;
  readonly image?: { readonly width: number; readonly height: number };
  readonly binning?: number;
}

function geometryWith(given: Given): Geometry {
  const { centerfinder, binning } = given;
  return geometryOf({
    detector: given.detector ?? {},
    beamline: given.beamline ?? {},
    view: {
      ...(centerfinder === undefined ? {} : { centerfinder }),
      ...(binning === undefined ? {} : { hBinning: binning, vBinning: binning }),
    },
    calibration: given.calibration ?? null,
    image: given.image ?? { width: 2048, height: 2048 },
  });
}

Deno.test("a measured centre finder is a geometry, each number with its origin", () => {
  const geometry = geometryWith({ centerfinder: MEASURED });
  assert.deepEqual(placementOf(geometry), {
    distance_m: 0.3,
    beamCenterX_px: 1030.36,
    beamCenterY_px: 1025.93,
    xPixelSize_m: 0.0002,
    yPixelSize_m: 0.0002,
    tilt_rad: 0,
    tiltPlaneRotation_rad: 0,
    roll_rad: 0,
  });
  assert.equal(geometry.distance_m!.origin, "sidecar [centerfinder] detectorDistance");
  assert.equal(geometry.energy_kev!.value, 17.038);
  assert.equal(geometry.wavelength_m!.origin, "sidecar [centerfinder] energy, converted");
  assert.deepEqual(geometry.notes, []);
});

Deno.test("QXRD's start values are no geometry and no energy, and one note names them", () => {
  const geometry = geometryWith({ centerfinder: START });
  const { notes, roll_rad: _, tilt_rad: __, tiltPlaneRotation_rad: ___, ...numbers } = geometry;
  assert.deepEqual([...new Set(Object.values(numbers))], [null]);
  assert.equal(notes.length, 1);
  for (const key of ["centerX=0", "centerY=0", "detectorDistance=1000", "energy=20000", "detectorXPixelSize=200"]) {
    assert(notes[0]!.includes(key), key);
  }
});

Deno.test("a single start value is left out alone; the size of pixels counts once anything has been set", () => {
  const cases: readonly [CenterFinder, readonly string[], RegExp][] = [
    [{ ...MEASURED, detectorDistance_mm: 1000 }, ["distance"], /detectorDistance=1000:/],
    [{ ...MEASURED, centerX_px: 0, centerY_px: 0 }, ["beam centre x", "beam centre y"], /centerX=0, centerY=0:/],
    [{ ...MEASURED, centerY_px: 0 }, ["beam centre y"], /centerY=0:/],
    [{ ...START, implementTilt: true, detectorTilt_deg: 1 }, ["distance", "beam centre x", "beam centre y"], /energy/],
  ];
  for (const [centerfinder, missing, note] of cases) {
    const geometry = geometryWith({ centerfinder });
    assert.deepEqual(missingFor(geometry), missing);
    assert.equal(placementOf(geometry), null);
    assert.match(geometry.notes.join("\n"), note);
    assert.equal(geometry.xPixelSize_m!.value, 0.0002);
  }
  const energy = geometryWith({ centerfinder: { ...MEASURED, energy_ev: 20_000 } });
  assert.equal(energy.wavelength_m, null);
  assert.notEqual(placementOf(energy), null);
  assert.match(energy.notes.join("\n"), /energy=20000:.*\[beamline\]/);
});

Deno.test("the configuration may say that a start value is right; then there is no note", () => {
  const geometry = geometryWith({
    centerfinder: START,
    detector: {
      distance_mm: 1000,
      beam_center_x_px: 0,
      beam_center_y_px: 0,
      x_pixel_size_um: 200,
      y_pixel_size_um: 200,
    },
    beamline: { energy_kev: 20 },
  });
  assert.deepEqual(placementOf(geometry), {
    ...UPRIGHT,
    distance_m: 1,
    beamCenterX_px: 0,
    beamCenterY_px: 0,
  });
  assert.deepEqual(geometry.notes, []);
  assert.equal(geometry.energy_kev!.origin, "configuration [beamline] energy_kev");
});

Deno.test("values that cannot be are left out, each with its name and what is probably meant", () => {
  const cases: readonly [Partial<CenterFinder>, RegExp][] = [
    [
      { detectorDistance_mm: 0 },
      /detectorDistance=0 is not used: a number above 0 is needed, in millimetres, from 1 to 100000$/,
    ],
    [{ detectorDistance_mm: -300 }, /detectorDistance=-300 is not used/],
    [{ detectorDistance_mm: 0.3 }, /detectorDistance=0.3 is not used.*looks like metres/],
    [{ detectorXPixelSize_um: 0.2 }, /detectorXPixelSize=0.2 is not used.*looks like millimetres/],
    [{ detectorYPixelSize_um: -200 }, /detectorYPixelSize=-200 is not used/],
    [{ energy_ev: 17.038 }, /energy=17.038 is not used.*looks like keV/],
    [{ energy_ev: 0 }, /energy=0 is not used/],
    [{ centerX_px: 1e9 }, /centerX=1000000000 is not used/],
    [{ implementTilt: true, detectorTilt_deg: 95 }, /detectorTilt=95 is not used/],
    [{ implementTilt: true, detectorTilt_deg: 1, tiltPlaneRotation_deg: 1e4 }, /tiltPlaneRotation=10000 is not used/],
    [{ detectorDistance_mm: NaN }, /detectorDistance=NaN is not used/],
    [{ energy_ev: Infinity }, /energy=Infinity is not used/],
  ];
  for (const [wrong, note] of cases) {
    const geometry = geometryWith({ centerfinder: { ...MEASURED, ...wrong } });
    assert.match(geometry.notes[0] ?? "", note);
    assert(placementOf(geometry) === null || geometry.wavelength_m === null, JSON.stringify(wrong));
  }
});

Deno.test("QXRD's tilt counts only where it is applied; the configuration's counts before it, as a pair", () => {
  const tilted = { ...MEASURED, detectorTilt_deg: -0.2, tiltPlaneRotation_deg: 27 };
  assert.equal(geometryWith({ centerfinder: tilted }).tilt_rad!.value, 0);
  const applied = geometryWith({ centerfinder: { ...tilted, implementTilt: true } });
  assert.equal(applied.tilt_rad!.value, -0.2 * Math.PI / 180);
  assert.equal(applied.tiltPlaneRotation_rad!.origin, "sidecar [centerfinder] tiltPlaneRotation");
  const configured = geometryWith({
    centerfinder: { ...tilted, implementTilt: true },
    detector: { tilt_deg: 1, tilt_plane_rotation_deg: 90 },
  });
  assert.equal(configured.tiltPlaneRotation_rad!.origin, "configuration [detector] tilt_plane_rotation_deg");
  const half = geometryWith({ centerfinder: { ...tilted, implementTilt: true }, detector: { tilt_deg: 1 } });
  assert.equal(placementOf(half), null);
  assert.match(half.notes.join("\n"), /both needed/);
  const none = geometryWith({ centerfinder: { ...tilted, implementTilt: true }, detector: { tilt_deg: 0 } });
  assert.equal(placementOf(none)!.tilt_rad, 0);
});

const CALIBRATION: Calibration = {
  origin: "configuration [detector] poni (ceo2.poni)",
  poni: poniOf({ ...UPRIGHT, tilt_rad: 0.02, tiltPlaneRotation_rad: 1, roll_rad: 0.5 }),
  wavelength_m: 2.9e-11,
  shape: { width: 2048, height: 2048 },
};

Deno.test("a PONI file counts before the sidecar, for all numbers", () => {
  const geometry = geometryWith({ centerfinder: MEASURED, calibration: CALIBRATION });
  const placement = placementOf(geometry)!;
  assert(Math.abs(placement.distance_m - UPRIGHT.distance_m) < 1e-15);
  assert(Math.abs(placement.roll_rad - 0.5) < 1e-12);
  assert.equal(geometry.distance_m!.origin, CALIBRATION.origin);
  assert.equal(geometry.wavelength_m!.value, 2.9e-11);
  assert.equal(geometry.wavelength_m!.origin, CALIBRATION.origin);
  assert.deepEqual(geometry.notes, []);
});

Deno.test("a PONI file for another size of image is not used, unless the sidecar says that the detector is binned", () => {
  const half = { width: 1024, height: 1024 };
  const part = geometryWith({ centerfinder: MEASURED, calibration: CALIBRATION, image: half });
  assert.equal(placementOf(part), null);
  assert.match(
    part.notes.join("\n"),
    /ceo2.poni\) is not used: it is for 2048 x 2048 pixels, the image has 1024 x 1024/,
  );
  const binned = geometryWith({ calibration: CALIBRATION, image: half, binning: 2 });
  const placement = placementOf(binned)!;
  assert.equal(placement.xPixelSize_m, 4e-4);
  assert(Math.abs(placement.beamCenterX_px - UPRIGHT.beamCenterX_px / 2) < 1e-9);
  const otherwise = geometryWith({ calibration: CALIBRATION, image: { width: 1000, height: 1000 }, binning: 2 });
  assert.equal(placementOf(otherwise), null);
});

Deno.test("a wavelength that is configured counts before a PONI file's, and a contradiction is noted", () => {
  const agreeing = geometryWith({ calibration: CALIBRATION, beamline: { wavelength_angstrom: 0.2901 } });
  assert.equal(agreeing.wavelength_m!.origin, "configuration [beamline] wavelength_angstrom");
  assert.deepEqual(agreeing.notes, []);
  const contradicting = geometryWith({ calibration: CALIBRATION, beamline: { energy_kev: 60 } });
  assert.equal(contradicting.energy_kev!.value, 60);
  assert.match(contradicting.notes.join("\n"), /is for 0.29 angstrom, .*energy_kev, converted says 0.2066/);
});

Deno.test("where a PONI file is configured that cannot be read, the sidecar does not take its place", () => {
  const geometry = geometryWith({ centerfinder: MEASURED, detector: { poni: "/away/ceo2.poni" } });
  assert.equal(geometry.distance_m, null);
  assert.equal(placementOf(geometry), null);
});

Deno.test("without sidecar and configuration nothing is known, and nothing is noted", () => {
  const geometry = geometryOf({
    detector: {},
    beamline: {},
    view: null,
    calibration: null,
    image: { width: 8, height: 8 },
  });
  assert.equal(placementOf(geometry), null);
  assert.deepEqual(geometry.notes, []);
});
