import assert from "node:assert/strict";
import { geometryFiles } from "../../src/geometry/files.ts";
import type { Geometry, Placement } from "../../src/geometry/geometry.ts";
import { imctrlText } from "../../src/geometry/imctrl_file.ts";
import { planeOf, twoThetaAt } from "../../src/geometry/pixels.ts";
import { azimuthAt, placements, UPRIGHT } from "./placements.ts";

const DEGREE = Math.PI / 180;
const PLACES = [[0.5, 0.5], [2047.5, 1000.5]] as const;

/**
 * 2θ and azimuth of both places in degrees, by GSAS-II's own LoadControls and GetTthAzmG (in double precision) from the
 * text: GSASIIfiles.py and GSASIIimage.py of 2026-10. GSAS-II cannot be had from PyPI.
 */
const BY_GSAS: readonly (readonly [Placement, readonly [number, number], readonly [number, number]])[] = [
  [UPRIGHT, [1.0288482659548466, 48.27250439267865], [213.3582423970429, 25.91947615619756]],
  [placements(4)[1]!, [14.68916965829443, 14.321955356776824], [250.15015376022586, 340.780632390214]],
  [placements(4)[2]!, [10.582029397197136, 13.400722879565114], [263.2231529484675, 341.50065894663976]],
  [placements(4)[3]!, [2.8155220857601484, 12.43443182770793], [258.23413789881374, 13.36059156980059]],
  [placements(2, { rolled: true })[1]!, [14.666163054784212, 7.17093995696391], [
    105.52610065177021,
    298.4085615701141,
  ]],
];

Deno.test("GSAS-II takes an .imctrl for the same angles at each place, tilted and rolled too", () => {
  for (const [placement, twoThetas, azimuths] of BY_GSAS) {
    const plane = planeOf(placement);
    PLACES.forEach(([x, y], index) => {
      const apart = twoThetaAt(plane, x, y) / DEGREE - twoThetas[index]!;
      assert(Math.abs(apart) < 1e-9, `${apart} degrees apart`);
      const turn = azimuthAt(plane, x, y) / DEGREE - azimuths[index]!;
      assert(Math.abs(Math.sin(turn * DEGREE / 2)) < 1e-11, `turned by ${turn} degrees`);
    });
  }
});

Deno.test("an .imctrl has GSAS-II's keys and units, one name:value a line", () => {
  const text = imctrlText({ ...UPRIGHT, tilt_rad: 0.1, tiltPlaneRotation_rad: Math.PI }, { wavelength_m: 2.9e-11 });
  assert.deepEqual(text.split("\n").filter((line) => !line.startsWith("#")), [
    "type:PWDR",
    "wavelength:0.29",
    // 400 mm along the beam, less along the detector's normal.
    `distance:${Number((400 * Math.cos(0.1)).toPrecision(15))}`,
    `setdist:${Number((400 * Math.cos(0.1)).toPrecision(15))}`,
    "center:[6.1, 4.05]",
    "tilt:5.72957795130823",
    "rotation:90",
    "azmthOff:0",
    "DetDepth:0.0",
    "",
  ]);
  assert.doesNotMatch(imctrlText(UPRIGHT, { wavelength_m: null }), /wavelength/);
});

Deno.test("only what is asked for is made, and nothing of half a geometry", () => {
  const known = (value: number) => ({ value, origin: "test" });
  const { roll_rad, ...numbers } = UPRIGHT;
  const geometry = {
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, known(value)])),
    roll_rad,
    wavelength_m: null,
    energy_kev: null,
    notes: [],
  } as unknown as Geometry;
  const image = { width: 8, height: 4 };
  assert.deepEqual(Object.keys(geometryFiles(geometry, { image, kinds: ["imctrl"] })), ["imctrl"]);
  assert.deepEqual(Object.keys(geometryFiles(geometry, { image, kinds: ["poni", "imctrl"] })), ["poni", "imctrl"]);
  assert.equal(
    geometryFiles({ ...geometry, distance_m: null }, { image, kinds: ["poni"] }),
    "its geometry is not whole: distance not known",
  );
});
